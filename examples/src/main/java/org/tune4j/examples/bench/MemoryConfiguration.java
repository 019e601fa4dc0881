package org.tune4j.examples.bench;

import java.util.List;

/**
 * A run whose memory is forecast and measured.
 *
 * @param shape the name of a model shape
 * @param rows so many rows are learned, each once
 * @param options further options of {@code tune4j sft}, with blanks between
 */
record MemoryConfiguration(String shape, int rows, String options) {
  private static final String SEVEN_BYTES =
      "--method full --master-weights split24 --gradients compute --optim adamw_8bit";
  private static final String FIVE_BYTES =
      "--method full --master-weights split24 --gradients released --max-grad-norm 0"
          + " --optim adamw_8bit";

  /** What is measured: sizes, precisions, recompute, batches, lengths, packing, methods. */
  static final List<MemoryConfiguration> ALL =
      List.of(
          of("demo 3M", 64, "fp32 none 8 1 512 --r 8"),
          of("demo 3M", 32, "bf16 none 8 1 256 --r 16 --target-modules all-linear"),
          of("llama 30M", 24, "fp32 none 8 1 512 --r 16 --target-modules all-linear"),
          of("llama 30M", 32, "bf16 none 4 2 128 --r 8"),
          of("llama 30M", 16, "fp32 blocks 1 4 1024 --r 64 --target-modules all-linear --packing"),
          of("llama 30M", 16, "bf16 none 8 1 512 --r 16 --modules-to-save embed_tokens"),
          of("llama 30M", 24, "fp32 none 8 1 512 --lora-dropout 0.1 --target-modules all-linear"),
          of("llama 30M", 24, "fp32 none 8 1 512 --r 16 --use-dora --target-modules all-linear"),
          of("llama 30M", 24, "bf16 blocks 8 1 512 --use-dora --target-modules all-linear"),
          of("llama 30M", 24, "fp32 none 8 1 512 --peft-type ia3"),
          of("llama 30M", 24, "fp32 none 8 1 512 --peft-type vera --target-modules all-linear"),
          of("llama 30M", 24, "bf16 none 8 1 512 --peft-type ln_tuning"),
          of("llama 135M", 16, "fp32 none 8 1 512 --r 16 --target-modules all-linear"),
          of("llama 135M", 16, "fp32 blocks 8 1 512 --r 16 --target-modules all-linear"),
          of("llama 135M", 16, "fp32 none 1 4 128 --r 8"),
          of("llama 135M", 24, "bf16 none 8 1 512 --r 16 --target-modules all-linear"),
          of("llama 135M", 16, "bf16 blocks 8 1 512 --r 16 --target-modules all-linear"),
          of("llama 135M", 16, "bf16 none 4 2 512 --r 64 --target-modules all-linear"),
          of("llama 135M", 16, "bf16 none 2 1 1024 --r 16 --target-modules all-linear --packing"),
          of("llama 135M", 16, "bf16 none 8 1 512 --lora-dropout 0.1 --target-modules all-linear"),
          of("llama 135M", 8, "bf16 blocks 4 1 512 --r 8 --modules-to-save embed_tokens"),
          of("llama 350M", 4, "fp32 blocks 1 2 512 --r 8"),
          of("llama 350M", 12, "bf16 none 4 1 512 --r 16 --target-modules all-linear"),
          of("llama 350M", 8, "bf16 blocks 8 1 512 --r 8"),
          of("wide 130M", 16, "bf16 none 4 2 512 --r 64 --target-modules all-linear"),
          of("wide 130M", 16, "fp32 none 8 1 256 --r 8"),
          of("vocabulary 90M", 16, "bf16 none 8 1 512 --r 16 --target-modules all-linear"),
          of("vocabulary 90M", 16, "fp32 none 4 1 512 --r 8"),
          of("neox 70M", 16, "fp32 none 8 1 512 --r 16 --target-modules all-linear"),
          of("neox 70M", 16, "bf16 none 8 1 512 --r 16 --lora-dropout 0.1"),
          of("llama 30M", 16, "fp32 none 8 1 512 --method full"),
          of("llama 30M", 16, "bf16 blocks 8 1 512 --method full --optim adafactor"),
          of("llama 135M", 16, "bf16 none 8 1 512 --method full"),
          of("llama 135M", 16, "bf16 none 8 1 512 --method full --master-weights split"),
          of("llama 135M", 16, "bf16 none 8 1 512 " + SEVEN_BYTES),
          of("llama 135M", 16, "bf16 blocks 8 1 512 " + SEVEN_BYTES),
          of("llama 135M", 16, "bf16 blocks 4 1 512 " + FIVE_BYTES),
          of("llama 350M", 8, "bf16 blocks 4 1 512 " + FIVE_BYTES));

  private static MemoryConfiguration of(String shape, int rows, String options) {
    String[] parts = options.split(" ", 6);
    return new MemoryConfiguration(
        shape,
        rows,
        ("--precision %s --recompute %s --per-device-train-batch-size %s"
                + " --gradient-accumulation-steps %s --max-length %s %s")
            .formatted((Object[]) parts));
  }

  /** The {@code config.json} of a shape. */
  String config() {
    return switch (shape) {
      case "demo 3M" -> llama(192, 512, 6, 6, 2, 2048, true);
      case "llama 30M" -> llama(384, 1024, 12, 6, 2, 32000, true);
      case "llama 135M" -> llama(576, 1536, 30, 9, 3, 49152, true);
      case "llama 350M" -> llama(960, 2560, 32, 15, 5, 49152, true);
      case "wide 130M" -> llama(1536, 4096, 4, 12, 4, 8192, false);
      case "vocabulary 90M" -> llama(512, 1376, 4, 8, 8, 151936, true);
      case "neox 70M" ->
          """
          {"model_type": "gpt_neox", "architectures": ["GPTNeoXForCausalLM"], "hidden_size": 512,
           "intermediate_size": 2048, "num_hidden_layers": 6, "num_attention_heads": 8,
           "vocab_size": 50304, "max_position_embeddings": 2048, "eos_token_id": 2}
          """;
      default -> throw new IllegalArgumentException(shape);
    };
  }

  private static String llama(
      int hidden,
      int intermediate,
      int blocks,
      int heads,
      int keyValueHeads,
      int vocabulary,
      boolean tied) {
    return """
        {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": %s,
         "intermediate_size": %s, "num_hidden_layers": %s, "num_attention_heads": %s,
         "num_key_value_heads": %s, "vocab_size": %s, "tie_word_embeddings": %s,
         "max_position_embeddings": 2048, "eos_token_id": 2}
        """
        .formatted(hidden, intermediate, blocks, heads, keyValueHeads, vocabulary, tied);
  }
}
