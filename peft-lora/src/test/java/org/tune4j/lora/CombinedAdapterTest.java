package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.lora.algebra.AdapterCombination;
import org.tune4j.lora.algebra.AdapterReport;
import org.tune4j.lora.algebra.CombinationConfig;
import org.tune4j.lora.algebra.CombinationReport;
import org.tune4j.lora.algebra.CombinationType;
import org.tune4j.lora.algebra.WeightedAdapter;

/** Combined adapters on a model, beside the models that the adapters were merged into. */
class CombinedAdapterTest {
  @TempDir Path folder;

  private static LoraConfig.Builder random(String... targets) {
    return LoraConfig.builder().targetModules(targets).initLoraWeights(LoraConfig.Init.RANDOM);
  }

  private Path saved(CausalLm base, String name, LoraConfig config, long seed) {
    Path path = folder.resolve(name);
    try (Lora lora = Lora.create(base, config, seed)) {
      lora.save(path, "base");
    }
    return path;
  }

  private static CombinationConfig of(CombinationType type) {
    return CombinationConfig.builder(type).build();
  }

  @ParameterizedTest
  @CsvSource({"llama, CAT", "llama, SVD", "gpt_neox, CAT", "gpt2, SVD"})
  void theSumOfUpdatesIsWhatMergingOneByOneAddsUpTo(String type, CombinationType how) {
    boolean isLlama = type.equals("llama");
    String[] one = isLlama ? new String[] {"q_proj", "embed_tokens"} : new String[] {"all-linear"};
    try (CausalLm base = TinyBase.model(type, false, DType.FLOAT32)) {
      LoraConfig first =
          random(one)
              .r(3)
              .loraAlpha(5)
              .rankPattern(Map.of(isLlama ? "layers.1.self_attn.q_proj" : "dense", 2))
              .build();
      LoraConfig second =
          random(isLlama ? new String[] {"q_proj", "down_proj"} : one)
              .r(4)
              .useRslora(true)
              .layersToTransform(1)
              .build();
      Path a = saved(base, "a", first, 1);
      Path b = saved(base, "b", second, 2);
      CombinationConfig.Builder config = CombinationConfig.builder(how);
      if (how == CombinationType.SVD) {
        config.svdRank(7);
      }
      CombinationReport report =
          AdapterCombination.write(
              List.of(new WeightedAdapter(a, 0.7), new WeightedAdapter(b, -1.5)),
              config.build(),
              folder.resolve("both"));
      assertThat(report.error()).as("fp32's rounding").isLessThan(1e-7);
      try (Lora first1 = Lora.load(base, a);
          Lora second1 = Lora.load(base, b);
          Lora both = Lora.load(base, folder.resolve("both"));
          PeftMerge mergedA = PeftMerge.of(first1);
          PeftMerge mergedB = PeftMerge.of(second1);
          PeftMerge merged = PeftMerge.of(both)) {
        for (TensorSlot slot : base.architecture().slots()) {
          float[] w = base.weight(slot).toFloats();
          float[] wa = mergedA.weight(slot).toFloats();
          float[] wb = mergedB.weight(slot).toFloats();
          float[] found = merged.weight(slot).toFloats();
          double farthest = 0;
          for (int i = 0; i < w.length; i++) {
            double wanted = w[i] + 0.7 * (wa[i] - w[i]) - 1.5 * (wb[i] - w[i]);
            farthest = Math.max(farthest, Math.abs(found[i] - wanted));
          }
          assertThat(farthest).as(slot.name()).isLessThan(5e-6);
        }
      }
    }
  }

  @Test
  void whatIsTakenAwayFromItselfIsTheBase() {
    try (CausalLm base = TinyBase.model(false);
        BoundModel bare = new BoundModel(base, null, null)) {
      Path a = saved(base, "a", random("all-linear").build(), 1);
      AdapterCombination.write(
          List.of(new WeightedAdapter(a, 1), new WeightedAdapter(a, -1)),
          of(CombinationType.CAT),
          folder.resolve("nothing"));
      try (Lora nothing = Lora.load(base, folder.resolve("nothing"))) {
        float[] wanted = TinyBase.logits(bare);
        float[] found = TinyBase.logits(nothing.model());
        for (int i = 0; i < wanted.length; i++) {
          assertThat(found[i]).isCloseTo(wanted[i], within(1e-5f));
        }
      }
    }
  }

