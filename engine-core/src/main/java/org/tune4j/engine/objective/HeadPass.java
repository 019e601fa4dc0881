package org.tune4j.engine.objective;

import java.util.Arrays;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.ForwardActivations;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.HeadLoss.BinaryCrossEntropy;
import org.tune4j.engine.objective.HeadLoss.CrossEntropy;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** From the hidden vectors of judged rows to scores, losses and gradients, a chunk at a time. */
final class HeadPass {
  private static final KernelModule KERNEL =
      KernelModule.load(
          "head_loss",
          KernelSources.read(HeadPass.class, "/org/tune4j/engine/kernels", "head_loss"),
          """
            def one_label(self: __torch__.Root, z: Tensor, y: Tensor, gamma: Tensor) -> Tensor:
              return __torch__.head_loss.one_label(z, y, float(gamma))
            def one_label_gradient(self: __torch__.Root, z: Tensor, y: Tensor, gamma: Tensor, g: Tensor) -> Tensor:
              return __torch__.head_loss.one_label_gradient(g, z, y, float(gamma))
            def one_label_outputs(self: __torch__.Root, z: Tensor) -> Tensor:
              return torch.softmax(z, -1)
            def many_labels(self: __torch__.Root, z: Tensor, y: Tensor, gamma: Tensor) -> Tensor:
              return __torch__.head_loss.many_labels(z, y)
            def many_labels_gradient(self: __torch__.Root, z: Tensor, y: Tensor, gamma: Tensor, g: Tensor) -> Tensor:
              return __torch__.head_loss.many_labels_gradient(g, z, y)
            def many_labels_outputs(self: __torch__.Root, z: Tensor) -> Tensor:
              return torch.sigmoid(z)
            def number(self: __torch__.Root, z: Tensor, y: Tensor, gamma: Tensor) -> Tensor:
              return __torch__.head_loss.number(z, y)
            def number_gradient(self: __torch__.Root, z: Tensor, y: Tensor, gamma: Tensor, g: Tensor) -> Tensor:
              return __torch__.head_loss.number_gradient(g, z, y)
            def number_outputs(self: __torch__.Root, z: Tensor) -> Tensor:
              return z
          """);

  private final BoundModel model;
  private final Judgements judgements;
  private final String kernel;
  private final double gamma;
  private final double[] weights;

  private HeadPass(BoundModel model, Judgements judgements) {
    this.model = model;
    this.judgements = judgements;
    HeadLoss loss = judgements.loss();
    this.kernel =
        loss instanceof CrossEntropy
            ? "one_label"
            : loss instanceof BinaryCrossEntropy ? "many_labels" : "number";
    this.gamma = loss instanceof CrossEntropy one ? one.gamma() : 0;
    this.weights = judgements.weights();
    judgements.requireOutputs(outputs());
    judgements.requireReads(model.architecture().head());
  }

  static LossSum lossAndGradients(
      BoundModel model,
      BatchTensors batch,
      Judgements judgements,
      double scale,
      Recompute recompute,
      BlockSeeds seeds) {
    if (!judgements.labelled()) {
      return LossSum.NONE;
    }
    HeadPass pass = new HeadPass(model, judgements);
    double[] losses = new double[judgements.rows().length];
    try (TensorScope work = model.workScope()) {
      ForwardActivations activations = model.forward(batch, recompute, seeds, work);
      Tensor hidden = activations.hidden();
      Tensor gradient = TensorOps.zeros(work, hidden.dtype(), hidden.shape());
      for (int from = 0; from < losses.length; from += pass.chunk()) {
        try (TensorScope step = work.nested()) {
          pass.learn(hidden, gradient, from, scale, losses, step);
        }
      }
      model.backward(activations, gradient);
    }
    double weight = Arrays.stream(judgements.labelWeights()).sum();
    return new LossSum(Arrays.stream(losses).sum(), weight);
  }

  static Judged judge(
      BoundModel model, BatchTensors batch, Judgements judgements, BlockSeeds seeds) {
    HeadPass pass = new HeadPass(model, judgements);
    float[][] outputs = new float[judgements.rows().length][];
    double[] losses = new double[pass.weights.length];
    try (TensorScope work = model.workScope()) {
      Tensor hidden = model.hidden(batch, seeds, work);
      for (int from = 0; from < outputs.length; from += pass.chunk()) {
        try (TensorScope step = work.nested()) {
          Tensor scores = model.output().logits(hidden, step.longs(pass.rows(from)), step);
          pass.readOutputs(scores, from, outputs, step);
          if (judgements.labelled()) {
            pass.readLosses(scores, pass.wanted(from, step), from, losses, step);
          }
        }
      }
    }
    return new Judged(
        judgements.batch(), judgements.rows(), outputs, losses, judgements.labelWeights());
  }

  private int outputs() {
    return model.architecture().head().out().outputs();
  }

  private int chunk() {
    return CausalLmObjective.chunk(model);
  }

  /** The flat positions of the chunk that begins there. */
  private int[] rows(int from) {
    int[] all = judgements.rows();
    return Arrays.copyOfRange(all, from, Math.min(all.length, from + chunk()));
  }

  private Tensor wanted(int from, TensorScope into) {
    int width = judgements.width();
    int count = rows(from).length;
    float[] part = Arrays.copyOfRange(judgements.wanted(), from * width, (from + count) * width);
    return into.floats(part, count, width);
  }

  private Tensor gamma(TensorScope into) {
    return into.doubles(new double[] {gamma}, 1);
  }

  /**
   * The output layer draws nothing at random here: the scores are those without its dropout, so the
   * way back has to be the same.
   */
  private void learn(
      Tensor hidden, Tensor gradient, int from, double scale, double[] losses, TensorScope step) {
    int[] part = rows(from);
    double[] factors = new double[part.length];
    Arrays.setAll(factors, r -> weights[from + r] * scale);
    Tensor rows = step.longs(part);
    Tensor scores = model.output().logits(hidden, rows, step);
    Tensor wanted = wanted(from, step);
    Tensor byScores =
        KERNEL
            .call(
                step,
                kernel + "_gradient",
                scores,
                wanted,
                gamma(step),
                step.doubles(factors, factors.length))
            .get(0);
    readLosses(scores, wanted, from, losses, step);
    model.output().logitsBackward(hidden, rows, byScores, gradient, null);
  }

  private void readLosses(
      Tensor scores, Tensor wanted, int from, double[] losses, TensorScope step) {
    Tensor each = KERNEL.call(step, kernel, scores, wanted, gamma(step)).get(0);
    double[] numbers = TensorOps.cast(step, each, DType.FLOAT64).toDoubles();
    for (int r = 0; r < numbers.length; r++) {
      losses[from + r] = numbers[r] * weights[from + r];
    }
  }

  private void readOutputs(Tensor scores, int from, float[][] outputs, TensorScope step) {
    Tensor said = KERNEL.call(step, kernel + "_outputs", scores).get(0);
    float[] numbers = TensorOps.cast(step, said, DType.FLOAT32).toFloats();
    int width = outputs();
    for (int r = 0; r * width < numbers.length; r++) {
      outputs[from + r] = Arrays.copyOfRange(numbers, r * width, (r + 1) * width);
    }
  }
}
