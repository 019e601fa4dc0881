package org.tune4j.lora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * PiSSA and OLoRA: A and B start as a part of the weight, which is taken away from it. The base is
 * shared and never changed, so what they start as is kept, and its product taken away from what the
 * base gives. PEFT's files have A and B only; as PEFT does, a loaded adapter takes the part of the
 * weight anew. Of a base in bf16 or fp16 A and B start as what the decomposition gives in fp32, of
 * which kernels compute with a rounded copy: what is taken away is rounded as they are, so the
 * model begins as the base, and files and merged weights are as near to it as fp32 is.
 */
final class WeightStart {
  private static final Map<String, KernelModule> KERNELS = new LinkedHashMap<>();

  private final LoraConfig.Init init;
  private final LoraSites sites;
  private final List<Site> all = new ArrayList<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final Map<String, Tensor> exact = new LinkedHashMap<>();

  /** Of the layers of a group: A of all, then B of each, as parameters and as they start. */
  private record Site(
      LinearGroup group,
      SiteAdapter.Layers adapted,
      List<TensorSlot> parameters,
      List<TensorSlot> starts) {}

  WeightStart(LoraConfig.Init init, LoraSites sites) {
    this.init = init;
    this.sites = sites;
  }

  /** LoRA's kernel with what is taken away. */
  SiteKernel join(SiteKernel lora, LinearGroup group, SiteAdapter.Layers adapted) {
    for (LinearLayer layer : adapted.layers()) {
      int most = Math.min(layer.inputs(), layer.outputs());
      if (sites.rank(layer.module()) > most) {
        throw new ConfigException(
            "r: wanted at most %d at %s with init_lora_weights %s, found %d; rank_pattern can say so"
                .formatted(most, layer.module(), init.word(), sites.rank(layer.module())));
      }
      if (!(sites.scaling(layer.module()) > 0)) {
        throw new ConfigException(
            "lora_alpha: wanted above 0 at %s with init_lora_weights %s"
                .formatted(layer.module(), init.word()));
      }
    }
    List<TensorSlot> starts =
        lora.parameters().stream()
            .map(slot -> new TensorSlot(slot.name() + ".start", slot.shape(), List.of()))
            .toList();
    all.add(new Site(group, adapted, lora.parameters(), starts));
    return new SiteKernel(
        "lora_residual", lora.literals(), lora.parameters(), lora.saved(), List.of(), starts, 0);
  }

  /** Takes the parts of the weights. */
  void prepare(CausalLm base, TensorScope scope) {
    for (Site site : all) {
      TensorSlot weight = site.group.weight();
      if (base.isQuantised(weight)) {
        throw new ConfigException(
            "init_lora_weights: %s takes a part of plain weights, found %s held in %s"
                .formatted(init.word(), weight.name(), base.format().lowerName()));
      }
      for (TensorSlot start : site.starts) {
        DType whole = base.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        exact.put(start.name(), TensorOps.zeros(scope, whole, start.sizes()));
      }
      take(base.weight(weight), site);
      for (TensorSlot start : site.starts) {
        constants.put(start.name(), TensorOps.cast(scope, exact.get(start.name()), base.dtype()));
      }
    }
  }

  private void take(Tensor weight, Site site) {
    Tensor a = exact.get(site.starts.get(0).name());
    long row = 0;
    for (int i = 0; i < site.adapted.layers().size(); i++) {
      LinearLayer layer = site.adapted.layers().get(i);
      int rank = sites.rank(layer.module());
      try (TensorScope work = TensorScope.open()) {
        List<Tensor> parts =
            kernel()
                .call(
                    work,
                    "start",
                    TensorOps.rows(work, weight, site.adapted.starts().get(i), layer.outputs()),
                    work.longs(new long[] {rank}, 1),
                    work.doubles(new double[] {sites.scaling(layer.module())}, 1));
        TensorOps.copy(TensorOps.rows(work, a, row, rank), parts.get(0));
        TensorOps.copy(exact.get(site.starts.get(i + 1).name()), parts.get(1));
      }
      row += rank;
    }
  }

  private KernelModule kernel() {
    String name = init.name().toLowerCase(Locale.ROOT);
    synchronized (KERNELS) {
      return KERNELS.computeIfAbsent(
          name,
          file ->
              KernelModule.load(
                  file,
                  KernelSources.read(WeightStart.class, "/org/tune4j/lora/kernels", file),
                  """
                    def start(self: __torch__.Root, w: Tensor, rank: Tensor, scaling: Tensor) -> Tuple[Tensor, Tensor]:
                      return __torch__.%s.start(w, int(rank), float(scaling))
                  """
                      .formatted(file)));
    }
  }

  Tensor constant(TensorSlot slot) {
    return constants.get(slot.name());
  }

  Tensor exact(TensorSlot slot) {
    return exact.get(slot.name());
  }

  /** Makes A and B what was taken. */
  void begin(TrainableTensors weights) {
    for (Site site : all) {
      for (int i = 0; i < site.parameters.size(); i++) {
        TensorOps.copy(
            weights.master(site.parameters.get(i)), exact.get(site.starts.get(i).name()));
      }
    }
    weights.refresh();
  }
}
