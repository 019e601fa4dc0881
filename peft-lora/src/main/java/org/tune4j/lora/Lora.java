package org.tune4j.lora;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.TensorFile;
import org.tune4j.engine.model.CausalLm;

/** A model with a LoRA adapter. */
public final class Lora extends PeftModel {
  private final LoraAdapter adapter;

  private Lora(
      CausalLm base,
      LoraAdapter adapter,
      UnaryOperator<Trainable> trained,
      List<Trainable> besides) {
    super(base, adapter, trained, besides);
    this.adapter = adapter;
  }

  /**
   * A new adapter at its starting values.
   *
   * @param seed what the starting values are a function of
   */
  public static Lora create(CausalLm base, LoraConfig config, long seed) {
    return create(base, config, seed, List.of());
  }

  /**
   * A new adapter at its starting values.
   *
   * @param besides what is trained with it and belongs to no adapter
   */
  static Lora create(CausalLm base, LoraConfig config, long seed, List<Trainable> besides) {
    Lora lora =
        new Lora(
            base, new LoraAdapter(config, base.architecture()), UnaryOperator.identity(), besides);
    lora.begin(seed);
    return lora;
  }

  /**
   * Loads an adapter that PEFT or {@link #save} wrote.
   *
   * @throws ModelFormatException if one of its files is not valid, does not fit the base, or holds
   *     a number that is not finite
   */
  public static Lora load(CausalLm base, Path folder) {
    PeftModel loaded = load(base, folder, UnaryOperator.identity());
    if (loaded instanceof Lora lora) {
      lora.warnIfIdle(folder);
      return lora;
    }
    try (loaded) {
      throw new ModelFormatException(
          "%s: peft_type: wanted LORA, found %s"
              .formatted(
                  folder.resolve("adapter_config.json"), loaded.adapter().method().peftType()));
    }
  }

  /**
   * @param config with what else the file has
   */
  static Lora load(
      CausalLm base,
      Path folder,
      SafetensorsFile stored,
      LoraConfig config,
      UnaryOperator<Trainable> trained,
      List<Trainable> besides) {
    TensorFile file = PerExpertFile.isOne(stored) ? new PerExpertFile(stored) : stored;
    LoraAdapter adapter =
        onFile(
            folder.resolve("adapter_config.json"),
            () ->
                new LoraAdapter(
                    file instanceof PerExpertFile experts
                        ? PerExpertConfig.of(config, experts)
                        : config,
                    base.architecture()));
    PeftFiles.checkWeights(folder, file, adapter, base);
    Lora lora = new Lora(base, adapter, trained, besides);
    lora.fill(file);
    return lora;
  }

  @Override
  public LoraAdapter adapter() {
    return adapter;
  }
}
