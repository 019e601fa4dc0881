package org.tune4j.eval.uncertainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Labeller;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

/** Ensembles of real models of random weights. */
class EnsembleTest {
  private static final List<String> TEXTS = List.of("good", "bad", "neither one", "x");
  private static final Labels TWO = Labels.numbered(2);
  private static final List<HeadTask> TASKS =
      List.of(
          new HeadTask.SingleLabel(TWO),
          new HeadTask.MultiLabel(TWO),
          new HeadTask.WordLabels(TWO, false),
          new HeadTask.Regression());

  @TempDir static Path folder;
  private static Tokenizer tokenizer;
  private static final List<CausalLm> WEIGHTS = new ArrayList<>();

  /** For each task, models of it. */
  private static final List<List<BoundModel>> MODELS = new ArrayList<>();

  @BeforeAll
  static void create() throws IOException {
    tokenizer = Tokenizer.load(ByteTokenizer.write(folder, true));
    for (HeadTask task : TASKS) {
      String more =
          task instanceof HeadTask.WordLabels
              ? "\"architectures\":[\"Qwen2ForTokenClassification\"]"
              : "\"architectures\":[\"Qwen2ForSequenceClassification\"]"
                  + (task instanceof HeadTask.Regression
                      ? ",\"problem_type\":\"regression\",\"id2label\":{\"0\":\"LABEL_0\"}"
                      : "");
      String config =
          RandomModels.QWEN2
              .replace(":97,", ":260,")
              .replace("\"vocab_size\"", more + ",\"vocab_size\"");
      List<BoundModel> models = new ArrayList<>();
      for (int seed = 1; seed <= 3; seed++) {
        CausalLm weights = RandomModels.create(config, DType.FLOAT32, seed);
        WEIGHTS.add(weights);
        models.add(new BoundModel(weights, null, null));
      }
      MODELS.add(models);
    }
  }

  @AfterAll
  static void close() {
    MODELS.forEach(models -> models.forEach(BoundModel::close));
    WEIGHTS.forEach(CausalLm::close);
    tokenizer.close();
  }

  private static List<EncodedExample> examples() {
    return TEXTS.stream()
        .map(text -> tokenizer.encode(text, true).ids())
        .map(
            ids -> {
              int[] none = new int[ids.length];
              java.util.Arrays.fill(none, EncodedExample.NOT_LEARNED);
              return new EncodedExample(ids.length, "row", ids, none);
            })
        .toList();
  }

  private static List<Prediction> alone(BoundModel model, HeadTask task) {
    HeadObjective objective =
        HeadObjective.of(task, HeadLoss.of(task), model.architecture().head());
    return new HeadPredictor(objective).predict(model, examples());
  }

  private static double[] one(Prediction said) {
    return new double[] {said.outputs()[0][0], said.outputs()[0][1]};
  }

  @Test
  void theMeanIsThatOfWhatEachMemberSays() {
    for (int t = 0; t < TASKS.size(); t++) {
      HeadTask task = TASKS.get(t);
      List<List<Prediction>> each = MODELS.get(t).stream().map(m -> alone(m, task)).toList();
      List<EnsemblePrediction> all = Ensemble.of(MODELS.get(t), task).predict(examples());
      for (int row = 0; row < all.size(); row++) {
        Prediction mean = all.get(row).mean();
        assertThat(mean.tokens()).isEqualTo(each.get(0).get(row).tokens());
        for (int judged = 0; judged < mean.outputs().length; judged++) {
          for (int output = 0; output < task.outputs(); output++) {
            double sum = 0;
            for (List<Prediction> member : each) {
              sum += member.get(row).outputs()[judged][output];
            }
            assertThat(mean.outputs()[judged][output]).isCloseTo((float) (sum / 3), within(1e-6f));
          }
        }
      }
    }
  }

  @Test
  void uncertaintyIsThatOfTheMembersProbabilities() {
    HeadTask task = TASKS.get(0);
    List<List<Prediction>> each = MODELS.get(0).stream().map(m -> alone(m, task)).toList();
    List<EnsemblePrediction> all = Ensemble.of(MODELS.get(0), task).predict(examples());
    for (int row = 0; row < all.size(); row++) {
      int at = row;
      EnsembleUncertainty wanted =
          EnsembleUncertainty.of(
              each.stream().map(member -> one(member.get(at))).toArray(double[][]::new));
      EnsembleUncertainty found = all.get(row).uncertainty(0).get(0);
      assertThat(found.mutualInformation()).isEqualTo(wanted.mutualInformation()).isPositive();
      assertThat(found.predictiveEntropy()).isEqualTo(wanted.predictiveEntropy());
    }
  }

  @Test
  void labelsThatAreJudgedEachForItselfHaveTheirOwnUncertainty() {
    EnsemblePrediction said = Ensemble.of(MODELS.get(1), TASKS.get(1)).predict(examples()).get(0);
    assertThat(said.uncertainty(0)).hasSize(2);
    for (int label = 0; label < 2; label++) {
      double p = said.mean().outputs()[0][label];
      assertThat(said.uncertainty(0).get(label).predictiveEntropy())
          .isCloseTo(-p * Math.log(p) - (1 - p) * Math.log(1 - p), within(1e-6));
    }
  }

