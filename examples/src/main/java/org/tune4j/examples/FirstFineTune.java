package org.tune4j.examples;

import java.nio.file.Path;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.LoraRun;
import org.tune4j.lora.LoraTrainer;

/** The README's first example: a checkpoint folder and a JSONL file become a LoRA adapter. */
public final class FirstFineTune {
  private FirstFineTune() {}

  /** Arguments: model folder, JSONL file with {@code prompt} and {@code completion}, run folder. */
  public static void main(String[] arguments) {
    fineTune(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]));
  }

  static void fineTune(Path model, Path data, Path runFolder) {
    try (CausalLm base = CausalLm.load(model, DType.BFLOAT16);
        Tokenizer tokenizer = Tokenizer.load(model)) {
      LoraConfig lora =
          LoraConfig.builder().r(16).loraAlpha(32).targetModules("all-linear").build();
      TrainConfig training = TrainConfig.builder().learningRate(1e-3).numTrainEpochs(1).build();
      LoraTrainer trainer = new LoraTrainer(base, tokenizer, lora, training);
      try (LoraRun run = trainer.train(new DataFiles().open(data), runFolder)) {
        System.out.println(run.lora().trainableParameters());
        System.out.println(run.result() + ", adapter in " + run.adapter());
      }
    }
  }
}
