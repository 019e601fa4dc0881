package org.tune4j.engine.trainer;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.objective.Distillation;
import org.tune4j.engine.objective.DistillationObjective;
import org.tune4j.engine.objective.HiddenMatch;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.objective.TeacherLogits;
import org.tune4j.engine.train.RunIdentity;

/** Of whom a run learns, and what. */
sealed interface TeacherOrder {
  Distillation how();

  /** What the run's numbers depend on. */
  String identity();

  /** What is trained besides the student. */
  List<Trainable> ofLoss(Architecture student);

  /** What is there when a run begins. */
  LossOrder.Begun begin(Student student);

  /**
   * The side that learns.
   *
   * @param tokenizer its fingerprint
   * @param plan the rows
   * @param weights all that is trained
   */
  record Student(
      Architecture architecture,
      String tokenizer,
      Supplier<BatchPlan> plan,
      TrainableTensors weights,
      long seed) {}

  /** Of a model in memory. */
  record Loaded(CausalLm teacher, Distillation how, Optional<HiddenMatch> match)
      implements TeacherOrder {
    @Override
    public String identity() {
      return how
          + match.map(each -> ", " + each).orElse("")
          + " of "
          + RunIdentity.of(teacher).fields();
    }

    @Override
    public List<Trainable> ofLoss(Architecture student) {
      return match
          .flatMap(each -> each.projection(student, teacher.architecture()))
          .map(List::of)
          .orElse(List.of());
    }

    @Override
    public LossOrder.Begun begin(Student student) {
      BoundModel bound = new BoundModel(teacher, null, null);
      try {
        Objective objective =
            match.isEmpty()
                ? new DistillationObjective(bound, how)
                : DistillationObjective.matching(
                    bound,
                    how,
                    match.get(),
                    student.architecture(),
                    student.weights(),
                    student.seed());
        return new LossOrder.Begun(objective, bound::close);
      } catch (RuntimeException | Error e) {
        bound.close();
        throw e;
      }
    }
  }

  /** Of what was kept of one. */
  record Kept(Path logits, Distillation how) implements TeacherOrder {
    @Override
    public String identity() {
      try (TeacherLogits kept = TeacherLogits.open(logits)) {
        return how + " of " + kept.identity();
      }
    }

    @Override
    public List<Trainable> ofLoss(Architecture student) {
      return List.of();
    }

    @Override
    public LossOrder.Begun begin(Student student) {
      BatchPlan plan = student.plan().get();
      if (plan.windows() > 1 && plan.config().packing().equals(Optional.of(Packing.WRAPPED))) {
        throw new ConfigException(
            logits
                + ": teacher's logits of rows that are packed anew in each epoch (packing_strategy"
                + " wrapped, of more rows than memory holds); choose another strategy");
      }
      TeacherLogits kept = TeacherLogits.open(logits);
      try {
        kept.requireFor(
            student.tokenizer(), plan.window(0, 0).stream().flatMap(List::stream).toList());
        return new LossOrder.Begun(new DistillationObjective(kept, how), kept::close);
      } catch (RuntimeException | Error e) {
        kept.close();
        throw e;
      }
    }
  }
}
