package org.tune4j.engine.optim;

import java.util.Map;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.tensor.Tensor;

/** Updates everything that is trained from its gradient. */
public interface Optimizer extends AutoCloseable {
  /**
   * One update.
   *
   * @param learningRate of this update
   * @param gradientFactor what the gradient is multiplied with first (clipping); the gradient is
   *     changed in place
   */
  default void step(double learningRate, double gradientFactor) {
    Update update = begin(learningRate, gradientFactor);
    update.all();
    update.finish();
  }

  /**
   * Begins one update that is made a range of numbers at a time, for gradients that are not all
   * there at once.
   *
   * @param learningRate as for {@link #step}
   * @param gradientFactor as for {@link #step}
   */
  Update begin(double learningRate, double gradientFactor);

  /** An update under way. */
  interface Update {
    /** Updates a range, once. */
    void of(TrainedRange range);

    /** Updates all ranges. */
    void all();

    /** All ranges were updated, or are left as they are. */
    void finish();
  }

  /** Updates made so far. */
  long steps();

  /** The tensors that a resumed run needs, by name. */
  Map<String, Tensor> state();

  /**
   * Sets the number of updates made so far; the tensors of {@link #state} are filled by the caller.
   */
  void restore(long steps);

  /**
   * Puts weights in place that differ from those that learn, where the optimizer has them to be
   * evaluated and exported; between two updates. The gradients are lost.
   */
  default InPlace averaged() {
    return () -> {};
  }

  /** Weights that are in place until this is closed; then those that learn are again. */
  @FunctionalInterface
  interface InPlace extends AutoCloseable {
    @Override
    void close();
  }

  @Override
  void close();
}
