package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tune4j.engine.ConfigException;

/** Examples put together to be measured, where the order has no effect. */
public final class LengthBatches {
  /** The tokens of a batch unless another number is given. */
  public static final int DEFAULT_TOKENS = 4096;

  private LengthBatches() {}

  /**
   * Examples of like lengths together, the longest first, so that memory is asked for once. Those
   * of a batch stand as {@link Batch#of} leaves them.
   *
   * @param tokensPerBatch most tokens of a batch; an example that is longer is a batch of its own
   */
  public static List<List<EncodedExample>> of(List<EncodedExample> examples, int tokensPerBatch) {
    return of(examples, tokensPerBatch, 1);
  }

  /**
   * The same where those of a batch are compared.
   *
   * @param tokensPerBatch most tokens of a batch that has enough examples without more
   * @param least examples of a batch, of which there may be fewer only where all are fewer
   */
  public static List<List<EncodedExample>> of(
      List<EncodedExample> examples, int tokensPerBatch, int least) {
    if (tokensPerBatch < 1) {
      throw new ConfigException("tokens per batch: wanted at least 1, found " + tokensPerBatch);
    }
    List<List<EncodedExample>> batches = new ArrayList<>();
    int tokens = 0;
    for (EncodedExample example :
        examples.stream()
            .sorted(Comparator.comparingInt(EncodedExample::length).reversed())
            .toList()) {
      if (batches.isEmpty()
          || tokens + example.length() > tokensPerBatch
              && batches.get(batches.size() - 1).size() >= least) {
        batches.add(new ArrayList<>());
        tokens = 0;
      }
      batches.get(batches.size() - 1).add(example);
      tokens += example.length();
    }
    if (batches.size() > 1 && batches.get(batches.size() - 1).size() < least) {
      List<EncodedExample> few = batches.remove(batches.size() - 1);
      batches.get(batches.size() - 1).addAll(few);
    }
    return batches;
  }
}
