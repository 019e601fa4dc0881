package org.tune4j.engine.data;

import java.util.Arrays;
import java.util.function.BiConsumer;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * The rows of a run, read and laid out in batches: all encoded at once if they are few enough, and
 * else a window at a time; so what is in which batch depends on the data alone and not on the
 * machine.
 */
public final class TrainingData implements AutoCloseable {
  /**
   * From when on not everything is done at once.
   *
   * @param sampleRows so many rows are looked at before the run; which ones is a function of the
   *     seed
   * @param memoryTokens about so many tokens are kept in memory, at 8 bytes each
   * @param windowRows rows of a window
   */
  record Limits(int sampleRows, long memoryTokens, int windowRows) {
    static final Limits DEFAULT = new Limits(20_000, 32_000_000, 8192);
  }

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
    return of(source, tokenizer, config, batches, look, Limits.DEFAULT);
  }

  static TrainingData of(
      ExampleSource source,
      Tokenizer tokenizer,
      DataConfig config,
      BatchConfig batches,
      BiConsumer<Example, Encoded> look,
      Limits limits) {
    Examples examples = Examples.of(source, config);
    try {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, config);
      EncodedExamples encoded = new EncodedExamples(examples, encoder);
      BatchPlan plan;
      if (examples.size() <= limits.sampleRows) {
        plan = BatchPlan.of(encoded.all(look), batches);
      } else {
        double tokens = sampled(examples, encoder, batches.seed(), look, limits.sampleRows);
        plan =
            tokens <= limits.memoryTokens
                ? BatchPlan.of(encoded.all(), batches)
                : new WindowedPlan(encoded, batches, limits.windowRows);
      }
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
      long seed,
      BiConsumer<Example, Encoded> look,
      int sampleRows) {
    int[] sample =
        Arrays.stream(ShuffledOrder.of(seed, 0, examples.size()))
            .limit(sampleRows)
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
