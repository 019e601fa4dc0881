package org.tune4j.engine.adapt;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A parameter-efficient method, bound to one model: which parameters it puts where, and which
 * kernel computes there. Trainer, checkpoint, optimizer and generation know sites and parameters,
 * never a method's name.
 */
public interface Adapter {
  /** Whether the model's own weights are what is trained, and nothing stands beside them. */
  default boolean isFullTraining() {
    return false;
  }

  /** What stands in for a linear group, if anything does. The output layer is a group too. */
  Optional<SiteKernel> at(LinearGroup group);

  /**
   * What joins the products with the matrices of all experts of a block, or with that of its
   * router, if anything does: functions {@code forward_(y, x, p, counts, LITERALS)} and {@code
   * input_gradient_(gx, gy, p, counts, LITERALS)}, which add in place, and {@code add_gradients(gy,
   * x, p, g, counts, LITERALS)}. Rows are sorted by expert, {@code counts} says how many each has.
   *
   * @param weight the matrices, one below the other; or the router's
   */
  default Optional<SiteKernel> atExperts(TensorSlot weight) {
    return Optional.empty();
  }

  /**
   * What joins the token embedding, if anything does: functions {@code forward(x, ids, p,
   * LITERALS)}, which adds to the embedded tokens {@code x} in place, and {@code backward(gx, ids,
   * p, g, LITERALS)}.
   */
  Optional<SiteKernel> atEmbedding();

  /** What is learned to stand before each text, if anything is. */
  default Optional<VirtualTokens> virtualTokens() {
    return Optional.empty();
  }

  /** Whether it drops some of what it sees at random where a pass has seeds, as in training. */
  default boolean hasDropout() {
    return false;
  }

  /**
   * Whether it leaves whole layers out at random in training, whose parameters then have no
   * gradient in that pass.
   */
  default boolean leavesLayersOut() {
    return false;
  }

  /**
   * Tensors that kernels read besides parameters, and that nothing trains. Those with parts stand
   * in PEFT's files.
   */
  default List<TensorSlot> constants() {
    return List.of();
  }

  /** One of {@link #constants}, in the element type that the model computes in. */
  default Tensor constant(TensorSlot slot) {
    throw new IllegalArgumentException(slot.name() + " is no constant");
  }

  /**
   * The constants as they are now, for one piece of work. May be called by any thread.
   *
   * @param names for each document what of the adapter it is computed with; empty for what is
   *     active
   * @param into the scope of the work
   * @throws ConfigException if a name means nothing here
   */
  default HeldConstants hold(List<String> names, TensorScope into) {
    if (!names.isEmpty()) {
      throw new ConfigException(
          "adapter_names: wanted none where one adapter serves all texts, found " + names);
    }
    return this::constant;
  }

  /** Bytes that it keeps of updates besides the optimizer's state. */
  default long updateBytes() {
    return 0;
  }

  /**
   * What its own schedule has against a run, if something; empty if not.
   *
   * @param updates that the run makes, or about as many
   */
  default Optional<String> doubts(long updates) {
    return Optional.empty();
  }

  /** What PEFT's files call one of the model's own tensors that is trained along. */
  default String fileName(String tensor) {
    return PeftFiles.PREFIX + tensor;
  }

  /** The kernel files that {@link #at} names: name to text. */
  Map<String, String> kernelSources();

  /** The adapter's own tensors, all trained. */
  List<Trainable> parameters();

  /**
   * Tensors of the model that are trained along, as full copies ({@code modules_to_save}, biases).
   */
  List<Trainable> trainedWeights();

  /**
   * The starting value of one of {@link #parameters}.
   *
   * @param seed the run's seed
   * @return row-major
   */
  float[] initialValue(TensorSlot parameter, long seed);
}
