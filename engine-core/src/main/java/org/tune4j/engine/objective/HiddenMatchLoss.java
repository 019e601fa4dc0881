package org.tune4j.engine.objective;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** How far a student's vectors lie from its teacher's, of one pair of models. */
final class HiddenMatchLoss {
  /** Keeps the draws of a projection apart from all others of the same seed. */
  private static final long PURPOSE = 0x68696464656e6d61L;

  private static final KernelModule KERNEL =
      KernelModule.load(
          "hidden_match",
          KernelSources.read(HiddenMatchLoss.class, "/org/tune4j/engine/kernels", "hidden_match"),
          """
            def match(self: __torch__.Root, h: Tensor, rows: Tensor, taught: Tensor, weight: Tensor, projection: List[Tensor], gh: Tensor) -> Tensor:
              return __torch__.hidden_match.match(h, rows, taught, weight, projection, gh)
          """);

  private final double weight;
  private final Map<Integer, Integer> layers;
  private final Optional<TensorSlot> projection;
  private final TrainableTensors weights;

  /**
   * A loss.
   *
   * @param weights all that is trained, with the projection where there is one
   */
  HiddenMatchLoss(
      HiddenMatch match, Architecture student, Architecture teacher, TrainableTensors weights) {
    match.requireFor(student, teacher);
    this.weight = match.weight();
    this.layers = match.layers(student, teacher);
    this.projection = match.projection(student, teacher).map(trainable -> trainable.slot());
    this.weights = weights;
  }

  /** Gives the projection, if there is one, the values that torch's {@code Linear} starts with. */
  void begin(long seed) {
    projection.ifPresent(
        slot -> {
          double bound = 1 / Math.sqrt(slot.shape().get(1));
          SplittableRandom random = new SplittableRandom(seed ^ PURPOSE);
          double[] values = random.doubles(slot.elements(), -bound, bound).toArray();
          try (TensorScope work = TensorScope.open()) {
            weights.set(slot, work.doubles(values, slot.sizes()));
          }
        });
  }

  /** Layers of the student that are matched. */
  Set<Integer> layers() {
    return layers.keySet();
  }

  /** Layers of the teacher that they are matched with. */
  Set<Integer> taughtLayers() {
    return Set.copyOf(layers.values());
  }

  /** The student's side of a batch. */
  interface Student {
    /** Vectors {@code [N, hidden]} of a layer. */
    Tensor hidden(int layer);

    /** Where their gradient is added up. */
    Tensor gradient(int layer);
  }

  /**
   * The loss of labelled tokens; its gradients are added up.
   *
   * @param rows flat positions
   * @param tokenWeights {@code [N]}, what the loss of each token is multiplied with
   * @param scale what gradients are multiplied with besides
   */
  double add(
      Student student,
      Teacher.Taught taught,
      int[] rows,
      float[] tokenWeights,
      double scale,
      TensorScope work) {
    return sum(student, taught, rows, tokenWeights, scale, parameters(weights::gradient), work);
  }

  /** The loss of labelled tokens alone. */
  double loss(
      Map<Integer, Tensor> student,
      Teacher.Taught taught,
      int[] rows,
      float[] tokenWeights,
      TensorScope work) {
    Student forgetting =
        new Student() {
          @Override
          public Tensor hidden(int layer) {
            return student.get(layer);
          }

          @Override
          public Tensor gradient(int layer) {
            return TensorOps.zeros(work, hidden(layer).dtype(), hidden(layer).shape());
          }
        };
    List<Tensor> parameters =
        parameters(slot -> TensorOps.zeros(work, weights.updatedIn(), slot.sizes()));
    return sum(forgetting, taught, rows, tokenWeights, 0, parameters, work);
  }

  /** The projection and where its gradient is added up; a kernel's list is never empty. */
  private List<Tensor> parameters(Function<TensorSlot, Tensor> gradient) {
    return projection
        .map(slot -> List.of(weights.compute(slot), gradient.apply(slot)))
        .orElseGet(() -> List.of(weights.flatGradient()));
  }

  private double sum(
      Student student,
      Teacher.Taught taught,
      int[] rows,
      float[] tokenWeights,
      double scale,
      List<Tensor> parameters,
      TensorScope work) {
    double[] gradientWeights =
        Arrays.stream(rows).mapToDouble(row -> tokenWeights[row] * scale * weight).toArray();
    double sum = 0;
    for (Map.Entry<Integer, Integer> pair : layers.entrySet()) {
      try (TensorScope step = work.nested()) {
        Tensor losses =
            KERNEL
                .call(
                    step,
                    "match",
                    student.hidden(pair.getKey()),
                    step.longs(rows),
                    taught.hidden(pair.getValue()),
                    step.doubles(gradientWeights),
                    parameters,
                    student.gradient(pair.getKey()))
                .get(0);
        sum += CausalLmObjective.weightedSum(losses, tokenWeights, rows);
      }
    }
    return weight * sum;
  }
}
