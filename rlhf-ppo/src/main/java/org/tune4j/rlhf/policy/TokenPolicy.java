package org.tune4j.rlhf.policy;

import java.util.Arrays;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A language model as a policy: log-probabilities of the labelled tokens of a batch, and their
 * gradients. Scores are made a chunk of tokens at a time, so that tokens x vocabulary is never
 * held. Without dropout.
 */
public final class TokenPolicy {
  private final BoundModel model;
  private final double temperature;

  /** What is learned of tokens, once it is known what the policy says of them now. */
  @FunctionalInterface
  public interface Lesson {
    /**
     * Takes what is said of consecutive labelled tokens, and gives what the loss changes by.
     *
     * @param from the first one's number among the labelled tokens of the batch
     * @param byLogProb to be filled: {@code [tokens]}
     * @param byEntropy to be filled: {@code [tokens]}
     */
    void learn(int from, Said said, double[] byLogProb, double[] byEntropy);
  }

  /**
   * A policy.
   *
   * @param temperature that scores are divided by
   * @throws ConfigException if it is not above 0
   */
  public TokenPolicy(BoundModel model, double temperature) {
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw new ConfigException("temperature: wanted above 0, found " + temperature);
    }
    this.model = model;
    this.temperature = temperature;
  }

  /** What it says of the labelled tokens of a batch, in the order of the batch. */
  public Said said(BatchTensors batch) {
    try (TensorScope work = model.workScope()) {
      return said(batch, model.hidden(batch, work));
    }
  }

  /**
   * What it says of the labelled tokens of a batch.
   *
   * @param hidden {@code [N, hidden]}, of a pass over the batch
   */
  public Said said(BatchTensors batch, Tensor hidden) {
    int[] rows = batch.labelledRows();
    Said all = new Said(new double[rows.length], new double[rows.length]);
    for (int from = 0; from < rows.length; from += chunk()) {
      try (TensorScope step = model.workScope()) {
        Chunk chunk = new Chunk(batch, hidden, from, step);
        copy(chunk.said(), all, from);
      }
    }
    return all;
  }

  /**
   * Learns of each chunk while its scores are there.
   *
   * @param hidden {@code [N, hidden]}, of a pass over the batch
   * @param gradient with respect to the hidden vectors: the rows of labelled tokens are written
   * @return what is said of all
   */
  public Said learn(BatchTensors batch, Tensor hidden, Tensor gradient, Lesson lesson) {
    int[] rows = batch.labelledRows();
    Said all = new Said(new double[rows.length], new double[rows.length]);
    for (int from = 0; from < rows.length; from += chunk()) {
      try (TensorScope step = model.workScope()) {
        Chunk chunk = new Chunk(batch, hidden, from, step);
        Said said = chunk.said();
        copy(said, all, from);
        double[] byLogProb = new double[said.logProbs().length];
        double[] byEntropy = new double[said.logProbs().length];
        lesson.learn(from, said, byLogProb, byEntropy);
        chunk.backward(hidden, gradient, byLogProb, byEntropy);
      }
    }
    return all;
  }

  private static void copy(Said part, Said all, int from) {
    System.arraycopy(part.logProbs(), 0, all.logProbs(), from, part.logProbs().length);
    System.arraycopy(part.entropies(), 0, all.entropies(), from, part.entropies().length);
  }

  private int chunk() {
    long scores = CausalLmObjective.chunkScores(model.architecture());
    return (int) (scores / model.architecture().head().out().outputs());
  }

  /** Tokens whose scores are there. */
  private final class Chunk {
    private final Tensor rows;
    private final TokenScores scores;

    Chunk(BatchTensors batch, Tensor hidden, int from, TensorScope step) {
      int[] all = batch.labelledRows();
      int[] part = Arrays.copyOfRange(all, from, Math.min(all.length, from + chunk()));
      int[] labels = batch.batch().labels();
      int[] targets = Arrays.stream(part).map(row -> labels[row]).toArray();
      this.rows = step.longs(part);
      this.scores =
          new TokenScores(model.output().logits(hidden, rows, step), targets, temperature, step);
    }

    Said said() {
      return scores.said();
    }

    void backward(Tensor hidden, Tensor gradient, double[] byLogProb, double[] byEntropy) {
      model
          .output()
          .logitsBackward(hidden, rows, scores.gradient(byLogProb, byEntropy), gradient, null);
    }
  }
}
