package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

class AdapterBankTest {
  private static final GenerationConfig TWO = GenerationConfig.builder().maxNewTokens(2).build();

  private final CausalLm base = TinyBase.model(false);
  @TempDir Path parent;

  @AfterEach
  void close() {
    base.close();
  }

  private static LoraConfig.Builder lora(int rank, String... targets) {
    return LoraConfig.builder()
        .r(rank)
        .targetModules(targets)
        .initLoraWeights(LoraConfig.Init.RANDOM);
  }

  private Path saved(String name, CausalLm of, WeightMethod method, long seed) {
    Path folder = parent.resolve(name);
    try (PeftModel made = PeftModel.create(of, method, seed)) {
      made.save(folder, "base");
    }
    return folder;
  }

  private static float[] alone(CausalLm base, Path folder) {
    try (Lora lora = Lora.load(base, folder)) {
      return TinyBase.logits(lora.model());
    }
  }

  @Test
  void loadedAdaptersAreThoseOfTheirFolders() {
    Path one = saved("one", base, lora(3, "all-linear").build(), 1);
    Path two = saved("two", base, lora(5, "q_proj", "down_proj").useRslora(true).build(), 2);
    try (AdapterBank bank = new AdapterBank(base);
        BoundModel bare = new BoundModel(base, null, null)) {
      assertThat(TinyBase.logits(bank.model())).isEqualTo(TinyBase.logits(bare));
      bank.load("one", one);
      bank.load("two", two);
      assertThat(bank.names()).containsExactly("one", "two");
      assertThat(TinyBase.logits(bank.model()))
          .as("none is active")
          .isEqualTo(TinyBase.logits(bare));
      bank.activate("two");
      assertThat(TinyBase.logits(bank.model())).containsExactly(alone(base, two), within(1e-5f));
      bank.activate("one");
      assertThat(TinyBase.logits(bank.model())).containsExactly(alone(base, one), within(1e-5f));
      bank.activate("one", "two");
      assertThat(bank.active()).isEqualTo(Map.of("one", 1.0, "two", 1.0));
      bank.delete("one");
      assertThat(bank.active()).isEqualTo(Map.of("two", 1.0));
      assertThat(TinyBase.logits(bank.model())).containsExactly(alone(base, two), within(1e-5f));
      bank.deactivate();
      assertThat(TinyBase.logits(bank.model())).isEqualTo(TinyBase.logits(bare));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 7})
  void anotherOfAnyRankTakesItsPlaceAndItsNeighboursStay(int rank) {
    Path old = saved("old", base, lora(4, "all-linear").build(), 1);
    Path other = saved("other", base, lora(rank, "v_proj", "up_proj").build(), 2);
    Path last = saved("last", base, lora(2, "all-linear").build(), 3);
    try (AdapterBank bank = new AdapterBank(base)) {
      bank.load("x", old);
      bank.load("last", last);
      bank.activate("x");
      bank.replace("x", other);
      assertThat(bank.names()).containsExactly("x", "last");
      assertThat(TinyBase.logits(bank.model())).containsExactly(alone(base, other), within(1e-5f));
      bank.activate("last");
      assertThat(TinyBase.logits(bank.model())).containsExactly(alone(base, last), within(1e-5f));
    }
  }

  /** In bf16 a scaled B is rounded once, as it is from a file: from the masters. */
  @Test
  void oneInMemoryIsWhatItsFileIs() {
    LoraConfig config = lora(4, "all-linear").loraAlpha(7).build();
    try (CausalLm half = TinyBase.model("llama", false, DType.BFLOAT16);
        AdapterBank bank = new AdapterBank(half);
        Lora lora = Lora.create(half, config, 5)) {
      bank.add("memory", lora);
      bank.load("file", saved("file", half, config, 5));
      bank.activate("memory");
      float[] found = TinyBase.logits(bank.model());
      bank.activate("file");
      assertThat(found).containsExactly(TinyBase.logits(bank.model()));
    }
  }

