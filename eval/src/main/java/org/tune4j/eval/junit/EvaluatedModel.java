package org.tune4j.eval.junit;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.eval.PromptAnswers;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.task.EvalTasks;
import org.tune4j.eval.task.TaskFile;

/** A model that is measured in tests, with all that it takes to ask it. */
public final class EvaluatedModel implements AutoCloseable {
  private final String name;
  private final BoundModel model;
  private final Tokenizer tokenizer;
  private final Optional<HeadTask> head;
  private final List<AutoCloseable> owned;

  private EvaluatedModel(
      String name,
      BoundModel model,
      Tokenizer tokenizer,
      Optional<HeadTask> head,
      List<AutoCloseable> owned) {
    this.name = name;
    this.model = model;
    this.tokenizer = tokenizer;
    this.head = head;
    this.owned = owned;
  }

  /**
   * A model that a test has made, such as one that it has trained.
   *
   * @param name what results call it
   * @param head what its task head says; empty for a language model
   * @param owned what is to be closed with it, in this order
   */
  public static EvaluatedModel of(
      String name,
      BoundModel model,
      Tokenizer tokenizer,
      Optional<HeadTask> head,
      AutoCloseable... owned) {
    return new EvaluatedModel(name, model, tokenizer, head, List.of(owned));
  }

  /**
   * Loads a model to the CPU in 32 bits.
   *
   * @param folder a Hugging Face checkpoint, perhaps with a head, or a GGUF file; an adapter has to
   *     be merged first
   * @throws org.tune4j.engine.ModelFormatException if it is none
   */
  public static EvaluatedModel load(Path folder) {
    Tokenizer tokenizer = Tokenizer.load(folder);
    CausalLm weights = null;
    try {
      Optional<HeadTask> head = Architectures.task(folder);
      weights = CausalLm.load(folder, DType.FLOAT32);
      BoundModel model = new BoundModel(weights, null, null);
      String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
      return of(name, model, tokenizer, head, model, weights, tokenizer);
    } catch (RuntimeException e) {
      if (weights != null) {
        weights.close();
      }
      tokenizer.close();
      throw e;
    }
  }

  /**
   * Measures it, with 95 % intervals. One thread at a time.
   *
   * @param task a task file
   * @param limit the most rows
   */
  public synchronized EvalResult evaluate(Path task, int limit) {
    EvalTasks tasks =
        new EvalTasks(
            tokenizer,
            head,
            files -> new DataFiles().open(files.toArray(Path[]::new)),
            limit,
            PromptAnswers.DEFAULT_BATCH);
    return tasks.task(TaskFile.read(task)).evaluate(model, name, Certainty.DEFAULT);
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : owned) {
      each.close();
    }
  }
}
