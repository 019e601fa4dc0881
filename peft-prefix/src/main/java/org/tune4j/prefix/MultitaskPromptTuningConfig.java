package org.tune4j.prefix;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.VirtualTokens.Kind;
import org.tune4j.engine.model.Architecture;

/**
 * Multi-task prompt tuning (Wang et al., 2023): vectors in place of words before each text, shared
 * by all tasks and scaled, number by number, by a matrix of low rank of the text's own task. Source
 * training learns many tasks at once, of which each row says its own (column {@code task_id});
 * target training learns one that begins as these.
 *
 * @param numVirtualTokens so many
 * @param numTasks so many tasks, numbered from 0
 * @param numRanks the rank of the matrices
 * @param init where it begins
 * @param initStateDictPath what source training has written, {@code adapter_model.safetensors};
 *     none where it begins at random
 * @param initTask the source task that {@code EXACT_SOURCE_TASK} begins as
 * @param modulesToSave modules that are trained as full copies besides
 */
public record MultitaskPromptTuningConfig(
    int numVirtualTokens,
    int numTasks,
    int numRanks,
    Init init,
    Optional<Path> initStateDictPath,
    int initTask,
    List<String> modulesToSave)
    implements PromptLearningConfig {
  private static final int MOST_TASKS = 65_536;

  /** PEFT's {@code prompt_tuning_init}. */
  public enum Init {
    /** Normal numbers. */
    RANDOM,
    /** The shared vectors of source training, and the means of its tasks' factors. */
    AVERAGE_SOURCE_TASKS,
    /** The shared vectors, and the factors of one task. */
    EXACT_SOURCE_TASK,
    /** The shared vectors; factors at random. */
    ONLY_SOURCE_SHARED
  }

  public MultitaskPromptTuningConfig {
    PromptLearningConfig.requireTokens(numVirtualTokens);
    modulesToSave = List.copyOf(modulesToSave);
    if (numTasks < 1 || numTasks > MOST_TASKS) {
      throw new ConfigException(
          "num_tasks: wanted 1 to %d, found %d".formatted(MOST_TASKS, numTasks));
    }
    if (numRanks < 1) {
      throw new ConfigException("num_ranks: wanted at least 1, found " + numRanks);
    }
    if (initTask < 0) {
      throw new ConfigException("prompt_tuning_init_task: wanted 0 or above, found " + initTask);
    }
    if ((init == Init.RANDOM) == initStateDictPath.isPresent()) {
      throw new ConfigException(
          "prompt_tuning_init: %s with prompt_tuning_init_state_dict_path %s; what begins as source training needs its file, and nothing else takes one"
              .formatted(init, initStateDictPath.map(Path::toString).orElse("left out")));
    }
    boolean ofOneTask = init == Init.AVERAGE_SOURCE_TASKS || init == Init.EXACT_SOURCE_TASK;
    if (ofOneTask && numTasks != 1) {
      throw new ConfigException(
          "num_tasks: wanted 1 with prompt_tuning_init %s, which gives one task's factors, found %d"
              .formatted(init, numTasks));
    }
  }

  /** Source training, from random numbers. */
  public MultitaskPromptTuningConfig(int numVirtualTokens, int numTasks, int numRanks) {
    this(numVirtualTokens, numTasks, numRanks, Init.RANDOM, Optional.empty(), 0, List.of());
  }

  @Override
  public Kind kind() {
    return Kind.INPUTS;
  }

  @Override
  public String peftType() {
    return "MULTITASK_PROMPT_TUNING";
  }

  @Override
  public TaskPrompts layers(Architecture architecture) {
    return new TaskPrompts(numVirtualTokens, architecture.hiddenSize(), numTasks, numRanks);
  }
}
