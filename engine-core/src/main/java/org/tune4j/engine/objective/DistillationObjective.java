package org.tune4j.engine.objective;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.ForwardActivations;
import org.tune4j.engine.model.LanguageHead;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.Teacher.Taught;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What a student learns of a teacher with the same vocabulary. The teacher reads each batch and
 * keeps nothing, or was read before; both models' scores are of labelled tokens only, a chunk at a
 * time, so that tokens x vocabulary is never held.
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
            def combined(self: __torch__.Root, z: Tensor, t: List[Tensor], y: Tensor, weight: Tensor, settings: Tensor) -> List[Tensor]:
              return __torch__.distillation.combined(z, t, y, weight, settings)
          """);

  private final Teacher teacher;
  private final Distillation distillation;

  /** What of the vectors between blocks is learned too; empty for nothing. */
  private final Optional<HiddenMatchLoss> match;

  private DistillationObjective(
      Teacher teacher, Distillation distillation, Optional<HiddenMatchLoss> match) {
    this.teacher = teacher;
    this.distillation = distillation;
    this.match = match;
  }

  /**
   * A teacher and what is learned of it.
   *
   * @param teacher stays open as long as this is used
   * @throws ConfigException if it does not say next tokens
   */
  public DistillationObjective(BoundModel teacher, Distillation distillation) {
    this(new ModelTeacher(teacher), distillation, Optional.empty());
    requireSame(teacher.architecture(), teacher.architecture());
  }

  /**
   * What a teacher said of the rows that will be learned.
   *
   * @param teacher stays open as long as this is used
   * @throws ConfigException if it was softened by another temperature
   */
  public DistillationObjective(TeacherLogits teacher, Distillation distillation) {
    this(teacher, distillation, Optional.empty());
    teacher.requireTemperature(distillation.temperature());
  }

  /**
   * With a match of what stands between blocks.
   *
   * @param student what the models that learn are
   * @param weights all that is trained: of the projection, which gets its first values here
   * @param seed what these are a function of
   * @throws ConfigException if the models cannot be matched so
   */
  public static DistillationObjective matching(
      BoundModel teacher,
      Distillation distillation,
      HiddenMatch how,
      Architecture student,
      TrainableTensors weights,
      long seed) {
    HiddenMatchLoss match = new HiddenMatchLoss(how, student, teacher.architecture(), weights);
    match.begin(seed);
    return new DistillationObjective(new ModelTeacher(teacher), distillation, Optional.of(match));
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

  private Set<Integer> taughtLayers() {
    return match.map(HiddenMatchLoss::taughtLayers).orElse(Set.of());
  }

  @Override
  public LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    teacher.requireFor(model);
    int[] rows = batch.labelledRows();
    if (rows.length == 0) {
      return LossSum.NONE;
    }
    try (TensorScope work = model.workScope()) {
      Taught taught = teacher.read(batch, taughtLayers(), work);
      StudentPass pass = new StudentPass(model, model.forward(batch, recompute, seeds, work), work);
      double loss =
          pass(model, batch, pass.hidden(pass.last), taught, scale, pass.gradient(pass.last));
      if (match.isPresent()) {
        float[] weights = CausalLmObjective.tokenWeights(batch);
        loss += match.get().add(pass, taught, rows, weights, scale, work);
      }
      pass.backward();
      return new LossSum(loss, rows.length);
    }
  }

  /** A student's vectors of a batch, and where their gradients are added up. */
  private static final class StudentPass implements HiddenMatchLoss.Student {
    private final BoundModel model;
    private final ForwardActivations activations;
    private final TensorScope work;
    private final Map<Integer, Tensor> states = new HashMap<>();
    private final Map<Integer, Tensor> gradients = new HashMap<>();
    private final int last;

    StudentPass(BoundModel model, ForwardActivations activations, TensorScope work) {
      this.model = model;
      this.activations = activations;
      this.work = work;
      this.last = model.architecture().blocks().size();
    }

    @Override
    public Tensor hidden(int layer) {
      return states.computeIfAbsent(
          layer, each -> each == last ? activations.hidden() : activations.hidden(each, work));
    }

    @Override
    public Tensor gradient(int layer) {
      return gradients.computeIfAbsent(
          layer, each -> TensorOps.zeros(work, hidden(each).dtype(), hidden(each).shape()));
    }

    void backward() {
      Tensor atLast = gradients.remove(last);
      gradients.forEach(activations::addGradient);
      model.backward(activations, atLast);
    }
  }

  /** With the share of the labels' cross entropy; without the dropout of training. */
  @Override
  public LossSum loss(BoundModel model, BatchTensors batch) {
    teacher.requireFor(model);
    int[] rows = batch.labelledRows();
    if (rows.length == 0) {
      return LossSum.NONE;
    }
    try (TensorScope work = model.workScope()) {
      Taught taught = teacher.read(batch, taughtLayers(), work);
      Set<Integer> layers = match.map(HiddenMatchLoss::layers).orElse(Set.of());
      Map<Integer, Tensor> states = model.hiddenStates(batch, null, layers, work);
      Tensor last = states.get(model.architecture().blocks().size());
      double loss = pass(model, batch, last, taught, 1, null);
      if (match.isPresent()) {
        float[] weights = CausalLmObjective.tokenWeights(batch);
        loss += match.get().loss(states, taught, rows, weights, work);
      }
      return new LossSum(loss, rows.length);
    }
  }

  /**
   * The loss of all scores, chunk by chunk.
   *
   * @param gradient of the hidden vectors, written where it is not null
   */
  private double pass(
      BoundModel model,
      BatchTensors batch,
      Tensor hidden,
      Taught taught,
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
                model.output().logits(hidden, at, step),
                taught.scores(from, part, step),
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
          model.output().logitsBackward(hidden, at, out.get(1), gradient, null);
        }
      }
    }
    return sum;
  }

  private static double[] scaled(float[] weights, int[] rows, double scale) {
    return Arrays.stream(rows).mapToDouble(row -> weights[row] * scale).toArray();
  }
}
