package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.tune4j.engine.data.Packer;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.Piece;

/**
 * Whether sequences are packed into the same rows as TRL packs them: number of rows, the pieces in
 * each as a set, and number of tokens.
 */
public final class PackingConformance {
  private static final Map<String, Packing> STRATEGIES =
      Map.of(
          "bfd", Packing.BEST_FIT_CUT,
          "bfd_split", Packing.BEST_FIT_SPLIT,
          "wrapped", Packing.WRAPPED);

  /** Checks a folder with {@code case.json}. */
  public void check(Path caseFolder, CheckSink sink) {
    try {
      JsonNode golden = new ObjectMapper().readTree(caseFolder.resolve("case.json").toFile());
      int[] lengths = elements(golden.path("lengths")).mapToInt(JsonNode::asInt).toArray();
      int maxLength = golden.path("hyperparameters").path("max_length").asInt();
      for (Map.Entry<String, JsonNode> strategy : golden.path("strategies").properties()) {
        Packing packing = STRATEGIES.get(strategy.getKey());
        sink.exact("packing", strategy.getKey() + " is known", packing == null ? 1 : 0);
        if (packing != null) {
          List<List<Piece>> rows = Packer.pack(lengths, maxLength, packing);
          checkStrategy(strategy.getKey(), rows, strategy.getValue(), sink);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void checkStrategy(
      String name, List<List<Piece>> rows, JsonNode golden, CheckSink sink) {
    int tokens = rows.stream().flatMap(List::stream).mapToInt(Piece::length).sum();
    sink.exact("packing", name + " rows", Math.abs(rows.size() - golden.path("row_count").asInt()));
    sink.exact("packing", name + " tokens", Math.abs(tokens - golden.path("tokens").asInt()));
    List<Set<Piece>> missing = new ArrayList<>();
    elements(golden.path("rows")).map(row -> pieces(row.path("pieces"))).forEach(missing::add);
    rows.forEach(row -> missing.remove(new HashSet<>(row)));
    sink.exact("packing", name + " contents of rows", missing.size());
  }

  private static Set<Piece> pieces(JsonNode pieces) {
    Set<Piece> set = new HashSet<>();
    for (JsonNode p : pieces) {
      set.add(
          new Piece(p.path("sequence").asInt(), p.path("from").asInt(), p.path("length").asInt()));
    }
    return set;
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
