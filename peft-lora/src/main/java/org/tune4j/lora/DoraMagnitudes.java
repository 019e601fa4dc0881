package org.tune4j.lora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;

/**
 * DoRA's magnitudes: one for each output of each adapted layer, which its updated weight's rows are
 * scaled to. They begin as these rows' norms.
 */
final class DoraMagnitudes {
  private final Map<TensorSlot, TensorSlot> norms = new LinkedHashMap<>();

  /** LoRA's kernel with magnitudes. */
  SiteKernel join(SiteKernel lora, LinearGroup group, List<LinearLayer> layers) {
    List<TensorSlot> parameters = new ArrayList<>(lora.parameters());
    List<TensorSlot> scales = new ArrayList<>();
    List<TensorSlot> lengths = new ArrayList<>();
    long outputs = 0;
    for (LinearLayer layer : layers) {
      String name = PeftFiles.PREFIX + layer.module() + ".lora_magnitude_vector";
      TensorSlot magnitude = TensorSlot.whole(name, layer.outputs());
      TensorSlot norm = TensorSlot.whole(name + ".norm", layer.outputs());
      norms.put(magnitude, norm);
      parameters.add(magnitude);
      scales.add(TensorSlot.whole(name + ".scale", layer.outputs()));
      lengths.add(norm);
      outputs += layer.outputs();
    }
    List<SiteKernel.Saved> saved = new ArrayList<>(lora.saved());
    saved.add(new SiteKernel.Saved(outputs, false));
    scales.addAll(lengths);
    // The gradient of what was scaled is scaled in a copy.
    return new SiteKernel(
        "dora", lora.literals(), parameters, saved, scales, List.of(), group.outputs());
  }

  /** All magnitudes so far. */
  Set<TensorSlot> slots() {
    return norms.keySet();
  }

  /** Makes each the norm that it is divided by, so that the model begins as the base. */
  void begin(BoundModel model, TrainableTensors weights) {
    norms.forEach(
        (magnitude, norm) -> TensorOps.copy(weights.master(magnitude), model.derived(norm)));
    weights.refresh();
  }
}
