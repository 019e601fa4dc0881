package org.tune4j.lora;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** An adapter that knows its kernels by the sites they stand at. Subclasses put them there. */
abstract class SiteAdapter implements WeightAdapter {
  static final String FOLDER = "/org/tune4j/lora/kernels";
  private final Map<String, SiteKernel> kernels = new LinkedHashMap<>();
  private final Set<TensorSlot> undecayed = new LinkedHashSet<>();
  private final Map<TensorSlot, Float> gates = new LinkedHashMap<>();
  private SiteKernel embedding;

  /** The layers of a group that are adapted, and where they stand in it. */
  record Layers(List<LinearLayer> layers, List<Integer> starts, List<Integer> ends) {
    static Layers of(LinearGroup group, ModuleSites sites) {
      List<LinearLayer> layers =
          group.layers().stream().filter(layer -> sites.isAdapted(layer.module())).toList();
      List<Integer> starts = layers.stream().map(group::firstRow).toList();
      List<Integer> ends = new ArrayList<>();
      for (int i = 0; i < layers.size(); i++) {
        ends.add(starts.get(i) + layers.get(i).outputs());
      }
      return new Layers(layers, starts, ends);
    }

    /** A parameter of a layer, by the name that PEFT's files have for it. */
    static TensorSlot parameter(LinearLayer layer, String name, long... shape) {
      return TensorSlot.whole(PeftFiles.PREFIX + layer.module() + "." + name, shape);
    }

    /** The outputs of the widest of them. */
    long widest() {
      return layers.stream().mapToLong(LinearLayer::outputs).max().orElse(0);
    }
  }

  /** Which modules it is for. */
  abstract ModuleSites targeted();

  @Override
  public List<String> modules() {
    return targeted().adapted();
  }

  @Override
  public final List<String> saved() {
    return targeted().saved();
  }

  /** Visits every linear group of a model, in the order of use. */
  static void forEachGroup(Architecture architecture, Consumer<LinearGroup> visitor) {
    architecture.blocks().forEach(block -> block.groups().forEach(visitor));
    architecture.head().dense().ifPresent(layer -> visitor.accept(LinearGroup.of(layer)));
    visitor.accept(architecture.headGroup());
  }

  /** Stands in for a group, or joins the matrix of experts, of that name. */
  final void put(String name, SiteKernel kernel) {
    kernels.put(name, kernel);
  }

  final void putAtEmbedding(SiteKernel kernel) {
    embedding = kernel;
  }

  /** Notes a parameter that weight decay does not apply to. */
  final TensorSlot undecayed(TensorSlot slot) {
    undecayed.add(slot);
    return slot;
  }

  /** Notes a parameter that makes its site compute what the base does while it is all one value. */
  final TensorSlot gate(TensorSlot slot, float idle) {
    gates.put(slot, idle);
    return slot;
  }

  /** A site of which it cannot be told counts as one that changes numbers. */
  @Override
  public final boolean isIdle(CausalLm base, TrainableTensors weights) {
    return sites().stream().allMatch(site -> isIdle(site, base, weights))
        && trainedWeights().stream().allMatch(each -> isBase(each.slot(), base, weights));
  }

  /** Whether a site computes what the base does. */
  boolean isIdle(SiteKernel site, CausalLm base, TrainableTensors weights) {
    List<TensorSlot> gated = site.parameters().stream().filter(gates::containsKey).toList();
    return !gated.isEmpty()
        && gated.stream().allMatch(slot -> isAll(weights.master(slot), gates.get(slot)));
  }

  private static boolean isAll(Tensor numbers, float wanted) {
    try (TensorScope work = TensorScope.open()) {
      for (float number : TensorOps.cast(work, numbers, DType.FLOAT32).toFloats()) {
        if (number != wanted) {
          return false;
        }
      }
      return true;
    }
  }

  private static boolean isBase(TensorSlot slot, CausalLm base, TrainableTensors weights) {
    try (TensorScope work = TensorScope.open()) {
      Tensor own = base.weight(slot);
      return TensorOps.fingerprint(TensorOps.cast(work, weights.master(slot), own.dtype()))
          == TensorOps.fingerprint(own);
    }
  }

  @Override
  public final Optional<SiteKernel> at(LinearGroup group) {
    return Optional.ofNullable(kernels.get(group.name()));
  }

  @Override
  public final Optional<SiteKernel> atExperts(TensorSlot weight) {
    return Optional.ofNullable(kernels.get(weight.name()));
  }

  @Override
  public final Optional<SiteKernel> atEmbedding() {
    return Optional.ofNullable(embedding);
  }

  /** Every site's kernel. */
  final List<SiteKernel> sites() {
    return Stream.concat(kernels.values().stream(), atEmbedding().stream()).toList();
  }

  /** Kernel files that those at the sites call. */
  List<String> calledKernels() {
    return List.of();
  }

  @Override
  public final Map<String, String> kernelSources() {
    Set<String> names = new TreeSet<>(calledKernels());
    sites().forEach(site -> names.add(site.kernel()));
    return KernelSources.read(SiteAdapter.class, FOLDER, names.toArray(String[]::new));
  }

  @Override
  public final List<Trainable> parameters() {
    return Stream.concat(
            kernels.values().stream().flatMap(kernel -> parameters(kernel, true)),
            atEmbedding().stream().flatMap(kernel -> parameters(kernel, false)))
        .distinct()
        // What has one rate is updated at once where it lies together.
        .sorted(Comparator.comparingDouble(Trainable::rate))
        .toList();
  }

  private Stream<Trainable> parameters(SiteKernel kernel, boolean atMatrix) {
    return kernel.parameters().stream()
        .map(
            slot ->
                new Trainable(
                    slot, !undecayed.contains(slot), atMatrix && isHiddenMatrix(slot, kernel)))
        .map(each -> each.withRate(rate(each.slot())));
  }

  /** What a parameter's learning rate is a multiple of the run's by. */
  double rate(TensorSlot slot) {
    return 1;
  }

  /** Whether a parameter at a matrix is a matrix of hidden layers itself. */
  boolean isHiddenMatrix(TensorSlot slot, SiteKernel kernel) {
    return false;
  }

  @Override
  public final List<TensorSlot> constants() {
    return sites().stream().flatMap(site -> site.constants().stream()).distinct().toList();
  }

  /** PEFT has the bias of an adapted layer in what it calls the base layer. */
  @Override
  public String fileName(String tensor) {
    String module = tensor.substring(0, tensor.lastIndexOf('.'));
    return tensor.endsWith(".bias") && targeted().isAdapted(module)
        ? PeftFiles.PREFIX + module + ".base_layer.bias"
        : PeftFiles.PREFIX + tensor;
  }

  /** A generator of numbers that are a function of the seed and of a parameter. */
  static SplittableRandom random(TensorSlot parameter, long seed) {
    // String.hashCode is specified, so the same everywhere.
    return new SplittableRandom(seed ^ parameter.name().hashCode() * 0x9E3779B97F4A7C15L);
  }
}