  @Test
  void anAdapterThatOverflowsHarmsNobodyElse() {
    Path mild = saved("mild", base, lora(2, "all-linear").build(), 1);
    LoraConfig huge = lora(2, "all-linear").loraAlpha(2).build();
    try (AdapterBank bank = new AdapterBank(base);
        Lora wild = Lora.create(base, huge, 2)) {
      int count = Math.toIntExact(wild.weights().flat().elements());
      float[] numbers = new float[count];
      Arrays.fill(numbers, 3e38f);
      try (TensorScope work = TensorScope.open()) {
        TensorOps.copy(wild.weights().flat(), work.floats(numbers, count));
      }
      wild.weights().refresh();
      bank.load("first", mild);
      bank.add("wild", wild);
      bank.load("last", mild);
      bank.activate(Map.of("first", 0.5, "last", 0.5));
      assertThat(TinyBase.logits(bank.model())).containsExactly(alone(base, mild), within(1e-5f));
    }
  }

  @Test
  void bytesAreThoseOfTheMatrices() {
    try (AdapterBank bank = new AdapterBank(base)) {
      assertThat(bank.bytes()).isZero();
      long wanted = 0;
      for (int rank = 1; rank <= 8; rank++) {
        try (Lora lora = Lora.create(base, lora(rank, "all-linear").build(), rank)) {
          bank.add("adapter" + rank, lora);
          wanted += 4 * lora.weights().parameters() + 8L * rank * lora.adapter().modules().size();
        }
        assertThat(bank.bytes()).isEqualTo(wanted);
      }
      long handles = TensorScope.openHandles();
      bank.names().forEach(bank::delete);
      assertThat(bank.bytes()).isZero();
      assertThat(TensorScope.openHandles()).isEqualTo(handles);
    }
  }

  static Stream<Arguments> notUpdatesOnly() {
    return Stream.of(
        Arguments.of("use_dora", lora(2, "q_proj").useDora(true).build()),
        Arguments.of(
            "init_lora_weights",
            LoraConfig.builder()
                .r(2)
                .targetModules("q_proj")
                .initLoraWeights(LoraConfig.Init.PISSA)
                .build()),
        Arguments.of("modules_to_save", lora(2, "q_proj").modulesToSave("lm_head").build()),
        Arguments.of("trainable_token_indices", lora(2, "q_proj").trainableTokenIndices(3).build()),
        Arguments.of("target_modules", lora(2, "q_proj", "embed_tokens").build()),
        Arguments.of("target_modules", lora(2, "q_proj", "lm_head").build()),
        Arguments.of("peft_type", new Ia3Config()),
        Arguments.of("peft_type", new VeraConfig(4, null)));
  }

  @ParameterizedTest
  @MethodSource("notUpdatesOnly")
  void whatIsMoreThanUpdatesIsRefusedByNameAndKey(String key, WeightMethod method) {
    Path folder = saved("strange", base, method, 1);
    try (AdapterBank bank = new AdapterBank(base)) {
      assertThatThrownBy(() -> bank.load("odd", folder))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("odd")
          .hasMessageContaining(key + ": wanted");
      assertThat(bank.names()).isEmpty();
    }
  }

  @Test
  void biasesAndMatricesOfExpertsAreRefused() {
    try (CausalLm biased = TinyBase.model("gpt_neox", false, DType.FLOAT32);
        AdapterBank bank = new AdapterBank(biased)) {
      LoraConfig config = lora(2, "query_key_value").bias(LoraConfig.Bias.ALL).build();
      Path folder = saved("biased", biased, config, 1);
      assertThatThrownBy(() -> bank.load("b", folder))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("b: bias: wanted none");
    }
    try (CausalLm sparse = TinyBase.model("mixtral", false, DType.FLOAT32);
        AdapterBank bank = new AdapterBank(sparse)) {
      LoraConfig config =
          LoraConfig.builder()
              .targetModules(new TargetModules.Names(List.of("q_proj")))
              .targetParameters("mlp.experts.down_proj")
              .build();
      Path folder = saved("sparse", sparse, config, 1);
      assertThatThrownBy(() -> bank.load("s", folder))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("s: target_parameters: wanted none");
    }
  }

