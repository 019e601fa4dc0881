package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.lora.PeftModel;
import org.tune4j.prefix.PromptLearning;

/**
 * A base with an adapter of any method, or without one.
 *
 * @param model what computes
 * @param whole what to close
 */
record LoadedAdapter(BoundModel model, Runnable whole) implements AutoCloseable {
  /**
   * Loads what PEFT's files in a folder hold, by their {@code peft_type}. The base gets rows for
   * all tokens that the adapter brings; nothing else may be bound to it.
   *
   * @param tokenizer the adapter's own, where it has one
   * @param task whose virtual tokens are taken, where tasks have their own
   * @throws ConfigException if a task is named and there are none, or none is and there are
   */
  static LoadedAdapter of(
      CausalLm base, Tokenizer tokenizer, Optional<Path> folder, Optional<Integer> task) {
    String method =
        folder.map(each -> PeftFiles.readConfig(each).path("peft_type").asText()).orElse("none");
    if (task.isPresent() && !method.equals("MULTITASK_PROMPT_TUNING")) {
      throw new ConfigException(
          "task_id: is for an adapter of multitask_prompt_tuning, found peft_type " + method);
    }
    if (folder.isEmpty()) {
      BoundModel bare = new BoundModel(base, null, null);
      return new LoadedAdapter(bare, bare::close);
    }
    CausalLm grown = AddedTokens.grown(base, tokenizer, folder.get());
    if (PromptLearning.PEFT_TYPES.contains(method)) {
      PromptLearning learned = ofTask(PromptLearning.load(grown, folder.get()), task);
      return new LoadedAdapter(learned.model(), learned::close);
    }
    PeftModel adapted = PeftModel.load(grown, folder.get());
    return new LoadedAdapter(adapted.model(), adapted::close);
  }

  private static PromptLearning ofTask(PromptLearning learned, Optional<Integer> task) {
    int tasks = learned.tasks();
    if (tasks == 1 && task.isEmpty()) {
      return learned;
    }
    try (learned) {
      return learned.ofTask(
          task.orElseThrow(
              () ->
                  new ConfigException(
                      "task_id: the adapter has virtual tokens of %d tasks; name one, 0 to %d"
                          .formatted(tasks, tasks - 1))));
    }
  }

  @Override
  public void close() {
    whole.run();
  }
}