  @Test
  void equalMembersDoNotContradictEachOther() {
    BoundModel model = MODELS.get(0).get(0);
    for (EnsemblePrediction said :
        Ensemble.of(List.of(model, model), TASKS.get(0)).predict(examples())) {
      assertThat(said.uncertainty(0).get(0).mutualInformation()).isCloseTo(0, within(1e-12));
      assertThat(said.uncertainty(0).get(0).predictiveEntropy()).isPositive();
    }
    BoundModel numbers = MODELS.get(3).get(0);
    assertThat(
            Ensemble.of(List.of(numbers, numbers), TASKS.get(3))
                .predict(examples())
                .get(0)
                .standardDeviation())
        .isZero();
  }

  private static List<EnsembleJudgement> label(int t, DataConfig config, Map<String, ?>... rows) {
    List<EnsembleJudgement> said = new ArrayList<>();
    Labeller labeller = new Labeller(MODELS.get(t).get(0), tokenizer, TASKS.get(t), config);
    try (Examples examples = Examples.of(ExampleSource.of(List.of(rows), "rows"), config)) {
      Ensemble.of(MODELS.get(t), TASKS.get(t)).label(labeller, examples, said::add);
    }
    return said;
  }

  @Test
  void rowsAreJudgedInTheNamesOfLabels() {
    for (int t : new int[] {0, 1}) {
      List<EnsembleJudgement> all =
          label(t, DataConfig.DEFAULT, Map.of("text", "good"), Map.of("text", "bad"));
      assertThat(all).hasSize(2);
      for (EnsembleJudgement each : all) {
        assertThat(each.judgement().where()).startsWith("rows:");
        assertThat(each.judgement().scores()).hasSize(2);
        assertThat(each.mutualInformation()).hasSize(1);
        assertThat(each.predictiveEntropy()[0] - each.expectedEntropy()[0])
            .isCloseTo(each.mutualInformation()[0], within(1e-12));
        assertThat(each.mutualInformation()[0]).isPositive();
        assertThat(each.standardDeviation()).isEmpty();
      }
    }
    EnsembleJudgement number = label(3, DataConfig.DEFAULT, Map.of("text", "good")).get(0);
    assertThat(number.standardDeviation().orElseThrow()).isPositive();
    assertThat(number.predictiveEntropy()).isEmpty();
    double[] members =
        MODELS.get(3).stream().mapToDouble(m -> alone(m, TASKS.get(3)).get(0).value()).toArray();
    assertThat((double) number.judgement().scores()[0])
        .isBetween(
            Stream.of(members).flatMapToDouble(java.util.Arrays::stream).min().orElseThrow(),
            Stream.of(members).flatMapToDouble(java.util.Arrays::stream).max().orElseThrow());
  }

  @Test
  void wordsHaveAnUncertaintyEachAndThoseCutAwayNone() {
    DataConfig config = DataConfig.builder().maxLength(5).build();
    EnsembleJudgement said =
        label(2, config, Map.of("tokens", List.of("see", "Ann", "now", "and", "then"))).get(0);
    double[] entropies = said.predictiveEntropy();
    assertThat(entropies).hasSize(5);
    for (int word = 0; word < 5; word++) {
      boolean cut = said.judgement().scores()[word] == 0;
      assertThat(Double.isNaN(entropies[word])).isEqualTo(cut);
      assertThat(Double.isNaN(said.mutualInformation()[word])).isEqualTo(cut);
    }
    assertThat(entropies[0]).isPositive();
    assertThat(entropies[4]).isNaN();
  }

  @Test
  void temperatureIsThatOfTheLogits() {
    double[] logits = {2, -1, 0.5};
    double[] plain = Distributions.softmax(logits, 1);
    float[] said = {(float) plain[0], (float) plain[1], (float) plain[2]};
    for (double temperature : new double[] {0.5, 1, 3}) {
      TemperatureScaling scaling = new TemperatureScaling(temperature);
      double[] wanted = Distributions.softmax(logits, temperature);
      float[] found = scaling.rescaled(said);
      IntStream.range(0, 3)
          .forEach(i -> assertThat((double) found[i]).isCloseTo(wanted[i], within(1e-6)));
      float sigmoid = (float) (1 / (1 + Math.exp(-2)));
      assertThat((double) scaling.eachRescaled(new float[] {sigmoid, 0, 1})[0])
          .isCloseTo(1 / (1 + Math.exp(-2 / temperature)), within(1e-6));
    }
    assertThat(new TemperatureScaling(2).rescaled(new float[] {1, 0})[0]).isOne();
  }

  @Test
  void aGreatTemperatureMakesEveryMemberDoubtful() {
    for (int t : new int[] {0, 1}) {
      Ensemble doubtful =
          Ensemble.of(MODELS.get(t), TASKS.get(t)).with(new TemperatureScaling(1e6));
      EnsembleUncertainty found = doubtful.predict(examples()).get(0).uncertainty(0).get(0);
      assertThat(found.predictiveEntropy()).isCloseTo(Math.log(2), within(1e-6));
      assertThat(found.mutualInformation()).isCloseTo(0, within(1e-6));
    }
  }

  @Test
  void ensemblesThatCannotBeAreRefused() {
    BoundModel model = MODELS.get(0).get(0);
    HeadTask task = TASKS.get(0);
    assertThatThrownBy(() -> Ensemble.of(List.of(model), task))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("at least 2 members, found 1");
    assertThatThrownBy(() -> Ensemble.of(List.of(model, MODELS.get(2).get(0)), task))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> Ensemble.mcDropout(model, task, 5, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lora_dropout above 0");
    Ensemble numbers = Ensemble.of(MODELS.get(3), TASKS.get(3));
    assertThatThrownBy(() -> numbers.with(new TemperatureScaling(2)))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> numbers.predict(examples()).get(0).uncertainty(0))
        .isInstanceOf(IllegalStateException.class);
  }
}
