package org.tune4j.full;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.train.MemoryForecast;
import org.tune4j.engine.train.MemorySettings;

/** What is forecast for a head of labels. */
class HeadMemoryTest {
  private static MemoryForecast forecast(int words, String head) throws IOException {
    String config =
        """
        {"model_type":"qwen2","architectures":["Qwen2For%s"],"vocab_size":%d,"hidden_size":32,
         "intermediate_size":48,"num_hidden_layers":1,"num_attention_heads":4,
         "num_key_value_heads":2,"max_position_embeddings":64,"tie_word_embeddings":false}
        """
            .formatted(head, words);
    Architecture architecture =
        Architectures.describe(Path.of("config.json"), new ObjectMapper().readTree(config));
    return MemoryForecast.of(
        architecture,
        new AllWeights(architecture, Freezing.NONE, LearningRates.SAME),
        DType.FLOAT32,
        WeightFormat.PLAIN,
        AdamW.Settings.DEFAULT,
        MemorySettings.PLAIN,
        Recompute.NONE,
        false,
        new int[] {64, 40},
        CausalLmObjective.chunkScores(architecture),
        0);
  }

  @Test
  void itsScoresAreThoseOfLabelsAndNotOfWords() throws IOException {
    long labels = forecast(90_000, "SequenceClassification").activations();
    assertThat(labels).isEqualTo(forecast(90, "SequenceClassification").activations());
    assertThat(labels).isLessThan(forecast(90_000, "CausalLM").activations() / 10);
  }
}