  /** Each site has the rank that it needs, and the model reads that from the patterns. */
  @Test
  void aShareOfTheEnergyIsKept() {
    try (CausalLm base = TinyBase.model(false)) {
      Path a = saved(base, "a", random("all-linear").r(12).build(), 1);
      CombinationReport report =
          AdapterCombination.write(
              List.of(new WeightedAdapter(a, 1)),
              CombinationConfig.builder(CombinationType.SVD).svdEnergy(0.9).build(),
              folder.resolve("less"));
      AdapterReport whole = AdapterReport.of(a);
      AdapterReport less = AdapterReport.of(folder.resolve("less"));
      assertThat(less.sites().stream().map(AdapterReport.Site::rank).distinct().count())
          .as("sites differ in rank")
          .isGreaterThan(1);
      for (int i = 0; i < less.sites().size(); i++) {
        CombinationReport.Site site = report.sites().get(i);
        AdapterReport.Site before = whole.sites().get(i);
        assertThat(less.sites().get(i).rank()).isEqualTo(site.rank()).isLessThan(12);
        assertThat(1 - site.error() * site.error())
            .isGreaterThanOrEqualTo(0.9)
            .isCloseTo(before.energy(site.rank()), within(1e-7));
        assertThat(before.energy(site.rank() - 1)).isLessThan(0.9);
      }
      try (Lora lora = Lora.load(base, folder.resolve("less"))) {
        assertThat(lora.adapter().modules()).hasSize(less.sites().size());
      }
    }
  }

  @Test
  void aFullCopyGoesAlongAsItIs() {
    try (CausalLm base = TinyBase.model(false)) {
      Path a = saved(base, "a", random("q_proj").modulesToSave("lm_head").build(), 1);
      Path b = saved(base, "b", random("v_proj").build(), 2);
      Path head = saved(base, "head", random("v_proj", "lm_head").build(), 2);
      AdapterCombination.write(
          List.of(new WeightedAdapter(b, 0.3), new WeightedAdapter(a, 1)),
          of(CombinationType.LINEAR),
          folder.resolve("both"));
      Lora.load(base, folder.resolve("both")).close();
      String copy = "base_model.model.lm_head.weight";
      assertThat(bytes(folder.resolve("both"), copy)).isEqualTo(bytes(a, copy));
      assertRefused("modules_to_save [lm_head] and [lm_head]", a, 1, a, 1);
      assertRefused("the weight 0.5 cannot scale", a, 0.5, b, 1);
      assertRefused("lm_head is a full copy here and updated there", a, 1, head, 1);
    }
  }

  private void assertRefused(String why, Path a, double weight, Path b, double other) {
    assertThatThrownBy(
            () ->
                AdapterCombination.write(
                    List.of(new WeightedAdapter(a, weight), new WeightedAdapter(b, other)),
                    of(CombinationType.CAT),
                    folder.resolve("refused")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(a.toString())
        .hasMessageContaining(why);
    assertThat(folder.resolve("refused")).doesNotExist();
  }

  private static ByteBuffer bytes(Path adapter, String tensor) {
    try (SafetensorsFile file =
        SafetensorsFile.open(adapter.resolve("adapter_model.safetensors"))) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Math.toIntExact(file.tensors().get(tensor).byteSize()));
      file.read(tensor, 0, bytes);
      return bytes.flip();
    }
  }

  @Test
  void nothingNativeIsLeft() {
    try (CausalLm base = TinyBase.model(false)) {
      Path a = saved(base, "a", random("all-linear").build(), 1);
      long handles = TensorScope.openHandles();
      for (CombinationType type : CombinationType.values()) {
        CombinationConfig.Builder config = CombinationConfig.builder(type);
        if (!type.lowerName().matches("linear|cat|svd")) {
          config.density(0.5);
        }
        AdapterCombination.write(
            List.of(new WeightedAdapter(a, 1), new WeightedAdapter(a, 0.5)),
            config.build(),
            folder.resolve(type.lowerName()));
        Lora.load(base, folder.resolve(type.lowerName())).close();
      }
      assertThat(TensorScope.openHandles()).isEqualTo(handles);
    }
  }
}
