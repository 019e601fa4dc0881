package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.lora.algebra.AdapterReport;

/** Whole matrices of words in a file that its configuration does not name. */
class SavedEmbeddingsTest {
  private static final TargetModules MODULES = TargetModules.of("q_proj");
  private static final List<String> WORDS = List.of("model.embed_tokens");

  @TempDir Path folder;

  static Stream<WeightMethod> methods() {
    TargetLayers layers = new TargetLayers(MODULES, null, WORDS, List.of());
    return Stream.of(
        LoraConfig.builder().targetModules(MODULES).modulesToSave(WORDS.get(0)).build(),
        new Ia3Config(null, null, null, WORDS, true),
        new LohaConfig(layers, new Lycoris(4, 8), true));
  }

  /** As {@code save_embedding_layers} writes it. */
  private Path saved(CausalLm base, WeightMethod method) {
    Path adapter = folder.resolve("adapter");
    try (PeftModel model = PeftModel.create(base, method, 3);
        TensorScope work = TensorScope.open()) {
      TensorSlot words = base.architecture().embeddingSlot();
      float[] values = model.weights().values(words);
      values[7] += 1;
      model.weights().set(words, work.floats(values, words.sizes()));
      model.save(adapter, "base");
      java.io.File config = adapter.resolve("adapter_config.json").toFile();
      ObjectNode json = (ObjectNode) new ObjectMapper().readTree(config);
      assertThat(json.remove("modules_to_save")).isNotNull();
      new ObjectMapper().writeValue(config, json);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return adapter;
  }

  @ParameterizedTest
  @MethodSource("methods")
  void standInThePlaceOfTheBases(WeightMethod method) {
    try (CausalLm base = TinyBase.model(false);
        PeftModel loaded = PeftModel.load(base, saved(base, method))) {
      TensorSlot words = base.architecture().embeddingSlot();
      float[] wanted = base.weight(words).toFloats();
      wanted[7] += 1;
      assertThat(loaded.weights().values(words)).containsExactly(wanted);
    }
  }

  @Test
  void areRefusedByNameWhereAdaptersShareABaseOrAreCombined() {
    try (CausalLm base = TinyBase.model(false);
        AdapterBank bank = new AdapterBank(base)) {
      Path adapter = saved(base, methods().findFirst().orElseThrow());
      assertThatThrownBy(() -> bank.load("words", adapter))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("unexpected: base_model.model.model.embed_tokens.weight");
      assertThatThrownBy(() -> AdapterReport.of(adapter))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("base_model.model.model.embed_tokens.weight");
    }
  }
}
