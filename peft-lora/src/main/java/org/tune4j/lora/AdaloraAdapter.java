package org.tune4j.lora;

import java.util.List;
import java.util.Optional;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.AroundObjective;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** AdaLoRA on one model: its layers, what its loss has besides, and who allocates its ranks. */
final class AdaloraAdapter extends LayerAdapter {
  static final KernelModule KERNEL =
      KernelModule.load(
          "adalora_ranks",
          KernelSources.read(AdaloraAdapter.class, "/org/tune4j/lora/kernels", "adalora_ranks"),
          """
            def keep(self: __torch__.Root, copies: List[Tensor], g: List[Tensor], factor: Tensor) -> Tensor:
              return __torch__.adalora_ranks.keep(copies, g, float(factor))
            def learn(self: __torch__.Root, w: List[Tensor], g: List[Tensor], s: List[Tensor], u: List[Tensor], betas: Tensor) -> Tensor:
              return __torch__.adalora_ranks.learn(w, g, s, u, float(betas[0]), float(betas[1]))
            def allocate(self: __torch__.Root, kept: Tensor, s: List[Tensor], u: List[Tensor], cut: Tensor) -> Tensor:
              return __torch__.adalora_ranks.allocate(kept, s, u, int(cut))
            def mask(self: __torch__.Root, e: List[Tensor], kept: Tensor) -> Tensor:
              return __torch__.adalora_ranks.mask(e, kept)
            def penalty(self: __torch__.Root, w: List[Tensor], g: List[Tensor], weight: Tensor) -> Tensor:
              return __torch__.adalora_ranks.penalty(w, g, float(weight))
          """);

  private final AdaloraConfig config;

  AdaloraAdapter(
      AdaloraConfig config,
      TargetLayers targets,
      Architecture architecture,
      Kernels kernels,
      Start start) {
    super(config, targets, architecture, kernels, start);
    this.config = config;
    bias(config.bias());
    drops(config.loraDropout() > 0);
    idleAtZero("lora_E");
  }

  /** A, e and B of each layer, one layer after the other. */
  List<TensorSlot> triplets() {
    return sites().stream().map(SiteKernel::parameters).flatMap(List::stream).toList();
  }

  /** Importance, its uncertainty, and the gradients of an update. */
  @Override
  public long updateBytes() {
    return 3L * Float.BYTES * triplets().stream().mapToLong(TensorSlot::elements).sum();
  }

  @Override
  public Optional<String> doubts(long updates) {
    AdaloraConfig.Schedule schedule = config.schedule();
    if (updates == schedule.totalStep()) {
      return Optional.empty();
    }
    String end =
        updates > schedule.last() ? "" : ", so that ranks are not at target_r when it ends";
    return Optional.of(
        "total_step is %d, and the run makes %d updates%s"
            .formatted(schedule.totalStep(), updates, end));
  }

  @Override
  public Objective objective(Objective plain, TrainableTensors weights) {
    return new Orthogonal(plain, this, weights);
  }

  @Override
  public Optimizer optimizer(Optimizer plain, TrainableTensors weights, TensorScope parent) {
    return new RankAllocation(plain, config, triplets(), weights, parent);
  }

  /** Another loss, and the mean distance of the factors from orthogonal ones once a step. */
  private record Orthogonal(Objective plain, AdaloraAdapter adapter, TrainableTensors weights)
      implements AroundObjective {
    @Override
    public double addPenalty() {
      List<TensorSlot> factors =
          adapter.triplets().stream().filter(slot -> !slot.name().endsWith("lora_E")).toList();
      try (TensorScope work = TensorScope.open()) {
        Tensor penalty =
            KERNEL
                .call(
                    work,
                    "penalty",
                    factors.stream().map(weights::master).toList(),
                    factors.stream().map(weights::gradient).toList(),
                    work.doubles(new double[] {adapter.config.orthRegWeight()}, 1))
                .get(0);
        return plain.addPenalty() + penalty.toDoubles()[0];
      }
    }
  }
}
