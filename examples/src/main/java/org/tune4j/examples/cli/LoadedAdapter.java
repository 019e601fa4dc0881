package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.lora.PeftModel;
import org.tune4j.prefix.PromptLearning;

/**
 * A base with an adapter of any method, or without one.
 *
 * @param model what computes
 * @param whole what to close
 */
record LoadedAdapter(BoundModel model, Runnable whole) implements AutoCloseable {
  /** Loads what PEFT's files in a folder hold, by their {@code peft_type}. */
  static LoadedAdapter of(CausalLm base, Optional<Path> folder) {
    if (folder.isEmpty()) {
      BoundModel bare = new BoundModel(base, null, null);
      return new LoadedAdapter(bare, bare::close);
    }
    String method = PeftFiles.readConfig(folder.get()).path("peft_type").asText();
    if (PromptLearning.PEFT_TYPES.contains(method)) {
      PromptLearning learned = PromptLearning.load(base, folder.get());
      return new LoadedAdapter(learned.model(), learned::close);
    }
    PeftModel adapted = PeftModel.load(base, folder.get());
    return new LoadedAdapter(adapted.model(), adapted::close);
  }

  @Override
  public void close() {
    whole.run();
  }
}
