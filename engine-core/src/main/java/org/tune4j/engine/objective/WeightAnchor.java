package org.tune4j.engine.objective;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Where what is trained is held, and how firmly each number: at the weights of an old task, by the
 * diagonal of its Fisher information (elastic weight consolidation, Kirkpatrick et al., 2017); or
 * at the weights that a run starts from, all alike (L2-SP, Li et al., 2018). One or two flat
 * vectors beside those of {@link TrainableTensors}, in the same order.
 */
public final class WeightAnchor implements AutoCloseable {
  private static final String WEIGHT = "weight/";
  private static final String FISHER = "fisher/";
  private static final int NAMED_FAULTS = 20;

  /** Small gradients vanish in fp16: the loss is multiplied with so much, as in training. */
  private static final double FP16_SCALE = 65536;

  private static final KernelModule KERNEL =
      KernelModule.load(
          "anchor",
          KernelSources.read(WeightAnchor.class, "/org/tune4j/engine/kernels", "anchor"),
          """
            def clear(self: __torch__.Root, g: Tensor) -> Tensor:
              return __torch__.anchor.clear(g)
            def add_squares(self: __torch__.Root, f: Tensor, g: Tensor) -> Tensor:
              return __torch__.anchor.add_squares(f, g)
            def scale(self: __torch__.Root, f: Tensor, factor: Tensor) -> Tensor:
              return __torch__.anchor.scale(f, factor)
            def limits(self: __torch__.Root, f: Tensor) -> Tensor:
              return __torch__.anchor.limits(f)
            def alike(self: __torch__.Root, w: Tensor, a: Tensor, g: Tensor, strength: Tensor) -> Tensor:
              return __torch__.anchor.add_gradient(w, a, annotate(List[Tensor], []), g, strength)
            def by_fisher(self: __torch__.Root, w: Tensor, a: Tensor, g: Tensor, strength: Tensor, f: Tensor) -> Tensor:
              return __torch__.anchor.add_gradient(w, a, [f], g, strength)
          """);

  private final TrainableTensors weights;
  private final TensorScope scope;
  private final Tensor held;
  private final Optional<Tensor> fisher;

  private WeightAnchor(TrainableTensors weights, boolean fisher, TensorScope parent) {
    this.weights = weights;
    this.scope = parent.nested();
    long numbers = weights.parameters();
    this.held = TensorOps.zeros(scope, weights.flat().dtype(), numbers);
    this.fisher =
        fisher
            ? Optional.of(TensorOps.zeros(scope, weights.flat().dtype(), numbers))
            : Optional.empty();
  }

  /** Holds all weights alike where they are now. */
  public static WeightAnchor here(TrainableTensors weights, TensorScope parent) {
    WeightAnchor anchor = new WeightAnchor(weights, false, parent);
    TensorOps.copy(anchor.held, weights.flat());
    return anchor;
  }

  /**
   * Holds weights where they are now, each by what a sample of what was learned says of it: the
   * empirical Fisher information {@code 1/N sum_i (d l_i / d theta)^2}, where l_i is the mean loss
   * of the labels of example i. Examples go through the model one by one, without dropout; the
   * gradients of {@code weights} are used for it and cleared.
   *
   * @param objective the loss that was learned; examples without a label do not count
   * @throws DataException if no example has a label
   * @throws NumericalException if a square of a gradient is not finite
   */
  public static WeightAnchor measure(
      BoundModel model,
      TrainableTensors weights,
      Objective objective,
      Iterable<EncodedExample> examples,
      TensorScope parent) {
    WeightAnchor anchor = new WeightAnchor(weights, true, parent);
    try {
      anchor.addUp(model, objective, examples);
      TensorOps.copy(anchor.held, weights.flat());
      return anchor;
    } catch (RuntimeException | Error e) {
      anchor.close();
      throw e;
    }
  }

  private void addUp(BoundModel model, Objective objective, Iterable<EncodedExample> examples) {
    Tensor sum = fisher.orElseThrow();
    double scale = model.dtype() == DType.FLOAT16 ? FP16_SCALE : 1;
    long counted = 0;
    try (TensorScope work = model.workScope()) {
      KERNEL.call(work, "clear", weights.flatGradient());
    }
    for (EncodedExample example : examples) {
      Batch batch = Batch.of(List.of(example));
      double weight = objective.weight(model.read(batch));
      if (weight > 0) {
        try (TensorScope work = model.workScope()) {
          scale = takeGradients(model, objective, model.upload(batch, work), weight, scale);
          KERNEL.call(work, "add_squares", sum, weights.flatGradient());
        }
        counted++;
      }
    }
    if (counted == 0) {
      throw new DataException("Fisher information: no example of the sample has a label");
    }
    try (TensorScope work = model.workScope()) {
      KERNEL.call(work, "scale", sum, work.doubles(new double[] {1.0 / counted}));
    }
    if (!Double.isFinite(limits()[1])) {
      throw new NumericalException(
          "Fisher information: the square of a gradient is not finite, of %d examples"
              .formatted(counted));
    }
  }

