package org.tune4j.examples.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One of the spellings in which the same model is found: a configuration of transformers 5 or 4,
 * and weights as they are saved today or as older hub files have them.
 *
 * @param name what reports call it
 * @param config the configuration
 * @param weights the weights and, where there are shards, their index
 */
record CheckpointSpelling(String name, Path config, List<Path> weights) {
  /** The spellings in a golden folder. */
  static List<CheckpointSpelling> in(Path folder) {
    List<Path> weights = files(folder, "model(-\\d+-of-\\d+)?\\.safetensors(\\.index\\.json)?");
    List<CheckpointSpelling> spellings = new ArrayList<>();
    spellings.add(new CheckpointSpelling("config.json", folder.resolve("config.json"), weights));
    Path version4 = folder.resolve("config.v4.json");
    if (Files.exists(version4)) {
      spellings.add(new CheckpointSpelling("config.v4.json", version4, weights));
      List<Path> hub = files(folder, "model\\.v4hub\\.safetensors");
      if (!hub.isEmpty()) {
        spellings.add(new CheckpointSpelling("model.v4hub.safetensors", version4, hub));
      }
    }
    return spellings;
  }

  private static List<Path> files(Path folder, String pattern) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().matches(pattern)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lends a checkpoint folder of this spelling under the usual names. */
  void use(Consumer<Path> work) {
    List<Path> copies = new ArrayList<>();
    try {
      Path folder = Files.createTempDirectory("checkpoint");
      try {
        copies.add(Files.copy(config, folder.resolve("config.json")));
        for (Path file : weights) {
          String usual = file.getFileName().toString().replace(".v4hub", "");
          copies.add(Files.copy(file, folder.resolve(usual)));
        }
        work.accept(folder);
      } finally {
        for (Path copy : copies) {
          Files.delete(copy);
        }
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
