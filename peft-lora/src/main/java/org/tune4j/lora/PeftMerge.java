package org.tune4j.lora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The base with its adapter merged into copies of the weights that it changes, and of those that
 * are held in fewer bytes, in plain numbers; the base itself stays as it is.
 */
public final class PeftMerge implements AutoCloseable {
  private static final String[] CALLED = {"linear", "quantised", "int8", "nf4", "dropout"};

  private final CausalLm base;
  private final PeftModel adapted;
  private final TensorScope scope;
  private final TrainableTensors merged;
  private final BoundModel model;

  /** A place where an adapter computes, and the weights that it changes there. */
  private record Site(SiteKernel kernel, List<TensorSlot> weights) {
    String call() {
      return "__torch__.%s.merge(w, p, %s)".formatted(kernel.kernel(), kernel.literals());
    }
  }

  private PeftMerge(PeftModel adapted) {
    this.adapted = adapted;
    this.base = adapted.base();
    Architecture architecture = base.architecture();
    List<Site> sites = sites();
    Set<String> changed =
        Stream.concat(
                sites.stream().flatMap(site -> site.weights.stream()),
                adapted.adapter().trainedWeights().stream().map(Trainable::slot))
            .map(TensorSlot::name)
            .collect(Collectors.toSet());
    List<Trainable> copies =
        TrainableWeights.of(
            architecture,
            architecture.slots().stream()
                .filter(slot -> changed.contains(slot.name()) || base.isQuantised(slot))
                .toList());
    this.scope = TensorScope.open();
    try {
      this.merged = new TrainableTensors(copies, base, scope);
      copies.forEach(weight -> copy(weight.slot()));
      for (Trainable weight : adapted.adapter().trainedWeights()) {
        TensorOps.copy(merged.master(weight.slot()), adapted.weights().master(weight.slot()));
      }
      merge(sites);
      merged.refresh();
      this.model = new BoundModel(base, null, merged);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /**
   * Merges.
   *
   * @throws ConfigException if the adapter sits on one use only of a tied matrix
   */
  public static PeftMerge of(PeftModel adapted) {
    return new PeftMerge(adapted);
  }

  private List<Site> sites() {
    Architecture architecture = base.architecture();
    WeightAdapter adapter = adapted.adapter();
    List<Site> sites = new ArrayList<>();
    adapter
        .atEmbedding()
        .ifPresent(kernel -> sites.add(new Site(kernel, List.of(architecture.embeddingSlot()))));
    SiteAdapter.forEachGroup(
        architecture,
        group -> adapter.at(group).ifPresent(kernel -> sites.add(new Site(kernel, group.slots()))));
    architecture.blocks().stream()
        .flatMap(block -> LoraSites.experts(block).stream())
        .flatMap(part -> Stream.of(part.router(), part.in(), part.out()))
        .forEach(
            weight ->
                adapter
                    .atExperts(weight)
                    .ifPresent(kernel -> sites.add(new Site(kernel, List.of(weight)))));
    requireBothUses(architecture, adapter);
    return sites;
  }

  /** What changes both uses of a tied matrix in the same way can be merged. */
  private static void requireBothUses(Architecture architecture, WeightAdapter adapter) {
    List<TensorSlot> reading = parameters(adapter.atEmbedding().orElse(null));
    List<TensorSlot> scoring = parameters(adapter.at(architecture.headGroup()).orElse(null));
    if (architecture.tied() && !reading.equals(scoring)) {
      throw new ConfigException(
          "This adapter changes one use of a matrix that embedding and output layer share, so it cannot"
              + " be merged; keep it as an adapter");
    }
  }

  private static List<TensorSlot> parameters(SiteKernel kernel) {
    return kernel == null ? List.of() : kernel.parameters();
  }

  /** The base's numbers, those that it computes with. */
  private void copy(TensorSlot slot) {
    try (TensorScope work = TensorScope.open()) {
      TensorOps.copy(
          merged.master(slot),
          base.isQuantised(slot) ? base.dequantised(slot, work) : base.weight(slot));
    }
  }

  private void merge(List<Site> sites) {
    if (sites.isEmpty()) {
      return;
    }
    Map<String, String> methods = new LinkedHashMap<>();
    StringBuilder text = new StringBuilder();
    for (Site site : sites) {
      if (!methods.containsKey(site.call())) {
        String name = "merge" + methods.size();
        methods.put(site.call(), name);
        text.append(
            """
              def %s(self: __torch__.Root, w: List[Tensor], p: List[Tensor]) -> List[Tensor]:
                return %s
            """
                .formatted(name, site.call()));
      }
    }
    Map<String, String> sources =
        KernelSources.read(KernelModule.class, "/org/tune4j/engine/kernels", CALLED);
    sources.putAll(adapted.adapter().kernelSources());
    try (KernelModule module = KernelModule.load("merge", sources, text.toString())) {
      for (Site site : sites) {
        try (TensorScope work = TensorScope.open()) {
          module.call(
              work,
              methods.get(site.call()),
              site.weights.stream().map(merged::master).toList(),
              inputs(site.kernel, work));
        }
      }
    }
  }

  private List<Tensor> inputs(SiteKernel kernel, TensorScope work) {
    List<Tensor> inputs = new ArrayList<>();
    kernel.parameters().forEach(slot -> inputs.add(adapted.weights().master(slot)));
    for (TensorSlot constant : kernel.constants()) {
      inputs.add(
          TensorOps.cast(work, adapted.adapter().exactConstant(constant), merged.flat().dtype()));
    }
    return inputs;
  }

  public CausalLm base() {
    return base;
  }

  /** The merged model. */
  public BoundModel model() {
    return model;
  }

  /** A weight of the merged model. */
  public Tensor weight(TensorSlot slot) {
    return merged.contains(slot) ? merged.master(slot) : base.weight(slot);
  }

  @Override
  public void close() {
    model.close();
    scope.close();
  }
}
