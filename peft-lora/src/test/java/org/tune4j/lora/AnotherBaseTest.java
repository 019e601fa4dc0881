package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** An adapter knows the base that it was made for. */
class AnotherBaseTest {
  private static final LoraConfig LORA = LoraConfig.builder().r(4).targetModules("q_proj").build();
  private static final String TENSOR = "model.layers.1.self_attn.v_proj.weight";

  @TempDir Path folder;

  /** Writes a model; one number after the other of a tensor may be moved. */
  private Path model(String name, String moved, double by, DType stored) throws IOException {
    Path source = Files.createDirectory(folder.resolve(name + "-source"));
    Files.writeString(
        source.resolve("config.json"),
        """
        {"model_type": "llama", "vocab_size": %d, "hidden_size": 32, "intermediate_size": 48,
         "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
         "tie_word_embeddings": false}
        """
            .formatted(TinyBase.VOCABULARY));
    Path model = folder.resolve(name);
    try (CausalLm base = TinyBase.model(false);
        TensorScope work = TensorScope.open()) {
      for (TensorSlot slot : base.architecture().slots()) {
        for (TensorSlot.Part part : slot.parts()) {
          if (part.name().equals(moved)) {
            Tensor rows = part.of(base.weight(slot), work);
            float[] more = new float[Math.toIntExact(part.elements())];
            java.util.Arrays.fill(more, (float) by);
            TensorOps.add(rows, work.floats(more, part.sizes()));
          }
        }
      }
      AtomicFolder.write(
          model,
          files ->
              HubFolder.write(
                  files, source, base.architecture(), base::weight, Optional.of(stored)));
    }
    return model;
  }

  private Path adapter(Path model) {
    Path adapter = folder.resolve("adapter");
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32);
        Lora lora = Lora.create(base, LORA, 3)) {
      lora.save(adapter, "owner/right");
    }
    return adapter;
  }

  @Test
  void oneWithAnotherTensorIsRefusedByThatAndBothNames() throws IOException {
    Path adapter = adapter(model("right", "", 0, DType.FLOAT32));
    Path wrong = model("wrong", TENSOR, 1e-6, DType.FLOAT32);
    try (CausalLm base = CausalLm.load(wrong, DType.BFLOAT16)) {
      assertThatThrownBy(() -> PeftModel.load(base, adapter))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(
              "base.json: the adapter was made for owner/right, and this is " + wrong)
          .hasMessageContaining(TENSOR + ": wanted F32 [16, 32] [")
          .hasMessageContaining("], found F32 [16, 32] [");
    }
  }

  /** Whatever it is computed in or held as, and rounded copies of its files. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "BFLOAT16", "FLOAT16", "FLOAT64"})
  void theRightOneIsKnownInAnyType(DType type) throws IOException {
    Path right = model("right", "", 0, DType.FLOAT32);
    Path adapter = adapter(right);
    try (CausalLm computed = CausalLm.load(right, type);
        CausalLm copy = CausalLm.load(model("copy", "", 0, type), DType.FLOAT32);
        CausalLm streamed = CausalLm.stream(right, type, "cpu");
        CausalLm quantised = CausalLm.load(right, type, "cpu", WeightFormat.INT8)) {
      for (CausalLm base : new CausalLm[] {computed, copy, streamed, quantised}) {
        PeftModel.load(base, adapter).close();
      }
    }
  }

  /** What rounding cannot explain. */
  @Test
  void aRoundedCopyOfAnotherIsRefused() throws IOException {
    Path adapter = adapter(model("right", "", 0, DType.FLOAT32));
    try (CausalLm base =
        CausalLm.load(model("wrong", TENSOR, 0.02, DType.BFLOAT16), DType.FLOAT32)) {
      assertThatThrownBy(() -> PeftModel.load(base, adapter))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(TENSOR);
    }
  }

  @Test
  void withoutTheFileItPasses() throws IOException {
    Path adapter = adapter(model("right", "", 0, DType.FLOAT32));
    Files.delete(adapter.resolve("base.json"));
    try (CausalLm base = CausalLm.load(model("wrong", TENSOR, 1, DType.FLOAT32), DType.FLOAT32)) {
      PeftModel.load(base, adapter).close();
    }
  }

  @Test
  void misshapenTensorsNameBothBases() throws IOException {
    Path adapter = adapter(model("right", "", 0, DType.FLOAT32));
    try (CausalLm other = TinyBase.model("qwen3", false, DType.FLOAT32)) {
      assertThatThrownBy(
              () -> {
                Path config = adapter.resolve("adapter_config.json");
                Files.writeString(
                    config, Files.readString(config).replace("\"r\" : 4", "\"r\" : 8"));
                PeftModel.load(other, adapter);
              })
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("adapter_model.safetensors")
          .hasMessageContaining("made for owner/right, and this is a model in memory")
          .hasMessageContaining("q_proj.lora_A.weight: wanted [8, 32], found [4, 32]");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          []; found array
          {}; tensors
          {"tensors": {}}; field tensors: wanted an object with a tensor at least
          {"tensors": {"a": 3}}; tensor a: field dtype
          {"tensors": {"a": {}}}; tensor a: field dtype
          {"tensors": {"a": {"dtype": "I64", "shape": [], "values": []}}}; tensor a: field dtype
          {"tensors": {"a": {"dtype": "F32", "values": [1]}}}; tensor a: field shape: wanted a list
          {"tensors": {"a": {"dtype": "F32", "shape": [], "values": [1]}}}; tensor a: field shape: wanted a list
          {"tensors": {"a": {"dtype": "F32", "shape": {"x": 1}, "values": [1]}}}; tensor a: field shape: wanted a list
          {"tensors": {"a": {"dtype": "F32", "shape": ["x"], "values": []}}}; tensor a: field shape
          {"tensors": {"a": {"dtype": "F32", "shape": [1.5], "values": [1]}}}; tensor a: field shape
          {"tensors": {"a": {"dtype": "F32", "shape": [1]}}}; tensor a: field values: wanted a list
          {"tensors": {"a": {"dtype": "F32", "shape": [1], "values": []}}}; tensor a: field values: wanted a list
          {"tensors": {"a": {"dtype": "F32", "shape": [1], "values": ["x"]}}}; tensor a: field values
          {"tensors": {"a": {"dtype": "F32", "shape": [1], "values": [1]}}}; a: wanted F32 [1] [1.0], found none
          """)
  void aDamagedFileIsRefused(String content, String part) throws IOException {
    Path model = model("right", "", 0, DType.FLOAT32);
    Path adapter = adapter(model);
    Files.writeString(adapter.resolve("base.json"), content);
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      assertThatThrownBy(() -> PeftModel.load(base, adapter))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("base.json")
          .hasMessageContaining(part);
    }
  }
}
