package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;

/**
 * A plan of more examples than memory holds. Each epoch has a seeded order over all rows, which is
 * cut into windows; a window is encoded when it is needed, the next one meanwhile. Rows are encoded
 * by several threads, and their order depends on none.
 */
public final class WindowedPlan implements BatchPlan {
  private final ExampleRows rows;
  private final BatchConfig config;
  private final int windowRows;

  private record Place(int epoch, int window) {}

  private record Next(Place place, CompletableFuture<List<List<EncodedExample>>> rows) {}

  private record Order(int epoch, int[] rows) {}

  private Next next;
  private Order order;

  /**
   * A plan.
   *
   * @param windowRows rows of a window, at least 1
   */
  public WindowedPlan(ExampleRows rows, BatchConfig config, int windowRows) {
    if (rows.size() == 0 || windowRows < 1) {
      throw new ConfigException(
          "there are no examples to make batches of: "
              + rows.size()
              + " rows in windows of "
              + windowRows);
    }
    this.rows = rows;
    this.config = config;
    this.windowRows = windowRows;
  }

  @Override
  public BatchConfig config() {
    return config;
  }

  @Override
  public int windows() {
    return (rows.size() - 1) / windowRows + 1;
  }

  @Override
  public OptionalInt batchesPerEpoch() {
    return OptionalInt.empty();
  }

  @Override
  public synchronized List<List<EncodedExample>> window(int epoch, int window) {
    Place place = new Place(epoch, window);
    CompletableFuture<List<List<EncodedExample>>> wanted =
        next != null && next.place.equals(place) ? next.rows : encode(place);
    try {
      List<List<EncodedExample>> found = wanted.join();
      Place after = window + 1 < windows() ? new Place(epoch, window + 1) : new Place(epoch + 1, 0);
      next = new Next(after, encode(after));
      return found;
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private CompletableFuture<List<List<EncodedExample>>> encode(Place place) {
    if (order == null || order.epoch != place.epoch) {
      order = new Order(place.epoch, ShuffledOrder.of(config.seed(), place.epoch, rows.size()));
    }
    int from = place.window * windowRows;
    int[] part =
        java.util.Arrays.copyOfRange(
            order.rows, from, (int) Math.min(rows.size(), (long) from + windowRows));
    return CompletableFuture.supplyAsync(() -> packed(part, place));
  }

  private List<List<EncodedExample>> packed(int[] part, Place place) {
    List<EncodedExample> examples =
        IntStream.of(part).parallel().mapToObj(rows::example).flatMap(Optional::stream).toList();
    rows.checkBadRows();
    if (config.packing().isEmpty()) {
      List<List<EncodedExample>> single = PackedRows.of(examples, config);
      return config.groupByLength() ? LengthGroups.of(single, config.batchSize()) : single;
    }
    // Packing sorts by length: the rows are shuffled again.
    List<List<EncodedExample>> packed = new ArrayList<>(PackedRows.of(examples, config));
    int[] shuffle = ShuffledOrder.of(config.seed() + 1 + place.window, place.epoch, packed.size());
    return Collections.unmodifiableList(IntStream.of(shuffle).mapToObj(packed::get).toList());
  }
}
