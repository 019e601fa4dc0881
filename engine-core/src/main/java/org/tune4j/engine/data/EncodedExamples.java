package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Examples, encoded when they are asked for by any thread, and what became of the rows asked for so
 * far.
 */
public final class EncodedExamples implements ExampleRows {
  private static final int PORTION = 4096;

  private final Examples examples;
  private final RowEncoder encoder;
  private final LongAdder kept = new LongAdder();
  private final LongAdder cut = new LongAdder();
  private final LongAdder cutLabels = new LongAdder();
  private final ConcurrentSkipListMap<String, LongAdder> dropped = new ConcurrentSkipListMap<>();

  /** Examples by this encoder. */
  public EncodedExamples(Examples examples, RowEncoder encoder) {
    this.examples = examples;
    this.encoder = encoder;
  }

  /**
   * All examples of a source that are learned from, in order.
   *
   * @throws org.tune4j.engine.DataException if rows cannot be used and are not to be skipped
   */
  public static List<EncodedExample> all(
      ExampleSource source, Tokenizer tokenizer, DataConfig config) {
    return all(source, new ExampleEncoder(tokenizer, config), config);
  }

  /**
   * All examples of a source that are learned from, in order.
   *
   * @param encoder what becomes of a row
   * @throws org.tune4j.engine.DataException if rows cannot be used and are not to be skipped
   */
  public static List<EncodedExample> all(
      ExampleSource source, RowEncoder encoder, DataConfig config) {
    try (Examples examples = Examples.of(source, config)) {
      return new EncodedExamples(examples, encoder).all();
    }
  }

  @Override
  public int size() {
    return examples.size();
  }

  @Override
  public Optional<EncodedExample> example(int row) {
    return examples.example(row).flatMap(this::encoded).flatMap(this::counted);
  }

  /** Empty if the row cannot be used. */
  private Optional<Encoded> encoded(Example example) {
    try {
      return Optional.of(encoder.encode(example));
    } catch (BadColumnException e) {
      examples.bad().add(example.source(), example.line(), e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<EncodedExample> counted(Encoded encoded) {
    if (encoded.kept().isPresent()) {
      kept.increment();
    }
    if (encoded.cut()) {
      cut.increment();
    }
    int learned = encoded.kept().map(EncodedExample::labelCount).orElse(0);
    cutLabels.add(encoded.whole().labelCount() - learned);
    encoded
        .dropped()
        .ifPresent(reason -> dropped.computeIfAbsent(reason, r -> new LongAdder()).increment());
    return encoded.kept();
  }

  @Override
  public void checkBadRows() {
    examples.bad().throwIfFailing();
  }

  /** All examples that are learned from, in order. */
  public List<EncodedExample> all() {
    return all((example, tokens) -> {});
  }

  /**
   * All examples that are learned from, in order.
   *
   * @param look is shown each example that can be encoded, in order
   * @throws org.tune4j.engine.DataException if rows make none and are not to be skipped
   */
  public List<EncodedExample> all(BiConsumer<Example, Encoded> look) {
    List<EncodedExample> all = new ArrayList<>();
    look(
        IntStream.range(0, size()).toArray(),
        (example, tokens) -> {
          look.accept(example, tokens);
          counted(tokens).ifPresent(all::add);
        });
    checkBadRows();
    return all;
  }

  /**
   * Encodes some rows, by several threads, and shows them in their order.
   *
   * @param look is shown each example that can be encoded
   */
  public void look(int[] rows, BiConsumer<Example, Encoded> look) {
    // In portions, so that not all of them are held as text.
    for (int from = 0; from < rows.length; from += PORTION) {
      Arrays.stream(rows, from, Math.min(rows.length, from + PORTION))
          .parallel()
          .mapToObj(examples::example)
          .flatMap(Optional::stream)
          .map(example -> new Looked(example, encoded(example)))
          .toList()
          .forEach(each -> each.tokens().ifPresent(tokens -> look.accept(each.example(), tokens)));
    }
  }

  private record Looked(Example example, Optional<Encoded> tokens) {}

  /** What became of the rows so far. */
  public EncodingReport report() {
    Map<String, Long> reasons = new TreeMap<>();
    dropped.forEach((reason, count) -> reasons.put(reason, count.sum()));
    long bad = examples.bad().count();
    long left = reasons.values().stream().mapToLong(Long::longValue).sum();
    return new EncodingReport(
        kept.sum() + left + bad, kept.sum(), cut.sum(), cutLabels.sum(), bad, reasons);
  }
}
