package org.tune4j.engine.model;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.gguf.hub.Precision;
import org.tune4j.engine.tensor.DType;

/** Models of tests as GGUF files. */
final class GgufFiles {
  private GgufFiles() {}

  /** A new folder with that {@code config.json} alone. */
  static Path source(Path folder, String config) throws IOException {
    Path source = Files.createDirectories(folder.resolve(UUID.randomUUID().toString()));
    Files.writeString(source.resolve("config.json"), config, StandardCharsets.UTF_8);
    return source;
  }

  /** A model with random weights. */
  static Path random(Path folder, String config) throws IOException {
    try (CausalLm model = RandomModels.create(config, DType.FLOAT32, 5)) {
      return of(folder, source(folder, config), model, Precision.F32);
    }
  }

  /** A model that was loaded from a folder. */
  static Path of(Path folder, Path source, CausalLm model, Precision precision) {
    Path target = folder.resolve(UUID.randomUUID().toString());
    AtomicFolder.write(
        target,
        files ->
            GgufExport.write(
                files, "model.gguf", source, model.architecture(), model::weight, precision));
    return target.resolve("model.gguf");
  }
}
