package org.tune4j.prefix;

import java.util.List;
import java.util.SplittableRandom;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.TensorSlot;

/**
 * Learned vectors that all tasks share, and for each task a matrix of low rank they are scaled by.
 */
final class TaskPrompts implements PromptLayers {
  private final int tasks;
  private final List<Trainable> parameters;

  TaskPrompts(int tokens, int size, int tasks, int ranks) {
    this.tasks = tasks;
    this.parameters =
        List.of(
            PromptLayers.vectors(tokens, size, "prompt_embeddings"),
            factor("prefix_task_cols", tasks, tokens, ranks),
            factor("prefix_task_rows", tasks, ranks, size));
  }

  private static Trainable factor(String name, long... sizes) {
    TensorSlot whole = TensorSlot.whole(name, sizes);
    return new Trainable(new TensorSlot(NAMES + name, whole.shape(), whole.parts()), true);
  }

  /** For each task {@code [virtual tokens, ranks]}. */
  TensorSlot columns() {
    return parameters.get(1).slot();
  }

  /** For each task {@code [ranks, size]}. */
  TensorSlot rows() {
    return parameters.get(2).slot();
  }

  @Override
  public List<Trainable> parameters() {
    return parameters;
  }

  @Override
  public String kernel() {
    return "task_prompts";
  }

  @Override
  public String literals() {
    return String.valueOf(tasks);
  }

  @Override
  public int tasks() {
    return tasks;
  }

  /** As PEFT has it. */
  @Override
  public float[] initialValue(TensorSlot parameter, SplittableRandom random) {
    boolean shared = parameter.equals(parameters.get(0).slot());
    return PromptLayers.normal(parameter, shared ? 1 : 0.02, random);
  }
}
