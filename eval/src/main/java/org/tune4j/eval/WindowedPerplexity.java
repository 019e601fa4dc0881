package org.tune4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The perplexity of a text that may be longer than what the model takes at a time: it is read in
 * windows that overlap, and each token is scored once, in the first window that reaches it.
 *
 * <p>The first token of a window is scored there only if an earlier window did it before: windows
 * that do not overlap lose one token each. Each scored token counts the same. (The recipe in
 * transformers' documentation weighs windows by the tokens that are new, which counts the first
 * window's first token though it is not scored.)
 *
 * @param length most tokens of a window
 * @param stride how much later the next window begins
 */
public record WindowedPerplexity(int length, int stride) {
  /** Checks the lengths. Throws a {@link ConfigException} if tokens would be left out. */
  public WindowedPerplexity {
    if (length < 2 || stride < 1 || stride > length) {
      throw new ConfigException(
          "perplexity: found windows of %d tokens every %d; wanted at least 2, and a stride of 1 to that many"
              .formatted(length, stride));
    }
  }

  /**
   * A window.
   *
   * @param begin its first token
   * @param end the token behind its last one
   * @param firstScored the first token that no window before it reaches
   * @param loss of the tokens that are scored in it
   */
  public record Window(int begin, int end, int firstScored, LossSum loss) {}

  /**
   * What was measured.
   *
   * @param loss of all scored tokens; {@code loss.mean()} is in nats a token
   */
  public record Result(List<Window> windows, LossSum loss) {
    /** The exponential of the mean loss. */
    public double perplexity() {
      return Math.exp(loss.mean());
    }
  }

  /**
   * Measures a text.
   *
   * @param ids its token ids
   * @throws DataException if it has less than two tokens
   * @throws ConfigException if windows are longer than what the model was made for
   */
  public Result measure(BoundModel model, int[] ids) {
    if (ids.length < 2) {
      throw new DataException(
          "perplexity: the text has " + ids.length + " tokens; wanted at least 2");
    }
    int room = model.architecture().maxPositions();
    if (Math.min(length, ids.length) > room) {
      throw new ConfigException(
          "perplexity: windows of %d tokens; the model was made for %d (max_position_embeddings)"
              .formatted(length, room));
    }
    List<Window> windows = new ArrayList<>();
    LossSum loss = LossSum.NONE;
    int scored = 0;
    for (int begin = 0; scored < ids.length; begin += stride) {
      int end = Math.min(begin + length, ids.length);
      Window window =
          new Window(begin, end, Math.max(scored, 1), loss(model, ids, begin, end, scored));
      windows.add(window);
      loss = loss.plus(window.loss);
      scored = end;
    }
    return new Result(List.copyOf(windows), loss);
  }

  private static LossSum loss(BoundModel model, int[] ids, int begin, int end, int scored) {
    int[] window = Arrays.copyOfRange(ids, begin, end);
    int[] labels = window.clone();
    Arrays.fill(labels, 0, scored - begin, EncodedExample.NOT_LEARNED);
    EncodedExample example = new EncodedExample(begin, "token " + begin, window, labels);
    if (example.labelCount() == 0) {
      return LossSum.NONE;
    }
    try (TensorScope work = model.workScope()) {
      Batch batch = Batch.of(List.of(example));
      return new CausalLmObjective().loss(model, model.upload(batch, work));
    }
  }
}
