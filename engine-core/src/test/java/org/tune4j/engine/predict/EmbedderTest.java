package org.tune4j.engine.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.predict.Embedder.Pooling;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

/** Vectors of texts, against what transformers makes of them: see make_embeddings.py. */
class EmbedderTest {
  private static final double ROUNDING = 2e-5;
  private static final Path MODELS = Path.of("src/test/resources/org/tune4j/engine/predict");

  private static List<EncodedExample> texts(JsonNode ids) {
    List<EncodedExample> texts = new ArrayList<>();
    for (JsonNode row : ids) {
      int[] tokens = new int[row.size()];
      for (int t = 0; t < tokens.length; t++) {
        tokens[t] = row.get(t).intValue();
      }
      texts.add(EncodedExample.judged(0, "t", tokens, Optional.empty(), new int[0]));
    }
    return texts;
  }

  private static CausalLm load(String model) {
    return CausalLm.load(MODELS.resolve(model), DType.FLOAT32, "cpu", new HeadTask.Regression(), 1);
  }

  @ParameterizedTest
  @CsvSource({
    "bert, FIRST",
    "bert, MEAN",
    "bert, LAST",
    "bert, POOLER",
    "qwen2, LAST",
    "qwen2, MEAN"
  })
  void theVectorsAreThoseOfTransformersInAnyBatch(String name, Pooling pooling) throws IOException {
    JsonNode golden =
        new ObjectMapper().readTree(MODELS.resolve(name).resolve("embeddings.json").toFile());
    JsonNode expected = golden.path("expected").path(pooling.name());
    try (CausalLm base = load(name);
        BoundModel model = new BoundModel(base, null, null)) {
      for (int tokensPerBatch : new int[] {1, 8, 4096}) {
        float[][] vectors =
            new Embedder(model, pooling, tokensPerBatch).embed(texts(golden.path("ids")));
        assertThat(vectors).hasNumberOfRows(expected.size());
        for (int i = 0; i < vectors.length; i++) {
          for (int j = 0; j < vectors[i].length; j++) {
            assertThat((double) vectors[i][j])
                .isCloseTo(expected.get(i).get(j).doubleValue(), within(ROUNDING));
          }
        }
      }
    }
  }

  @Test
  void aModelWithoutAPoolerHasNoPooledVector() {
    try (CausalLm base = load("qwen2");
        BoundModel model = new BoundModel(base, null, null)) {
      assertThatThrownBy(() -> new Embedder(model, Pooling.POOLER))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("qwen2 has no pooler");
      assertThat(new Embedder(model, Pooling.MEAN).embed(List.of())).isEmpty();
    }
  }

  @Test
  void textsAreCutAndTokenized(@TempDir Path folder) throws IOException {
    ByteTokenizer.write(folder, false);
    String config = RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":260");
    try (Tokenizer tokenizer = Tokenizer.load(folder);
        CausalLm base = RandomModels.create(config, DType.FLOAT32, 3);
        BoundModel model = new BoundModel(base, null, null)) {
      Embedder embedder = new Embedder(model, Pooling.LAST);
      float[][] vectors = embedder.embed(tokenizer, List.of("a", "abc", "abx"), 2);
      float[][] whole = embedder.embed(tokenizer, List.of("ab"), 9);
      assertThat(vectors[1]).isEqualTo(vectors[2]).isNotEqualTo(vectors[0]);
      for (int i = 0; i < whole[0].length; i++) {
        assertThat(vectors[1][i]).isCloseTo(whole[0][i], within(1e-5f));
      }
      assertThatThrownBy(() -> embedder.embed(tokenizer, List.of("a", ""), 9))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("text 2");
    }
  }
}
