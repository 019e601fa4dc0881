package org.tune4j.lora;

import java.util.List;
import java.util.stream.Stream;
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
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The base with its adapter merged into copies of the weights that it changes, and of those that
 * are held in fewer bytes, in plain numbers; the base itself stays as it is.
 */
public final class LoraMerge implements AutoCloseable {
  private static final KernelModule KERNEL =
      KernelModule.load(
          "lora_merge",
          KernelSources.read(LoraMerge.class, "/org/tune4j/lora/kernels", "lora_merge"),
          """
            def linear(self: __torch__.Root, w: Tensor, a: Tensor, b: Tensor, scaling: Tensor) -> Tensor:
              return __torch__.lora_merge.linear(w, a, b, float(scaling))
            def embedding(self: __torch__.Root, w: Tensor, a: Tensor, b: Tensor, scaling: Tensor) -> Tensor:
              return __torch__.lora_merge.embedding(w, a, b, float(scaling))
            def experts(self: __torch__.Root, w: Tensor, a: Tensor, b: Tensor, r: Tensor, scaling: Tensor) -> Tensor:
              return __torch__.lora_merge.experts(w, a, b, int(r), float(scaling))
          """);

  private final CausalLm base;
  private final TensorScope scope;
  private final TrainableTensors merged;
  private final BoundModel model;

  private LoraMerge(Lora lora) {
    this.base = lora.base();
    Architecture architecture = base.architecture();
    List<Trainable> changed =
        architecture.slots().stream()
            .filter(slot -> changes(lora, slot) || base.isQuantised(slot))
            .map(slot -> TrainableWeights.of(architecture, slot))
            .toList();
    this.scope = TensorScope.open();
    this.merged = new TrainableTensors(changed, base, scope);
    changed.forEach(weight -> copy(weight.slot()));
    for (Trainable weight : lora.adapter().trainedWeights()) {
      TensorOps.copy(merged.master(weight.slot()), lora.weights().master(weight.slot()));
    }
    architecture.blocks().stream()
        .flatMap(block -> block.groups().stream())
        .forEach(group -> merge(lora, group));
    architecture.blocks().stream()
        .flatMap(block -> LoraSites.experts(block).stream())
        .flatMap(part -> Stream.of(part.router(), part.in(), part.out()))
        .forEach(weight -> mergeExperts(lora, weight));
    architecture.head().dense().ifPresent(layer -> merge(lora, LinearGroup.of(layer)));
    if (lora.adapter().at(architecture.headGroup()).isPresent()) {
      merge(lora, architecture.headGroup());
    }
    lora.adapter().atEmbedding().ifPresent(site -> mergeEmbedding(lora, site));
    merged.refresh();
    this.model = new BoundModel(base, null, merged);
  }

  /**
   * Merges.
   *
   * @throws org.tune4j.engine.ConfigException if the adapter sits on one use only of a tied matrix
   */
  public static LoraMerge of(Lora lora) {
    return new LoraMerge(lora);
  }

  /** The base's numbers, those that it computes with. */
  private void copy(TensorSlot slot) {
    try (TensorScope work = TensorScope.open()) {
      TensorOps.copy(
          merged.master(slot),
          base.isQuantised(slot) ? base.dequantised(slot, work) : base.weight(slot));
    }
  }

  private static boolean changes(Lora lora, TensorSlot slot) {
    Architecture architecture = lora.base().architecture();
    boolean adapted =
        slot.parts().stream()
                .map(part -> part.name().replaceAll("\\.weight$", ""))
                .anyMatch(lora.adapter().modules()::contains)
            || lora.adapter().atExperts(slot).isPresent();
    if (architecture.tied()
        && slot.equals(architecture.embeddingSlot())
        && (adapted || lora.adapter().modules().contains(architecture.head().out().module()))) {
      throw new org.tune4j.engine.ConfigException(
          "This adapter changes one use of a matrix that embedding and output layer share, so it cannot"
              + " be merged; keep it as an adapter");
    }
    return adapted || lora.adapter().trainedWeights().stream().anyMatch(t -> t.slot().equals(slot));
  }

  private void merge(Lora lora, LinearGroup group) {
    SiteKernel site = lora.adapter().at(group).orElse(null);
    if (site == null) {
      return;
    }
    List<LinearLayer> layers =
        group.layers().stream()
            .filter(layer -> lora.adapter().modules().contains(layer.module()))
            .toList();
    TensorSlot a = site.parameters().get(0);
    try (TensorScope work = TensorScope.open()) {
      for (int i = 0; i < layers.size(); i++) {
        LinearLayer layer = layers.get(i);
        TensorSlot.Part part = a.parts().get(i);
        KERNEL.call(
            work,
            "linear",
            TensorOps.rows(
                work, merged.master(group.weight()), group.firstRow(layer), layer.outputs()),
            TensorOps.rows(work, lora.weights().master(a), part.firstRow(), part.rows()),
            lora.weights().master(site.parameters().get(i + 1)),
            work.doubles(new double[] {lora.adapter().scaling(layer.module())}, 1));
      }
    }
  }

  private void mergeExperts(Lora lora, TensorSlot weight) {
    SiteKernel site = lora.adapter().atExperts(weight).orElse(null);
    if (site == null) {
      return;
    }
    try (TensorScope work = TensorScope.open()) {
      KERNEL.call(
          work,
          "experts",
          merged.master(weight),
          lora.weights().master(site.parameters().get(0)),
          lora.weights().master(site.parameters().get(1)),
          work.longs(new long[] {lora.adapter().rank(weight.name())}, 1),
          work.doubles(new double[] {lora.adapter().scaling(weight.name())}, 1));
    }
  }

  private void mergeEmbedding(Lora lora, SiteKernel site) {
    Architecture architecture = base.architecture();
    try (TensorScope work = TensorScope.open()) {
      KERNEL.call(
          work,
          "embedding",
          merged.master(architecture.embeddingSlot()),
          lora.weights().master(site.parameters().get(0)),
          lora.weights().master(site.parameters().get(1)),
          work.doubles(
              new double[] {lora.adapter().scaling(architecture.embedding().module())}, 1));
    }
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
