package org.tune4j.engine.objective;

import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.BoundModel.Activations;
import org.tune4j.engine.model.LanguageHead;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What a student learns of a teacher with the same vocabulary. The teacher reads each batch and
 * keeps nothing; both models' scores are of labelled tokens only, a chunk at a time, so that tokens
 * x vocabulary is never held.
 */
public final class DistillationObjective implements Objective {
  private static final KernelModule KERNEL =
      KernelModule.load(
          "distillation",
          KernelSources.read(
              DistillationObjective.class,
              "/org/tune4j/engine/kernels",
              "distillation",
              "cross_entropy"),
          """
            def combined(self: __torch__.Root, z: Tensor, t: Tensor, y: Tensor, weight: Tensor, settings: Tensor) -> List[Tensor]:
              return __torch__.distillation.combined(z, t, y, weight, settings)
          """);

  private final BoundModel teacher;
  private final Distillation distillation;

  /**
   * A teacher and what is learned of it.
   *
   * @param teacher stays open as long as this is used
   * @throws ConfigException if it does not say next tokens
   */
  public DistillationObjective(BoundModel teacher, Distillation distillation) {
    requireSame(teacher.architecture(), teacher.architecture());
    this.teacher = teacher;
    this.distillation = distillation;
  }

  /**
   * Compares what two models say.
   *
   * @throws ConfigException if one of them does not say next tokens, or they have vocabularies of
   *     different sizes
   */
  public static void requireSame(Architecture student, Architecture teacher) {
    for (Architecture each : List.of(student, teacher)) {
      if (!(each.head() instanceof LanguageHead)) {
        throw new ConfigException(
            "distillation: a %s with the head %s says no next token"
                .formatted(each.modelType(), each.head().out().module()));
      }
    }
    if (student.head().out().outputs() != teacher.head().out().outputs()) {
      throw new ConfigException(
          "distillation: the teacher's vocabulary has %d tokens and the student's %d; they must be the same"
              .formatted(teacher.head().out().outputs(), student.head().out().outputs()));
    }
  }

  private void requireStudent(BoundModel student) {
    requireSame(student.architecture(), teacher.architecture());
    if (student.virtualTokens() + teacher.virtualTokens() > 0) {
      throw new ConfigException(
          "distillation: virtual tokens stand before the texts of one of the models, which the other"
              + " does not read");
    }
  }

  @Override
  public LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    requireStudent(model);
    if (batch.labelledRows().length == 0) {
      return LossSum.NONE;
    }
    try (TensorScope work = model.workScope()) {
      Tensor taught = teacher.hidden(teacher.upload(batch.batch(), work), work);
      Activations activations = model.forward(batch, recompute, seeds, work);
      Tensor hidden = activations.hidden();
      Tensor gradient = TensorOps.zeros(work, hidden.dtype(), hidden.shape());
      LossSum loss = pass(model, batch, hidden, taught, scale, gradient);
      model.backward(activations, gradient);
      return loss;
    }
  }

  /** With the share of the labels' cross entropy; without the dropout of training. */
  @Override
  public LossSum loss(BoundModel model, BatchTensors batch) {
    requireStudent(model);
    if (batch.labelledRows().length == 0) {
      return LossSum.NONE;
    }
    try (TensorScope work = model.workScope()) {
      Tensor taught = teacher.hidden(teacher.upload(batch.batch(), work), work);
      return pass(model, batch, model.hidden(batch, work), taught, 1, null);
    }
  }

  /**
   * All chunks.
   *
   * @param gradient of the hidden vectors, written where it is not null
   */
  private LossSum pass(
      BoundModel model,
      BatchTensors batch,
      Tensor hidden,
      Tensor taught,
      double scale,
      Tensor gradient) {
    int[] rows = batch.labelledRows();
    float[] weights = CausalLmObjective.tokenWeights(batch);
    int chunk = CausalLmObjective.chunk(model);
    double sum = 0;
    for (int from = 0; from < rows.length; from += chunk) {
      int[] part = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + chunk));
      try (TensorScope step = model.workScope()) {
        Tensor at = step.longs(part);
        List<Tensor> out =
            KERNEL.call(
                step,
                "combined",
                model.logits(hidden, at, step),
                teacher.logits(taught, at, step),
                step.longs(CausalLmObjective.targets(batch, part)),
                step.doubles(scaled(weights, part, scale)),
                step.doubles(
                    new double[] {
                      distillation.beta(),
                      distillation.temperature(),
                      distillation.alpha(),
                      distillation.factor()
                    }));
        sum += CausalLmObjective.weightedSum(out.get(0), weights, part);
        if (gradient != null) {
          // The scores are those without the output layer's dropout, so the way back is the same.
          model.logitsBackward(hidden, at, out.get(1), gradient, null);
        }
      }
    }
    return new LossSum(sum, rows.length);
  }

  private static double[] scaled(float[] weights, int[] rows, double scale) {
    return Arrays.stream(rows).mapToDouble(row -> weights[row] * scale).toArray();
  }
}
