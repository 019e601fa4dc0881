package org.tune4j.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Fp32Module;
import org.tune4j.engine.model.Precision;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What bf16 and fp16 compute beside transformers' fp32, by the measure of how far its own bf16 run
 * is from that ({@code bf16_compute} of the goldens). A token may choose another expert, so means
 * are compared.
 */
class HalfPrecisionTest {
  /** Of gradients in fp16, as training scales them. */
  private static final double LOSS_SCALE = 1024;

  /**
   * A model's run.
   *
   * @param error mean absolute difference of logits from the golden's
   */
  private record Run(double error, double loss, double gradientNorm) {}

  private static JsonNode golden(String name) throws IOException {
    return new ObjectMapper()
        .readTree(Goldens.folder("arch/" + name).resolve("golden.json").toFile());
  }

  private static Run run(String name, Precision precision, Recompute recompute) {
    Path folder = Goldens.folder("arch/" + name);
    try (Golden tensors = Golden.open(folder.resolve("golden.safetensors"));
        CausalLm model = CausalLm.load(folder, precision, "cpu", WeightFormat.PLAIN);
        TrainableTensors trained =
            new TrainableTensors(
                TrainableWeights.all(model.architecture()), model, model.scope())) {
      TrainableWeights.copyFrom(model, trained);
      List<int[]> documents = tensors.documents("input_ids", "attention_mask");
      Batch batch = tensors.batch(0);
      float[] wanted = tensors.realPositions("logits", documents);
      try (BoundModel bound = new BoundModel(model, null, trained);
          TensorScope work = TensorScope.open()) {
        float[] logits = Probe.logits(bound, documents);
        double error = 0;
        for (int i = 0; i < logits.length; i++) {
          error += Math.abs((double) logits[i] - wanted[i]) / logits.length;
        }
        LossSum loss =
            new CausalLmObjective()
                .lossAndGradients(
                    bound,
                    bound.upload(batch, work),
                    LOSS_SCALE / batch.labelCount(),
                    recompute,
                    null);
        double squares = 0;
        for (float g : trained.flatGradient().toFloats()) {
          squares += (double) g * g;
        }
        return new Run(error, loss.mean(), Math.sqrt(squares) / LOSS_SCALE);
      }
    }
  }

  /** Fp16 has three bits more than bf16, so its error is an eighth: twice that is allowed. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "deepseek_v2",
        "deepseek_v2_qlora",
        "deepseek_v3",
        "deepseek_v3_noqlora",
        "gemma2",
        "gpt2",
        "gpt_neox",
        "gpt_neox_serial",
        "llama",
        "llama_attention_bias",
        "llama_rope_llama3",
        "mistral_sliding",
        "mixtral",
        "phi3",
        "phi3_longrope",
        "qwen2",
        "qwen2_moe",
        "qwen3"
      })
  void fp16IsAnEighthOfBf16AwayFromFp32(String name) throws IOException {
    JsonNode golden = golden(name);
    for (Recompute recompute : Recompute.values()) {
      Run run = run(name, Precision.of(DType.FLOAT16), recompute);
      assertThat(run.error())
          .isLessThan(golden.at("/bf16_compute/logits_mean_abs_diff").asDouble() / 4);
      assertThat(run.loss()).isCloseTo(golden.path("loss_mean").asDouble(), within(2e-3));
      assertThat(run.gradientNorm())
          .isCloseTo(golden.path("grad_global_l2").asDouble(), withinPercentage(0.5));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "gpt2", "gpt_neox", "mixtral"})
  void normsAndHeadInFp32BringBf16NearerToFp32(String name) {
    double plain = error(name, Set.of());
    double norm = error(name, Set.of(Fp32Module.NORM));
    double head = error(name, Set.of(Fp32Module.HEAD));
    assertThat(norm).isLessThan(0.95 * plain);
    assertThat(head).isLessThan(plain);
    assertThat(error(name, Set.of(Fp32Module.NORM, Fp32Module.HEAD))).isLessThan(norm);
  }

  private static double error(String name, Set<Fp32Module> inFp32) {
    return run(name, new Precision(DType.BFLOAT16, inFp32), Recompute.NONE).error();
  }

  /** Sequences part where two tokens are about as good: each that was taken is. */
  @ParameterizedTest
  @ValueSource(
      strings = {"llama", "qwen2", "gpt2", "gemma2", "mistral_sliding", "phi3", "deepseek_v2"})
  void fp16ContinuesTextsWithTokensThatFp32FindsAsGood(String name) throws IOException {
    List<int[]> prompts = new ArrayList<>();
    for (JsonNode prompt : golden(name).at("/generation/prompts")) {
      prompts.add(IntStream.range(0, prompt.size()).map(t -> prompt.get(t).asInt()).toArray());
    }
    Path folder = Goldens.folder("arch/" + name);
    GenerationConfig config =
        GenerationConfig.builder().maxNewTokens(24).endOfText(Set.of()).build();
    try (CausalLm half = CausalLm.load(folder, DType.FLOAT16);
        CausalLm exact = CausalLm.load(folder, DType.FLOAT32);
        BoundModel fp16 = new BoundModel(half, null, null);
        BoundModel fp32 = new BoundModel(exact, null, null)) {
      List<Generated> texts = new Generator(fp16).generate(prompts, config);
      for (int row = 0; row < prompts.size(); row++) {
        int[] prompt = prompts.get(row);
        int[] added = texts.get(row).newIds();
        int[] text = IntStream.concat(Arrays.stream(prompt), Arrays.stream(added)).toArray();
        float[] logits = Probe.logits(fp32, List.of(text));
        int words = logits.length / text.length;
        for (int t = prompt.length; t < text.length; t++) {
          int from = (t - 1) * words;
          double best =
              IntStream.range(from, from + words).mapToDouble(i -> logits[i]).max().getAsDouble();
          // Both may be off by fp16's error, which is below 0.03 here.
          assertThat((double) logits[from + text[t]]).isCloseTo(best, within(0.06));
        }
      }
    }
  }
}
