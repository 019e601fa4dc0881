package org.tune4j.lora;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.PeftKeys;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.TensorFile;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.report.ModelCard;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.Versions;
import org.tune4j.engine.trainer.TrainedAdapter;

/**
 * A model with an adapter of any of the {@link WeightMethods}: what it is, its weights, and the
 * model as it computes with them. The base is never changed: use it, or bind it anew, and the
 * base's numbers come back exactly.
 */
public class PeftModel implements TrainedAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(PeftModel.class);
  private final CausalLm base;
  private final WeightAdapter adapter;
  private final TensorScope constants;
  private final TrainableTensors weights;
  private final BoundModel model;

  /**
   * @param trained gives each tensor with the decay and the rate that it is trained with
   * @param besides what is trained with it and belongs to no adapter
   */
  PeftModel(
      CausalLm base,
      WeightAdapter adapter,
      UnaryOperator<Trainable> trained,
      List<Trainable> besides) {
    this.base = base;
    this.adapter = adapter;
    this.constants = base.scope().nested();
    TrainableTensors tensors = null;
    try {
      adapter.prepare(base, constants);
      List<Trainable> all =
          Stream.concat(adapter.parameters().stream(), adapter.trainedWeights().stream())
              .map(trained)
              .collect(Collectors.toCollection(ArrayList::new));
      all.addAll(besides);
      tensors = new TrainableTensors(all, base, base.scope());
      TrainableWeights.copyFrom(base, tensors);
      this.model = new BoundModel(base, adapter, tensors);
      this.weights = tensors;
    } catch (RuntimeException e) {
      if (tensors != null) {
        tensors.close();
      }
      constants.close();
      throw e;
    }
  }

  /**
   * A new adapter at its starting values.
   *
   * @param seed what the starting values are a function of
   * @throws ConfigException if the method does not go with the model
   */
  public static PeftModel create(CausalLm base, WeightMethod method, long seed) {
    return create(base, method, seed, List.of());
  }

  /**
   * A new adapter at its starting values.
   *
   * @param besides what is trained with it and belongs to no adapter
   */
  public static PeftModel create(
      CausalLm base, WeightMethod method, long seed, List<Trainable> besides) {
    if (method instanceof LoraConfig lora) {
      return Lora.create(base, lora, seed, besides);
    }
    PeftModel created =
        new PeftModel(base, method.on(base.architecture()), UnaryOperator.identity(), besides);
    created.begin(seed);
    return created;
  }

  final void begin(long seed) {
    try {
      adapter.begin(model, weights, seed);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Loads an adapter that PEFT or {@link #save} wrote. One that provably changes nothing is told in
   * the log.
   *
   * @throws ModelFormatException if one of its files is not valid, does not fit the base, or holds
   *     a number that is not finite
   */
  public static PeftModel load(CausalLm base, Path folder) {
    PeftModel loaded = load(base, folder, UnaryOperator.identity());
    loaded.warnIfIdle(folder);
    return loaded;
  }

  final void warnIfIdle(Path folder) {
    if (adapter.isIdle(base, weights)) {
      LOG.warn(
          "{}: this adapter changes nothing: all that it has learned is what it began as, so every"
              + " score is the base's",
          folder);
    }
  }

  /**
   * Loads an adapter to train it further.
   *
   * @param trained gives each tensor with the decay and the rate that it is trained with
   * @throws ModelFormatException if one of its files is not valid, does not fit the base, or holds
   *     a number that is not finite
   */
  public static PeftModel load(CausalLm base, Path folder, UnaryOperator<Trainable> trained) {
    return load(base, folder, trained, List.of());
  }

  /**
   * The same.
   *
   * @param besides what is trained with it and belongs to no adapter
   */
  public static PeftModel load(
      CausalLm base, Path folder, UnaryOperator<Trainable> trained, List<Trainable> besides) {
    Path configFile = folder.resolve("adapter_config.json");
    ObjectNode config = PeftFiles.readConfig(folder);
    PeftFiles.checkBase(folder, base);
    try (SafetensorsFile file = PeftFiles.open(folder)) {
      WeightMethod method =
          WeightMethods.read(configFile, SavedEmbeddings.named(config, file, base.architecture()));
      if (method instanceof LoraConfig lora) {
        return Lora.load(base, folder, file, lora, trained, besides);
      }
      WeightAdapter adapter = onFile(configFile, () -> method.on(base.architecture()));
      PeftFiles.checkWeights(folder, file, adapter, base);
      PeftModel loaded = new PeftModel(base, adapter, trained, besides);
      loaded.fill(file);
      return loaded;
    }
  }

  /** What of a configuration does not go with the base is a fault of its file. */
  static <T> T onFile(Path configFile, java.util.function.Supplier<T> binding) {
    try {
      return binding.get();
    } catch (ConfigException e) {
      throw new ModelFormatException(configFile + ": " + e.getMessage(), e);
    }
  }

  final void fill(TensorFile file) {
    try {
      PeftFiles.readWeights(file, adapter, base.architecture(), weights);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Writes PEFT's two files, {@code head.json} of a head that the base was given, a model card and
   * a manifest, as a new folder.
   *
   * @param folder is not there yet
   * @param basePath what {@code base_model_name_or_path} says
   * @throws ConfigException if the folder is there already
   */
  public void save(Path folder, String basePath) {
    AtomicFolder.write(folder, target -> writeTo(target, basePath));
  }

  @Override
  public void writeTo(NewFolder folder, String basePath) throws IOException {
    Map<String, Object> config = config(basePath);
    PeftFiles.write(folder, config, adapter, base, weights);
    if (base.givenHead().isPresent()) {
      base.givenHead().get().writeTo(folder);
    }
    folder.write(ModelCard.FILE, card(config, basePath));
  }

  /** What PEFT needs to load the adapter. */
  private Map<String, Object> config(String basePath) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("peft_type", adapter.method().peftType());
    config.put("task_type", PeftKeys.taskType(base.architecture()));
    config.put("inference_mode", true);
    config.put("base_model_name_or_path", basePath);
    config.putAll(adapter.method().keys(adapter));
    if (!adapter.saved().isEmpty()) {
      config.put("modules_to_save", adapter.saved());
    }
    return config;
  }

  /** The card that PEFT writes beside its files. */
  private byte[] card(Map<String, Object> config, String basePath) {
    String type = adapter.method().peftType();
    List<String> tags =
        new ArrayList<>(List.of(type.toLowerCase(Locale.ROOT), "transformers", "tune4j"));
    ModelCard card = new ModelCard((type.equals("LORA") ? "LoRA" : type) + " adapter");
    ModelCard.hubName(basePath)
        .ifPresent(
            name -> {
              card.with("base_model", name);
              tags.add(0, "base_model:adapter:" + name);
            });
    card.with("library_name", "peft");
    if (PeftKeys.taskType(base.architecture()).equals("CAUSAL_LM")) {
      card.with("pipeline_tag", "text-generation");
    }
    Map<String, Object> settings = new LinkedHashMap<>(config);
    settings.keySet().removeAll(List.of("peft_type", "inference_mode", "base_model_name_or_path"));
    return card.with("tags", tags)
        .section("Adapter", settings)
        .section("Versions", Map.of("tune4j", Versions.current().get("tune4j")))
        .bytes();
  }

  public WeightAdapter adapter() {
    return adapter;
  }

  /** Everything that is trained. */
  @Override
  public TrainableTensors weights() {
    return weights;
  }

  @Override
  public Objective objective(Objective plain) {
    return adapter.objective(plain, weights);
  }

  @Override
  public Optimizer optimizer(Optimizer plain, TensorScope parent) {
    return adapter.optimizer(plain, weights, parent);
  }

  /** The base with the adapter. */
  @Override
  public BoundModel model() {
    return model;
  }

  public CausalLm base() {
    return base;
  }

  /** PEFT's {@code print_trainable_parameters} line. */
  public String trainableParameters() {
    long trained = weights.parameters();
    long all = base.architecture().parameters() + trained;
    return "trainable params: %,d || all params: %,d || trainable%%: %.4f"
        .formatted(trained, all, 100.0 * trained / all);
  }

  @Override
  public void close() {
    model.close();
    weights.close();
    constants.close();
  }
}
