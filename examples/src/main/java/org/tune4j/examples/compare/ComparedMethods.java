package org.tune4j.examples.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.lora.AdaloraConfig;
import org.tune4j.lora.HraConfig;
import org.tune4j.lora.Ia3Config;
import org.tune4j.lora.LnTuningConfig;
import org.tune4j.lora.LohaConfig;
import org.tune4j.lora.LokrConfig;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.LoraConfig.Init;
import org.tune4j.lora.MissConfig;
import org.tune4j.lora.OftConfig;
import org.tune4j.lora.TrainableTokensConfig;
import org.tune4j.lora.VeraConfig;
import org.tune4j.prefix.PrefixTuningConfig;
import org.tune4j.prefix.PromptEncoderConfig;
import org.tune4j.prefix.PromptTuningConfig;

/** The methods that are compared: a line each. */
final class ComparedMethods {
  /** What the others are held against. */
  static final String BASELINE = "lora";

  /** LoRA with as many numbers as {@link #PREFIX} has: the same of both to learn with. */
  static final String SMALL_LORA = "lora-small";

  private static final String PREFIX = "prefix";

  /** Methods of virtual keys and values. */
  static final Set<String> PREFIXES = Set.of(PREFIX, "prefix-zero", "prefix-mlp");

  /** The base as it is. */
  static final String UNTRAINED = "untrained";

  private static final int VIRTUAL_TOKENS = 20;
  private static final TargetModules ALL_LINEAR = TargetModules.of("all-linear");

  private ComparedMethods() {}

  /**
   * All of them, on models with this tokenizer.
   *
   * @param updates of a run, by which a method takes its course
   */
  static List<ComparedMethod> all(Tokenizer tokenizer, int updates) {
    return List.of(
        ComparedMethod.full("full"),
        ComparedMethod.of(BASELINE, lora().build()),
        ComparedMethod.of(
            SMALL_LORA,
            LoraConfig.builder().r(4).loraAlpha(8).targetModules("q_proj", "v_proj").build()),
        ComparedMethod.of("qlora", lora().build(), WeightFormat.NF4),
        ComparedMethod.of("rslora", lora().useRslora(true).build()),
        ComparedMethod.of("lora+", lora().loraplusLrRatio(16).build()),
        ComparedMethod.of("dora", lora().useDora(true).build()),
        ComparedMethod.of("pissa", lora().initLoraWeights(Init.PISSA).build()),
        ComparedMethod.of("olora", lora().initLoraWeights(Init.OLORA).build()),
        ComparedMethod.of("adalora", new AdaloraConfig(updates, ALL_LINEAR)),
        ComparedMethod.of("loha", new LohaConfig(8, ALL_LINEAR)),
        ComparedMethod.of("lokr", new LokrConfig(8, ALL_LINEAR)),
        ComparedMethod.of("oft", new OftConfig(32, ALL_LINEAR)),
        ComparedMethod.of("hra", new HraConfig(8, ALL_LINEAR)),
        ComparedMethod.of("miss", new MissConfig(8, ALL_LINEAR)),
        ComparedMethod.of("vera", new VeraConfig(256, ALL_LINEAR)),
        ComparedMethod.of("ia3", new Ia3Config()),
        ComparedMethod.of("ln_tuning", new LnTuningConfig()),
        ComparedMethod.of("trainable_tokens", cues(tokenizer)),
        ComparedMethod.of(PREFIX, new PrefixTuningConfig(VIRTUAL_TOKENS)),
        ComparedMethod.of("prefix-zero", new PrefixTuningConfig(VIRTUAL_TOKENS, false, 0, true)),
        ComparedMethod.of("prefix-mlp", new PrefixTuningConfig(VIRTUAL_TOKENS, true, 0, false)),
        ComparedMethod.of("prompt", new PromptTuningConfig(VIRTUAL_TOKENS)),
        ComparedMethod.of("p-tuning", new PromptEncoderConfig(VIRTUAL_TOKENS, 0)),
        ComparedMethod.of(
            "p-tuning-lstm",
            new PromptEncoderConfig(
                VIRTUAL_TOKENS, PromptEncoderConfig.Reparameterization.LSTM, 0, List.of())));
  }

  private static LoraConfig.Builder lora() {
    return LoraConfig.builder().r(8).loraAlpha(16).targetModules("all-linear");
  }

  /** The vectors of the tokens by which prompts ask for an answer. */
  private static TrainableTokensConfig cues(Tokenizer tokenizer) {
    int[] ids = tokenizer.encode("\nSummary:\n摘要：\nSentiment:\n情感：", false).ids();
    return new TrainableTokensConfig(Arrays.stream(ids).distinct().boxed().toArray(Integer[]::new));
  }
}
