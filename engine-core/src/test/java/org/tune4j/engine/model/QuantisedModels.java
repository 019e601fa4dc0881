package org.tune4j.engine.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Random models with the matrices of their blocks in fewer bytes. */
public final class QuantisedModels {
  private QuantisedModels() {}

  /**
   * Writes one of {@link RandomModels} into a folder and loads it.
   *
   * @param folder an empty one
   */
  public static CausalLm load(Path folder, String config, DType dtype, WeightFormat format)
      throws IOException {
    Path source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(source.resolve("config.json"), config);
    Path target = folder.resolve("model");
    try (CausalLm model = RandomModels.create(config, DType.FLOAT32, 3)) {
      AtomicFolder.write(
          target,
          files ->
              HubFolder.write(
                  files, source, model.architecture(), model::weight, Optional.of(DType.FLOAT32)));
    }
    return CausalLm.load(target, dtype, "cpu", format);
  }

  /** A plain model with the numbers that a model computes with, in another element type. */
  public static CausalLm dequantised(CausalLm model, DType dtype) {
    CausalLm plain = CausalLm.empty(model.architecture(), dtype);
    try (TensorScope work = TensorScope.open()) {
      for (TensorSlot slot : model.architecture().slots()) {
        TensorOps.copy(
            plain.weight(slot),
            model.isQuantised(slot) ? model.dequantised(slot, work) : model.weight(slot));
      }
    }
    return plain;
  }
}
