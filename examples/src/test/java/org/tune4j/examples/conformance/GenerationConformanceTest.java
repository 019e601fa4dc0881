package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;

class GenerationConformanceTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "llama_attention_bias",
        "llama_rope_llama3",
        "qwen2",
        "gpt_neox",
        "gpt_neox_serial"
      })
  void generatesAsTransformersDoes(String name) throws IOException {
    Path folder = Goldens.folder("arch/" + name);
    JsonNode golden = new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
    CollectedChecks checks = new CollectedChecks();
    try (CausalLm model = CausalLm.load(folder, DType.FLOAT32);
        BoundModel bound = new BoundModel(model, null, null)) {
      GenerationConformance.check(golden, bound, "arch/" + name, checks);
    }
    checks.assertAllHold(9);
  }
}
