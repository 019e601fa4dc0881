package org.tune4j.examples.compare;

import java.nio.file.Path;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.Trainer;
import org.tune4j.full.Freezing;
import org.tune4j.full.FullTrainer;
import org.tune4j.lora.PeftTrainer;
import org.tune4j.lora.WeightMethod;
import org.tune4j.prefix.PromptLearningConfig;
import org.tune4j.prefix.PromptTrainer;

/**
 * A way to adapt a model.
 *
 * @param name in tables and names of folders
 * @param config its settings
 * @param base how the base's matrices are held
 * @param maker of its trainer
 */
record ComparedMethod(String name, Record config, WeightFormat base, Maker maker) {
  /** Makes a trainer. */
  interface Maker {
    /**
     * The trainer of a run.
     *
     * @param model the folder of the base
     */
    Trainer<?, ?> trainer(CausalLm base, Tokenizer tokenizer, Path model, TrainConfig config);
  }

  /** One of the methods that change what layers compute. */
  static ComparedMethod of(String name, WeightMethod method) {
    return of(name, method, WeightFormat.PLAIN);
  }

  /** The same on a base that is held in that way. */
  static ComparedMethod of(String name, WeightMethod method, WeightFormat format) {
    return new ComparedMethod(
        name,
        (Record) method,
        format,
        (base, tokenizer, model, config) -> new PeftTrainer(base, tokenizer, method, config));
  }

  /** One of the methods that learn virtual tokens. */
  static ComparedMethod of(String name, PromptLearningConfig method) {
    return new ComparedMethod(
        name,
        (Record) method,
        WeightFormat.PLAIN,
        (base, tokenizer, model, config) -> new PromptTrainer(base, tokenizer, method, config));
  }

  /** Training of all weights. */
  static ComparedMethod full(String name) {
    return new ComparedMethod(
        name,
        Freezing.NONE,
        WeightFormat.PLAIN,
        (base, tokenizer, model, config) -> new FullTrainer(base, tokenizer, model, config));
  }
}
