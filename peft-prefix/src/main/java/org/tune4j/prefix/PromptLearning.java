package org.tune4j.prefix;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.adapt.VirtualTokens.Kind;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.trainer.TrainedAdapter;

/**
 * Virtual tokens learned before each text of a model: prefix tuning, prompt tuning or P-tuning. The
 * base is never changed: use it, or bind it anew, and the base's numbers come back exactly.
 */
public final class PromptLearning implements TrainedAdapter {
  /** The {@code peft_type} of the methods that there are. */
  public static final Set<String> PEFT_TYPES =
      Set.of("PREFIX_TUNING", "PROMPT_TUNING", "P_TUNING", "MULTITASK_PROMPT_TUNING");

  private final CausalLm base;
  private final PromptAdapter adapter;
  private final TrainableTensors weights;
  private final BoundModel model;

  private PromptLearning(CausalLm base, PromptAdapter adapter) {
    this.base = base;
    this.adapter = adapter;
    List<Trainable> trained = new ArrayList<>(adapter.parameters());
    trained.addAll(adapter.trainedWeights());
    this.weights = new TrainableTensors(trained, base, base.scope());
    try {
      TrainableWeights.copyFrom(base, weights);
      this.model = new BoundModel(base, adapter, weights);
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  /**
   * New virtual tokens at their starting values.
   *
   * @param seed what the starting values are a function of
   * @throws org.tune4j.engine.ConfigException if the method does not go with the model
   */
  public static PromptLearning create(CausalLm base, PromptLearningConfig config, long seed) {
    PromptLearning created =
        new PromptLearning(base, new PromptAdapter(config, base.architecture()));
    try {
      TrainableWeights.begin(created.adapter, created.weights, seed);
      if (config instanceof PromptTuningConfig tuning
          && tuning.init() != PromptTuningConfig.Init.RANDOM) {
        created.beginAsWords(tuning, seed);
      }
      if (config instanceof MultitaskPromptTuningConfig tasks
          && tasks.init() != MultitaskPromptTuningConfig.Init.RANDOM) {
        SourcePrompts.fill(tasks, tasks.layers(base.architecture()), created.weights, base);
      }
      return created;
    } catch (RuntimeException e) {
      created.close();
      throw e;
    }
  }

  private void beginAsWords(PromptTuningConfig tuning, long seed) {
    Tensor words = base.weight(base.architecture().embeddingSlot());
    SplittableRandom random = new SplittableRandom(seed);
    try (TensorScope work = base.scope().beside()) {
      for (int token = 0; token < tuning.numVirtualTokens(); token++) {
        int word =
            tuning.init() == PromptTuningConfig.Init.TEXT
                ? tuning.initIds().get(token % tuning.initIds().size())
                : random.nextInt(base.architecture().vocabularySize());
        Tensor target = TensorOps.rows(work, weights.master(adapter.vectors()), token, 1);
        TensorOps.copy(target, TensorOps.rows(work, words, word, 1));
      }
    }
    weights.refresh();
  }

  /**
   * Loads virtual tokens that PEFT or {@link #save} wrote. What layers over the vectors have
   * computed is loaded as vectors: trained further, it is without those layers.
   *
   * @throws org.tune4j.engine.ModelFormatException if one of its files is not valid, does not fit
   *     the base, or holds a number that is not finite
   */
  public static PromptLearning load(CausalLm base, Path folder) {
    PeftFiles.checkBase(folder, base);
    PromptAdapter adapter =
        PromptConfigJson.read(
            folder.resolve("adapter_config.json"),
            PeftFiles.readConfig(folder),
            base.architecture());
    try (SafetensorsFile file = PeftFiles.open(folder)) {
      PeftFiles.checkWeights(folder, file, adapter, base);
      PromptLearning loaded = new PromptLearning(base, adapter);
      try {
        PeftFiles.readWeights(file, adapter, base.architecture(), loaded.weights);
        return loaded;
      } catch (RuntimeException e) {
        loaded.close();
        throw e;
      }
    }
  }

  /**
   * Writes PEFT's two files, {@code head.json} of a head that the base was given, and a manifest,
   * as a new folder: what the virtual tokens are, without the layers that they may be computed by.
   *
   * @param folder is not there yet
   * @param basePath what {@code base_model_name_or_path} says
   * @throws org.tune4j.engine.ConfigException if the folder is there already
   */
  public void save(Path folder, String basePath) {
    AtomicFolder.write(folder, target -> writeTo(target, basePath));
  }

  @Override
  public void writeTo(NewFolder folder, String basePath) throws IOException {
    Map<String, Object> config = PromptConfigJson.write(adapter, base.architecture(), basePath);
    if (adapter.config() instanceof MultitaskPromptTuningConfig) {
      PeftFiles.write(folder, config, adapter, base, weights);
    } else {
      try (PromptLearning plain = plain(0)) {
        PeftFiles.write(folder, config, plain.adapter, base, plain.weights);
      }
    }
    if (base.givenHead().isPresent()) {
      base.givenHead().get().writeTo(folder);
    }
  }

  /**
   * The virtual tokens of one task, as vectors in place of words: texts are continued with them,
   * and need not say their task.
   *
   * @return to be closed by the caller
   * @throws ConfigException if there is no such task
   */
  public PromptLearning ofTask(int task) {
    if (task < 0 || task >= tasks()) {
      throw new ConfigException("task_id: wanted 0 to %d, found %d".formatted(tasks() - 1, task));
    }
    return plain(task);
  }

  /** What a task's virtual tokens are, without what they are computed from. */
  private PromptLearning plain(int task) {
    int tokens = adapter.config().numVirtualTokens();
    List<String> saved = adapter.config().modulesToSave();
    PromptLearningConfig config =
        adapter.config().kind() == Kind.PREFIX
            ? new PrefixTuningConfig(tokens, false, 0, false, saved)
            : new PromptTuningConfig(tokens, PromptTuningConfig.Init.RANDOM, List.of(), saved);
    PromptLearning plain = new PromptLearning(base, new PromptAdapter(config, base.architecture()));
    try (TensorScope work = base.scope().beside()) {
      Tensor all = model.virtualTokenValues(work);
      TensorOps.copy(
          plain.weights.master(plain.adapter.vectors()),
          TensorOps.rows(work, all, (long) task * tokens, tokens));
      for (Trainable weight : adapter.trainedWeights()) {
        TensorOps.copy(plain.weights.master(weight.slot()), weights.master(weight.slot()));
      }
      plain.weights.refresh();
      return plain;
    } catch (RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  /** How many tasks have virtual tokens of their own; 1 where all texts have the same. */
  public int tasks() {
    return adapter.virtualTokens().orElseThrow().tasks();
  }

  public PromptAdapter adapter() {
    return adapter;
  }

  /** Everything that is trained. */
  @Override
  public TrainableTensors weights() {
    return weights;
  }

  /** The base with the virtual tokens. */
  @Override
  public BoundModel model() {
    return model;
  }

  public CausalLm base() {
    return base;
  }

  @Override
  public void close() {
    model.close();
    weights.close();
  }
}
