package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.tensor.DType;

/** Checkpoints that are given a head for a task. */
class NewHeadTest {
  private static final HeadTask MOOD =
      new HeadTask.SingleLabel(new Labels(List.of("bad", "so-so", "good")));

  private static final String BERT =
      """
      {"model_type":"bert","architectures":["%s"],"vocab_size":97,"hidden_size":32,
       "intermediate_size":48,"num_hidden_layers":1,"num_attention_heads":4,
       "max_position_embeddings":40%s}
      """;

  @TempDir Path folder;

  private Path checkpoint(String config) throws IOException {
    Path path = Files.createTempDirectory(folder, "model");
    Files.writeString(path.resolve("config.json"), config);
    try (CausalLm model = RandomModels.create(config, DType.FLOAT32, 3)) {
      List<TensorToWrite> tensors = new ArrayList<>();
      for (TensorSlot slot : model.architecture().slots()) {
        for (TensorSlot.Part part : slot.parts()) {
          tensors.add(
              StoredTensors.toWrite(
                  part.name(), part.of(model.weight(slot), model.scope()), part.sizes()));
        }
      }
      SafetensorsWriter.write(path.resolve("model.safetensors"), Map.of(), tensors);
    }
    return path;
  }

  private static CausalLm load(Path path, HeadTask task, long seed) {
    return CausalLm.load(path, DType.FLOAT32, "cpu", task, seed);
  }

  private static float[] head(CausalLm model) {
    return model.weight(model.architecture().headGroup().weight()).toFloats();
  }

  @Test
  void aDecoderIsGivenScoresOfItsLastToken() throws IOException {
    Path path = checkpoint(RandomModels.QWEN2);
    try (CausalLm model = load(path, MOOD, 1);
        CausalLm same = load(path, MOOD, 1);
        CausalLm other = load(path, MOOD, 2)) {
      ClassificationHead head = (ClassificationHead) model.architecture().head();
      assertThat(head.reads()).isEqualTo(Reads.LAST);
      assertThat(head.labels()).containsExactly("bad", "so-so", "good");
      assertThat(head.out().module()).isEqualTo("score");
      assertThat(head(model)).isEqualTo(head(same)).isNotEqualTo(head(other));
      double square = 0;
      for (float number : head(model)) {
        square += number * number;
      }
      assertThat(Math.sqrt(square / head(model).length)).isCloseTo(0.02, within(0.005));
    }
  }

  @Test
  void anEncoderKeepsItsPoolerAndTakesItsOwnHeadAgain() throws IOException {
    String labels = ",\"id2label\":{\"0\":\"bad\",\"1\":\"so-so\",\"2\":\"good\"}";
    Path path = checkpoint(BERT.formatted("BertForSequenceClassification", labels));
    try (CausalLm own = CausalLm.load(path, DType.FLOAT32);
        CausalLm model = load(path, MOOD, 1)) {
      assertThat(head(model)).isEqualTo(head(own));
      TensorSlot pooler =
          LinearGroup.of(model.architecture().head().dense().orElseThrow()).weight();
      assertThat(model.weight(pooler).toFloats()).isEqualTo(own.weight(pooler).toFloats());
    }
    HeadTask two = new HeadTask.MultiLabel(new Labels(List.of("a", "b")));
    assertThatThrownBy(() -> load(path, two, 1))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("classifier.weight: wanted [2, 32], found [3, 32]");
  }

  @Test
  void eachTokenIsJudgedForItself() throws IOException {
    Path path = checkpoint(BERT.formatted("BertForSequenceClassification", ""));
    HeadTask tags = new HeadTask.WordLabels(new Labels(List.of("O", "B-PER")), false);
    try (CausalLm model = load(path, tags, 1)) {
      assertThat(((ClassificationHead) model.architecture().head()).reads()).isEqualTo(Reads.EACH);
      assertThat(model.architecture().head().dense()).isEmpty();
    }
  }

  @Test
  void aNumberIsOneValueOfTheLastToken() throws IOException {
    try (CausalLm model = load(checkpoint(RandomModels.QWEN2), new HeadTask.Regression(), 1)) {
      ClassificationHead head = (ClassificationHead) model.architecture().head();
      assertThat(head.reads()).isEqualTo(Reads.LAST);
      assertThat(head.labels()).containsExactly("LABEL_0");
    }
  }

  @Test
  void aModelThatClassifiesContinuesNoTexts() throws IOException {
    try (CausalLm model = load(checkpoint(RandomModels.QWEN2), MOOD, 1);
        BoundModel bound = new BoundModel(model, null, null)) {
      assertThatThrownBy(() -> bound.decode(null, 4, SamplingRule.GREEDY))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("continues no texts");
    }
  }
}
