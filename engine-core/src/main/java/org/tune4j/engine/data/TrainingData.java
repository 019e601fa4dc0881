package org.tune4j.engine.data;

import java.util.Arrays;
import java.util.function.BiConsumer;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * The rows of a run, read and laid out in batches. They are all encoded at once if they are about
 * {@value #MEMORY_TOKENS} tokens at most, and else a window of {@value #WINDOW_ROWS} rows at a
 * time; so what is in which batch depends on the data alone and not on the machine.
 */
public final class TrainingData implements AutoCloseable {
  /** At 8 bytes a token, a quarter of a gigabyte. */
  static final long MEMORY_TOKENS = 32_000_000;

  static final int WINDOW_ROWS = 8192;

  /** Rows that are looked at before the run; a function of the seed if there are more. */
  static final int SAMPLE_ROWS = 20_000;

  private final Examples examples;
  private final EncodedExamples encoded;
  private final BatchPlan plan;

  private TrainingData(Examples examples, EncodedExamples encoded, BatchPlan plan) {
    this.examples = examples;
    this.encoded = encoded;
    this.plan = plan;
  }

  /**
   * Reads rows and looks at all of them, or at a sample.
   *
   * @param look is shown the sample, each example with its tokens, in the order of the rows
   * @throws org.tune4j.engine.DataException if rows cannot be used and are not to be skipped
   */
  public static TrainingData of(
      ExampleSource source,
      Tokenizer tokenizer,
      DataConfig config,
      BatchConfig batches,
      BiConsumer<Example, Encoded> look) {
    Examples examples = Examples.of(source, config);
    try {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, config);
      EncodedExamples encoded = new EncodedExamples(examples, encoder);
      int rows = examples.size();
      boolean whole =
          rows <= SAMPLE_ROWS || sampled(examples, encoder, batches, look) <= MEMORY_TOKENS;
      BatchPlan plan =
          whole
              ? BatchPlan.of(rows <= SAMPLE_ROWS ? encoded.all(look) : encoded.all(), batches)
              : new WindowedPlan(encoded, batches, WINDOW_ROWS);
      return new TrainingData(examples, encoded, plan);
    } catch (RuntimeException e) {
      examples.close();
      throw e;
    }
  }

  /** Looks at a sample. About how many tokens all rows have. */
  private static double sampled(
      Examples examples,
      ExampleEncoder encoder,
      BatchConfig batches,
      BiConsumer<Example, Encoded> look) {
    int[] sample =
        Arrays.stream(ShuffledOrder.of(batches.seed(), 0, examples.size()))
            .limit(SAMPLE_ROWS)
            .sorted()
            .toArray();
    // Bad rows of the sample are met again when all are read; they are counted then.
    Examples apart = examples.tellingOf(examples.bad().none());
    long[] tokens = {0};
    new EncodedExamples(apart, encoder)
        .look(
            sample,
            (example, each) -> {
              look.accept(example, each);
              tokens[0] += each.whole().length();
            });
    apart.bad().throwIfFailing();
    return (double) tokens[0] / sample.length * examples.size();
  }

  /** Which rows are in which batch. */
  public BatchPlan plan() {
    return plan;
  }

  /** What became of the rows that were read so far. */
  public EncodingReport report() {
    return encoded.report();
  }

  @Override
  public void close() {
    examples.close();
  }
}