  @Test
  void anAdapterOfAnotherBaseIsRefusedWithItsFirstSites() {
    try (CausalLm other = TinyBase.model("gpt_neox", false, DType.FLOAT32);
        AdapterBank bank = new AdapterBank(other)) {
      Path folder = saved("foreign", base, lora(2, "q_proj").build(), 1);
      assertThatThrownBy(() -> bank.load("foreign", folder))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("q_proj");
      try (Lora lora = Lora.create(base, lora(2, "q_proj").build(), 1)) {
        assertThatThrownBy(() -> bank.add("foreign", lora))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("foreign");
      }
    }
  }

  @Test
  void aFileMayMixElementTypesButNotHaveNumbersThatAreNone() throws IOException {
    Path plain = saved("plain", base, lora(3, "q_proj", "v_proj").build(), 1);
    Path mixed = saved("mixed", base, lora(3, "q_proj", "v_proj").build(), 1);
    float[] wanted = alone(base, plain);
    rewrite(mixed, number -> number);
    Path broken = saved("broken", base, lora(3, "q_proj", "v_proj").build(), 1);
    rewrite(broken, number -> Double.NaN);
    try (AdapterBank bank = new AdapterBank(base)) {
      bank.load("mixed", mixed);
      bank.activate("mixed");
      assertThat(TinyBase.logits(bank.model())).containsExactly(wanted, within(1e-5f));
      assertThatThrownBy(() -> bank.replace("mixed", broken))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("number 0 is NaN");
      assertThat(TinyBase.logits(bank.model())).containsExactly(wanted, within(1e-5f));
    }
  }

  /** The first of the tensors becomes one of doubles. */
  private static void rewrite(Path folder, DoubleUnaryOperator change) throws IOException {
    Path path = folder.resolve("adapter_model.safetensors");
    Path other = folder.resolve("other");
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      List<TensorToWrite> tensors = new ArrayList<>();
      for (TensorInfo info : file.tensors().values()) {
        boolean first = tensors.isEmpty();
        tensors.add(
            new TensorToWrite(
                info.name(),
                first ? StoredType.F64 : StoredType.F32,
                info.shape(),
                (offset, into) -> {
                  ByteBuffer bytes = ByteBuffer.allocate(into.remaining() / (first ? 2 : 1));
                  file.read(info.name(), offset / (first ? 2 : 1), bytes);
                  bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
                  while (first && bytes.hasRemaining()) {
                    into.putDouble(change.applyAsDouble(bytes.getFloat()));
                  }
                  into.put(bytes);
                }));
      }
      SafetensorsWriter.write(other, Map.of("format", "pt"), tensors);
    }
    Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void namesAreChecked() {
    Path one = saved("one", base, lora(3, "q_proj").build(), 1);
    try (AdapterBank bank = new AdapterBank(base);
        BoundModel bare = new BoundModel(base, null, null)) {
      bank.load("one", one);
      refused("'one'", () -> bank.load("one", one));
      refused("__base__", () -> bank.load(AdapterBank.BASE, one));
      refused("''", () -> bank.load("", one));
      refused("'two'", () -> bank.replace("two", one));
      refused("'two'", () -> bank.delete("two"));
      refused("'two'", () -> bank.activate("two"));
      refused("one: weight", () -> bank.activate(Map.of("one", Double.NaN)));
      refused("one: weight", () -> bank.activate(Map.of("one", 1e300)));
      List<int[]> prompts = List.of(new int[] {4, 5}, new int[] {6});
      refused("'two'", () -> generate(bank.model(), List.of("one", "two"), prompts));
      refused("wanted 2", () -> generate(bank.model(), List.of("one"), prompts));
      refused("adapter_names", () -> generate(bare, List.of("one", "one"), prompts));
      try (Lora lora = Lora.load(base, one)) {
        refused("adapter_names", () -> generate(lora.model(), List.of("one", "one"), prompts));
      }
      assertThat(bank.names()).containsExactly("one");
      assertThat(bank.active()).isEmpty();
    }
  }

  private static void generate(BoundModel model, List<String> names, List<int[]> prompts) {
    new Generator(model, names).generate(prompts, TWO);
  }

  private static void refused(String said, Runnable what) {
    assertThatThrownBy(what::run).isInstanceOf(ConfigException.class).hasMessageContaining(said);
  }
}
