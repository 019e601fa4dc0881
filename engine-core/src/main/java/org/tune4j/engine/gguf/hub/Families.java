package org.tune4j.engine.gguf.hub;

import java.util.List;
import java.util.Optional;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;

/** The families that are read from GGUF files and written to them. */
final class Families {
  private static final List<Family> ALL =
      List.of(
          new LlamaFamily(),
          new QwenFamily("qwen2"),
          new QwenFamily("qwen3"),
          new Qwen2MoeFamily(),
          new Phi3Family(),
          new Gemma2Family(),
          new Gpt2Family(),
          new DeepSeekFamily());

  private Families() {}

  /** The family that llama.cpp calls so. */
  static Optional<Family> ofArchitecture(String architecture) {
    return ALL.stream().filter(family -> family.architecture().equals(architecture)).findFirst();
  }

  /** The family of a configuration, which is to be written. */
  static Family writing(HubConfig config) {
    return ALL.stream()
        .filter(family -> family.modelTypes().contains(config.modelType()))
        .findFirst()
        .orElseThrow(
            () ->
                new ModelFormatException(
                    config.file()
                        + ": model_type "
                        + Shortened.text(config.modelType())
                        + " is not written as GGUF; written are "
                        + modelTypes()));
  }

  static List<String> architectures() {
    return ALL.stream().map(Family::architecture).toList();
  }

  private static List<String> modelTypes() {
    return ALL.stream().flatMap(family -> family.modelTypes().stream()).toList();
  }
}
