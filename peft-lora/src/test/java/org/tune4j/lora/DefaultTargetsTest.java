package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.SavedModules;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;

/** Where no modules are named, those of PEFT's own tables are adapted. */
class DefaultTargetsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode TABLES = tables();

  private static JsonNode tables() {
    URL file = DefaultTargetsTest.class.getResource("default_targets.json");
    try {
      return JSON.readTree(file).get("targets");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<String> models() {
    Stream<String> encoders =
        Stream.of("bert", "roberta", "xlm-roberta")
            .map(
                type ->
                    """
                    {"model_type":"%s","architectures":["%sForSequenceClassification"],
                     "vocab_size":97,"hidden_size":32,"intermediate_size":48,
                     "num_hidden_layers":1,"num_attention_heads":4,
                     "max_position_embeddings":40}
                    """
                        .formatted(type, type.equals("bert") ? "Bert" : "Roberta"));
    return Stream.of(RandomModels.DENSE.stream(), RandomModels.SPARSE.stream(), encoders)
        .flatMap(each -> each);
  }

  @ParameterizedTest
  @MethodSource("models")
  void areThoseOfPeft(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT32, 3)) {
      Architecture model = base.architecture();
      TABLES
          .fieldNames()
          .forEachRemaining(
              type -> {
                JsonNode theirs = TABLES.get(type).path(model.modelType());
                if (!theirs.isMissingNode()) {
                  assertThat(adapted(type, model)).as(type).isEqualTo(named(theirs, model));
                } else if (type.equals("IA3")) {
                  assertThatThrownBy(() -> adapted(type, model))
                      .isInstanceOf(ConfigException.class)
                      .hasMessageContaining("target_modules");
                } else if (type.equals("LN_TUNING")) {
                  assertThat(adapted(type, model)).allMatch(name -> isNorm(name, model));
                } else {
                  // All linear layers; LoRA adapts no dense experts beside those that it has
                  // matrices of.
                  assertThat(adapted(type, model)).as(type).containsAll(adapted("LORA", model));
                }
              });
    }
  }

  private static Set<String> adapted(String type, Architecture model) {
    ObjectNode json = JSON.createObjectNode().put("peft_type", type);
    if (type.equals("ADALORA")) {
      json.put("total_step", 10);
    }
    if (type.equals("OFT")) {
      json.put("oft_block_size", 8);
    }
    json.put("r", type.equals("OFT") ? 0 : 4);
    if (!WeightMethods.keys(type).contains("r")) {
      json.remove("r");
    }
    return new TreeSet<>(WeightMethods.read("settings", json).on(model).modules());
  }

  private static Set<String> named(JsonNode names, Architecture model) {
    List<String> all = new ArrayList<>();
    names.forEach(name -> all.add(name.asText()));
    TargetModules targets = new TargetModules.Names(all);
    Set<String> modules = new TreeSet<>(SavedModules.of(model));
    modules.removeIf(module -> !targets.matches(module) || module.startsWith("classifier"));
    return modules;
  }

  private static boolean isNorm(String module, Architecture model) {
    return model.linearLayers().stream().noneMatch(layer -> layer.module().equals(module));
  }
}
