package org.tune4j.engine.objective;

import java.util.Arrays;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.InputShift;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Another loss, of texts to whose words' vectors noise is added (NEFTune, Jain et al., 2023; {@code
 * neftune_noise_alpha} of transformers and TRL): each number of a vector is moved by a uniform draw
 * between {@code -alpha / sqrt(L d)} and {@code alpha / sqrt(L d)}, where L is how many words the
 * text has and d the hidden size. L is a text's own, whatever shares a batch with it. Learned
 * tokens stay as they are, and so does what {@link #loss} says.
 *
 * @param plain the loss without noise
 * @param alpha usually 5 to 15
 */
public record NeftuneObjective(Objective plain, double alpha) implements AroundObjective {
  private static final KernelModule KERNEL =
      KernelModule.load(
          "neftune",
          KernelSources.read(
              NeftuneObjective.class, "/org/tune4j/engine/kernels", "dropout", "neftune"),
          """
            def noise(self: __torch__.Root, bounds: Tensor, width: Tensor, seed: Tensor) -> Tensor:
              return __torch__.neftune.noise(bounds, int(width), seed)
          """);

  public NeftuneObjective {
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      throw new ConfigException("neftune_noise_alpha: wanted above 0, found " + alpha);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @param seeds null for no noise
   * @throws IllegalArgumentException if something is added to the vectors of words already
   */
  @Override
  public LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    if (batch.isShifted()) {
      throw new IllegalArgumentException("Noise on a batch that is shifted already");
    }
    if (seeds == null) {
      return plain.lossAndGradients(model, batch, scale, recompute, null);
    }
    try (TensorScope work = model.workScope()) {
      InputShift noise = InputShift.constant(noise(model, batch, seeds, work), work);
      return plain.lossAndGradients(model, batch.shifted(noise), scale, recompute, seeds);
    }
  }

  /** {@code [N, hidden]}, in fp32, in fp64 where the model computes in that. */
  Tensor noise(BoundModel model, BatchTensors batch, BlockSeeds seeds, TensorScope into) {
    int width = model.architecture().hiddenSize();
    int[] lengths = batch.batch().sequenceLengths();
    int[] words = batch.words();
    double[] bounds = new double[batch.batch().tokens()];
    int token = 0;
    for (int d = 0; d < lengths.length; d++) {
      double bound = alpha / Math.sqrt((double) words[d] * width);
      Arrays.fill(bounds, token, token + lengths[d], bound);
      token += lengths[d];
    }
    return KERNEL
        .call(
            into,
            "noise",
            bounds(bounds, model.dtype() == DType.FLOAT64, into),
            into.longs(new long[] {width}, 1),
            into.longs(new long[] {seeds.ofInputs()}, 1))
        .get(0);
  }

  private static Tensor bounds(double[] bounds, boolean exact, TensorScope into) {
    if (exact) {
      return into.doubles(bounds);
    }
    float[] rounded = new float[bounds.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) bounds[i];
    }
    return into.floats(rounded);
  }
}
