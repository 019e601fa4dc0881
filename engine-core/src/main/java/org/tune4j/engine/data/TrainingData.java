package org.tune4j.engine.data;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * The rows of a run, read and laid out in batches: all encoded at once if they are few enough, and
 * else a window at a time; so what is in which batch depends on the data alone and not on the
 * machine.
 */
public final class TrainingData implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingData.class);

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
  private final BatchConfig batches;
  private final Limits limits;
  private final LookedAt lookedAt;
  private final String fingerprint;

  /** Of each example that was looked at, the lengths of its documents. */
  private final List<int[]> lengths;

  private final List<EncodedExample> longest;

  /** All examples if they were all looked at, and else null. */
  private final List<EncodedExample> few;

  private BatchPlan plan;

  /** How that one is laid out. */
  private BatchConfig planned;

  private TrainingData(
      Examples examples,
      RowEncoder encoder,
      BatchConfig batches,
      BiConsumer<Example, Encoded> look,
      Limits limits) {
    this.examples = examples;
    this.encoded = new EncodedExamples(examples, encoder);
    this.batches = batches;
    this.limits = limits;
    Counts counts = new Counts(LongestExamples.ofAMicroBatch(batches));
    BiConsumer<Example, Encoded> counted = counts.andThen(look);
    BadRows bad = examples.bad();
    if (examples.size() <= limits.sampleRows) {
      this.few = encoded.all(counted);
    } else {
      this.few = null;
      // Bad rows of the sample are met again when all are read; they are counted then.
      bad = bad.none();
      new EncodedExamples(examples.tellingOf(bad), encoder).look(sample(), counted);
      examples.bad().throwIfFailing();
      bad.throwIfFailing();
    }
    this.lookedAt =
        new LookedAt(
            examples.rowsOfSource(),
            Math.min(limits.sampleRows, examples.size()),
            bad.count(),
            counts.examples,
            counts.tokens,
            counts.labels,
            counts.longest);
    if (counts.cutJudgements > 0) {
      LOG.warn(
          "{} labels of {} are lost, since their words lie beyond max_length; raise it to keep them",
          counts.cutJudgements,
          counts.cutJudgements + counts.labels);
    }
    this.fingerprint = Sha256.hex(counts.seen);
    this.lengths = counts.lengths;
    this.longest = counts.longestExamples.all();
  }

  /**
   * Reads rows and looks at all of them, or at a sample.
   *
   * @param look is shown what is looked at, each example with its tokens, in the order of the rows
   * @throws org.tune4j.engine.DataException if rows cannot be used and are not to be skipped
   */
  public static TrainingData of(
      ExampleSource source,
      Tokenizer tokenizer,
      DataConfig config,
      BatchConfig batches,
      BiConsumer<Example, Encoded> look) {
    return of(source, new ExampleEncoder(tokenizer, config), config, batches, look, Limits.DEFAULT);
  }

  /**
   * Reads rows of any kind and looks at all of them, or at a sample.
   *
   * @param encoder what becomes of a row
   * @throws org.tune4j.engine.DataException if rows cannot be used and are not to be skipped
   */
  public static TrainingData of(
      ExampleSource source,
      RowEncoder encoder,
      DataConfig config,
      BatchConfig batches,
      BiConsumer<Example, Encoded> look) {
    return of(source, encoder, config, batches, look, Limits.DEFAULT);
  }

  static TrainingData of(
      ExampleSource source,
      RowEncoder encoder,
      DataConfig config,
      BatchConfig batches,
      BiConsumer<Example, Encoded> look,
      Limits limits) {
    Examples examples = Examples.of(source, config);
    try {
      return new TrainingData(examples, encoder, batches, look, limits);
    } catch (RuntimeException e) {
      examples.close();
      throw e;
    }
  }

  /** What is counted of the examples that are looked at. */
  private static final class Counts implements BiConsumer<Example, Encoded> {
    private long examples;
    private long tokens;
    private long labels;
    private long cutJudgements;
    private int longest;
    private final LongestExamples longestExamples;
    private final MessageDigest seen = Sha256.digest();
    private final List<int[]> lengths = new ArrayList<>();

    Counts(LongestExamples longestExamples) {
      this.longestExamples = longestExamples;
    }

    @Override
    public void accept(Example example, Encoded encoded) {
      if (encoded.whole().target().isPresent()) {
        int learned = encoded.kept().map(EncodedExample::labelCount).orElse(0);
        cutJudgements += encoded.whole().labelCount() - learned;
      }
      encoded
          .kept()
          .ifPresent(
              kept -> {
                examples++;
                tokens += kept.length();
                labels += kept.labelCount();
                longest = Math.max(longest, kept.length());
                seen.update(kept.bytes());
                lengths.add(kept.documents().stream().mapToInt(EncodedExample::length).toArray());
                longestExamples.add(kept);
              });
    }
  }

  private int[] sample() {
    return Arrays.stream(ShuffledOrder.of(batches.seed(), 0, examples.size()))
        .limit(limits.sampleRows)
        .sorted()
        .toArray();
  }

  /**
   * SHA-256 of the ids and labels of all that was looked at: other rows, another tokenizer or
   * another way to encode them give another one.
   */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * The longest examples of those that were looked at, the longest first: about as many as make a
   * micro-batch.
   */
  public List<EncodedExample> longest() {
    return longest;
  }

  /** What was seen of the rows. */
  public LookedAt lookedAt() {
    return lookedAt;
  }

  /**
   * The lengths of the documents of the micro-batch with the most tokens: of all that the run will
   * meet, or of those that the rows that were looked at would make.
   *
   * @param size rows of a micro-batch
   * @param updates of the run
   */
  public int[] largestMicroBatch(int size, long updates) {
    return new LargestMicroBatch(lengths, batches).find(size, updates);
  }

  /**
   * Which rows are in which batch.
   *
   * @param laidOut as was said at first, or divided or packed otherwise so that it cuts no example
   *     that was not cut then
   * @throws org.tune4j.engine.DataException if rows cannot be used and are not to be skipped
   */
  public synchronized BatchPlan plan(BatchConfig laidOut) {
    if (plan == null || !laidOut.equals(planned)) {
      planned = laidOut;
      double allTokens = (double) lookedAt.tokens() / lookedAt.seen() * lookedAt.rows();
      if (few != null) {
        plan = BatchPlan.of(few, laidOut);
      } else if (allTokens <= limits.memoryTokens) {
        plan = BatchPlan.of(encoded.all(), laidOut);
      } else {
        plan = new WindowedPlan(encoded, laidOut, limits.windowRows);
      }
    }
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