  /**
   * Adds the gradients of an example up, from a loss that is multiplied with {@code scale}, or with
   * half of it and so on where they overflow, and divides them again.
   *
   * @return the scale they were taken with
   */
  private double takeGradients(
      BoundModel model, Objective objective, BatchTensors batch, double weight, double scale) {
    objective.lossAndGradients(model, batch, scale / weight, Recompute.NONE, null);
    if (scale == 1) {
      return scale;
    }
    try (TensorScope work = model.workScope()) {
      if (TensorOps.isFinite(weights.flatGradient())) {
        KERNEL.call(work, "scale", weights.flatGradient(), work.doubles(new double[] {1 / scale}));
        return scale;
      }
      KERNEL.call(work, "clear", weights.flatGradient());
    }
    return takeGradients(model, objective, batch, weight, scale / 2);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param weights that are to be held, with the same tensors
   * @throws ModelFormatException if the file is not valid, is of other tensors, or holds a number
   *     that is not finite, or Fisher information below 0
   */
  public static WeightAnchor read(Path file, TrainableTensors weights, TensorScope parent) {
    WeightAnchor anchor = new WeightAnchor(weights, true, parent);
    try (SafetensorsFile stored = SafetensorsFile.open(file);
        TensorScope work = parent.nested()) {
      requireSame(stored, weights.all());
      anchor.parts(work).forEach((name, tensor) -> StoredTensors.fill(tensor, stored, name));
      double least = anchor.limits()[0];
      if (least < 0) {
        throw new ModelFormatException(
            file + ": Fisher information of " + least + ": wanted are numbers from 0 on");
      }
      return anchor;
    } catch (RuntimeException | Error e) {
      anchor.close();
      throw e;
    }
  }

  /** The least and the largest Fisher information. */
  private double[] limits() {
    try (TensorScope work = scope.nested()) {
      return KERNEL.call(work, "limits", fisher.orElseThrow()).get(0).toDoubles();
    }
  }

  /**
   * Compares what a file says of its tensors with what is to be trained, before there is any memory
   * for that.
   *
   * @throws ModelFormatException if the file is not valid, or is of other tensors
   */
  public static void requireOf(Path file, List<Trainable> trained) {
    try (SafetensorsFile stored = SafetensorsFile.open(file)) {
      requireSame(stored, trained);
    }
  }

  /** The tensors of a file: an old task does not need what belongs to the loss of a new one. */
  private static List<TensorSlot.Part> stored(Trainable trainable) {
    return trainable.isOfLoss() ? List.of() : trainable.slot().parts();
  }

  private static void requireSame(SafetensorsFile file, List<Trainable> trained) {
    Map<String, long[]> wanted = new LinkedHashMap<>();
    for (Trainable trainable : trained) {
      for (TensorSlot.Part part : stored(trainable)) {
        wanted.put(WEIGHT + part.name(), part.sizes());
        wanted.put(FISHER + part.name(), part.sizes());
      }
    }
    List<String> faults = new ArrayList<>();
    wanted.forEach(
        (name, shape) -> {
          TensorInfo info = file.tensors().get(name);
          if (info == null) {
            faults.add("missing: " + name);
          } else if (!Arrays.equals(info.shape(), shape)) {
            faults.add(
                "%s: wanted %s, found %s"
                    .formatted(
                        name,
                        Arrays.toString(shape),
                        Shortened.text(Arrays.toString(info.shape()))));
          }
        });
    for (String name : new TreeSet<>(file.tensors().keySet())) {
      if (!wanted.containsKey(name)) {
        faults.add("unexpected: " + Shortened.text(name));
      }
    }
    if (!faults.isEmpty()) {
      throw new ModelFormatException(
          "%s is not of what is trained here, %d differences: %s"
              .formatted(
                  file.path(),
                  faults.size(),
                  String.join("; ", faults.subList(0, Math.min(NAMED_FAULTS, faults.size())))));
    }
  }

  /**
   * Writes {@code weight/NAME} and {@code fisher/NAME} of each tensor, by the names that the
   * model's or adapter's own files have, as safetensors; replaces a file that is there.
   *
   * @throws IllegalStateException if all is held alike: there is nothing to keep of that
   */
  public void write(Path file) {
    if (fisher.isEmpty()) {
      throw new IllegalStateException("All weights are held alike: a file would say nothing");
    }
    try (TensorScope work = scope.nested()) {
      SafetensorsWriter.write(file, Map.of("format", "pt"), tensors(work).values());
    }
  }

  private Map<String, TensorToWrite> tensors(TensorScope work) {
    Map<String, TensorToWrite> tensors = new LinkedHashMap<>();
    parts(work)
        .forEach(
            (name, part) -> tensors.put(name, StoredTensors.toWrite(name, part, part.shape())));
    return tensors;
  }

  /** Views of both vectors as the tensors of a file. */
  private Map<String, Tensor> parts(TensorScope work) {
    Map<String, Tensor> parts = new LinkedHashMap<>();
    long offset = 0;
    for (Trainable trainable : weights.all()) {
      TensorSlot slot = trainable.slot();
      for (TensorSlot.Part part : stored(trainable)) {
        parts.put(
            WEIGHT + part.name(), part.of(TensorOps.view(work, held, offset, slot.sizes()), work));
        parts.put(
            FISHER + part.name(),
            part.of(TensorOps.view(work, fisher.orElseThrow(), offset, slot.sizes()), work));
      }
      offset += slot.elements();
    }
    return parts;
  }

  /**
   * {@code lambda / 2 sum F (theta - theta*)^2} of the weights as they are, F being 1 where all are
   * held alike; its gradient is added to theirs. Takes no memory to speak of.
   */
  double addPenalty(double lambda) {
    try (TensorScope work = scope.nested()) {
      Tensor w = weights.flat();
      Tensor g = weights.flatGradient();
      Tensor strength = work.doubles(new double[] {lambda});
      List<Tensor> value =
          fisher.isPresent()
              ? KERNEL.call(work, "by_fisher", w, held, g, strength, fisher.get())
              : KERNEL.call(work, "alike", w, held, g, strength);
      return value.get(0).toDoubles()[0];
    }
  }

  /** Changes with any bit of what is held and how firmly. */
  public String fingerprint() {
    return Long.toHexString(TensorOps.fingerprint(held))
        + fisher.map(f -> ", " + Long.toHexString(TensorOps.fingerprint(f))).orElse("");
  }

  @Override
  public void close() {
    scope.close();
  }
}
