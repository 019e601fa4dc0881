package org.tune4j.prefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.LossDifferences;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.objective.Judged;
import org.tune4j.engine.objective.SequenceClassification;
import org.tune4j.engine.objective.TokenClassification;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Virtual tokens on models that classify, of one text and of two: P-tuning v2 and its kin. */
class PromptHeadsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LABELS = 3;
  private static final int[] TEXT = new Random(4).ints(9, 3, 97).toArray();
  private static final List<PromptLearningConfig> METHODS =
      List.of(
          new PrefixTuningConfig(3),
          new PrefixTuningConfig(2, true, 5, false),
          new PromptTuningConfig(3),
          new PromptEncoderConfig(3, PromptEncoderConfig.Reparameterization.LSTM, 4, List.of()),
          new MultitaskPromptTuningConfig(2, 2, 2));

  /** Models, and the modules that their heads are. */
  private static final Map<String, Set<String>> HEADS =
      Map.of(
          encoder("bert", "BertForSequenceClassification"),
          Set.of("classifier"),
          encoder("bert", "BertForTokenClassification"),
          Set.of("classifier"),
          encoder("roberta", "RobertaForSequenceClassification"),
          Set.of("classifier.dense", "classifier.out_proj"),
          encoder("roberta", "RobertaForTokenClassification"),
          Set.of("classifier"),
          decoder("Qwen2ForSequenceClassification"),
          Set.of("score"),
          decoder("Qwen2ForTokenClassification"),
          Set.of("score"));

  @TempDir Path folder;

  private static String encoder(String type, String architecture) {
    return """
        {"model_type":"%s","architectures":["%s"],"vocab_size":97,"hidden_size":32,
         "intermediate_size":48,"num_hidden_layers":2,"num_attention_heads":4,"pad_token_id":1,
         "max_position_embeddings":40,"id2label":{"0":"a","1":"b","2":"c"}}
        """
        .formatted(type, architecture);
  }

  private static String decoder(String architecture) {
    return RandomModels.QWEN2.replace(
        "\"vocab_size\"",
        "\"architectures\":[\"%s\"],\"id2label\":{\"0\":\"a\",\"1\":\"b\",\"2\":\"c\"},\"vocab_size\""
            .formatted(architecture));
  }

  static Stream<Arguments> cases() {
    return HEADS.keySet().stream()
        .sorted()
        .flatMap(config -> METHODS.stream().map(method -> Arguments.of(config, method)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientIsWhatTheLossChangesBy(String config, PromptLearningConfig method) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        PromptLearning learned = PromptLearning.create(base, method, 5)) {
      LossDifferences.check(
          learned.weights(),
          recompute -> {
            try (TensorScope work = TensorScope.open()) {
              BatchTensors batch = learned.model().upload(batch(base, 9, 6), work);
              return objective(base)
                  .lossAndGradients(learned.model(), batch, 1, recompute, null)
                  .sum();
            }
          });
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aTextInABatchIsJudgedAsItIsAlone(String config, PromptLearningConfig method) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        PromptLearning learned = PromptLearning.create(base, method, 5)) {
      float[][] together = judge(learned.model(), base, 9, 6);
      float[][] alone = judge(learned.model(), base, 9);
      for (int row = 0; row < alone.length; row++) {
        assertThat(together[row]).containsExactly(alone[row], within(1e-6f));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theHeadIsTrainedAndWrittenAsPeftNamesIt(String config, PromptLearningConfig method)
      throws IOException {
    Set<String> head = HEADS.get(config);
    try (CausalLm base = RandomModels.create(config, DType.FLOAT32, 3)) {
      float[][] wanted;
      try (PromptLearning learned = PromptLearning.create(base, method, 5)) {
        assertThat(learned.adapter().trainedWeights())
            .extracting(each -> module(each.slot().name()))
            .containsOnlyElementsOf(head);
        wanted = judge(learned.model(), base, 9);
        learned.save(folder.resolve("adapter"), "base");
      }
      try (SafetensorsFile file =
          SafetensorsFile.open(folder.resolve("adapter/adapter_model.safetensors"))) {
        assertThat(file.tensors().keySet().stream().filter(name -> name.startsWith("base_model.")))
            .extracting(PromptHeadsTest::module)
            .containsOnlyElementsOf(head.stream().map(name -> "base_model." + name).toList());
      }
      var written = JSON.readTree(folder.resolve("adapter/adapter_config.json").toFile());
      boolean each = config.contains("Token");
      assertThat(written.get("task_type").asText()).isEqualTo(each ? "TOKEN_CLS" : "SEQ_CLS");
      assertThat(written.get("modules_to_save").toString()).isEqualTo("[\"classifier\",\"score\"]");
      try (PromptLearning loaded = PromptLearning.load(base, folder.resolve("adapter"))) {
        float[][] found = judge(loaded.model(), base, 9);
        for (int row = 0; row < wanted.length; row++) {
          assertThat(found[row]).containsExactly(wanted[row], within(1e-6f));
        }
      }
    }
  }

  private static String module(String tensor) {
    return tensor.substring(0, tensor.lastIndexOf('.'));
  }

  private static HeadObjective objective(CausalLm base) {
    Reads reads = ((ClassificationHead) base.architecture().head()).reads();
    return reads == Reads.EACH
        ? new TokenClassification(HeadLoss.CrossEntropy.PLAIN)
        : new SequenceClassification(reads, HeadLoss.CrossEntropy.PLAIN);
  }

  private static float[][] judge(BoundModel model, CausalLm base, int... lengths) {
    try (TensorScope work = TensorScope.open()) {
      Judged judged = objective(base).judge(model, model.upload(batch(base, lengths), work));
      return judged.outputs();
    }
  }

  /** Texts of two parts, the last four tokens of each being the second, of the tasks in turn. */
  private static Batch batch(CausalLm base, int... lengths) {
    boolean each = objective(base) instanceof TokenClassification;
    return Batch.of(
        IntStream.range(0, lengths.length)
            .mapToObj(
                row -> {
                  int length = lengths[row];
                  int[] labels = Arrays.stream(TEXT, 0, length).map(id -> id % LABELS).toArray();
                  Target target =
                      each ? new Target.TokenLabels(labels) : new Target.OneLabel(labels[0]);
                  int[] segments = new int[length];
                  Arrays.fill(segments, length - 4, length, 1);
                  int[] ids = Arrays.copyOf(TEXT, length);
                  return EncodedExample.judged(row, "row", ids, Optional.of(target), segments)
                      .ofTask(row % 2);
                })
            .toList());
  }
}
