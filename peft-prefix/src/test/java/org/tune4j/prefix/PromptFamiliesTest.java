package org.tune4j.prefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.generate.Beam;
import org.tune4j.engine.generate.BeamConfig;
import org.tune4j.engine.generate.BeamSearch;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.DecodeSession;
import org.tune4j.engine.model.InputShift;
import org.tune4j.engine.model.LatentAttention;
import org.tune4j.engine.model.LossDifferences;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.SamplingRule;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Virtual tokens before the texts of a model of each family, in fp64. */
class PromptFamiliesTest {
  private static final int VOCABULARY = 97;
  private static final int TASKS = 3;
  private static final int[] TEXT = new Random(4).ints(9, 0, VOCABULARY).toArray();
  private static final GenerationConfig GREEDY = GenerationConfig.builder().maxNewTokens(5).build();
  private static final List<PromptLearningConfig> METHODS =
      List.of(
          new PrefixTuningConfig(3),
          new PrefixTuningConfig(2, true, 5, false),
          new PromptTuningConfig(3),
          new PromptEncoderConfig(2, 5),
          new PromptEncoderConfig(3, PromptEncoderConfig.Reparameterization.LSTM, 4, List.of()),
          new MultitaskPromptTuningConfig(2, TASKS, 2));

  static Stream<Arguments> cases() {
    return Stream.concat(RandomModels.DENSE.stream(), RandomModels.SPARSE.stream())
        .flatMap(config -> METHODS.stream().map(method -> Arguments.of(config, method)))
        .filter(each -> !isLatent((String) each.get()[0], each.get()[1]));
  }

  /** Those of which texts need not say a task. */
  static Stream<Arguments> continuing() {
    return cases().filter(each -> !(each.get()[1] instanceof MultitaskPromptTuningConfig));
  }

  private static boolean isLatent(String config, Object method) {
    return method instanceof PrefixTuningConfig && config.contains("kv_lora_rank");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientIsWhatTheLossChangesBy(String config, PromptLearningConfig method) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        PromptLearning learned = PromptLearning.create(base, method, 5)) {
      LossDifferences.check(learned.weights(), recompute -> loss(learned.model(), recompute));
    }
  }

  /** Of the words alone: what is learned in their place is not among the inputs. */
  @ParameterizedTest
  @FieldSource("METHODS")
  void gradientOfInputsIsWhatTheLossChangesBy(PromptLearningConfig method) {
    try (CausalLm base = RandomModels.create(RandomModels.GEMMA2, DType.FLOAT64, 3);
        PromptLearning learned = PromptLearning.create(base, method, 5);
        TensorScope work = learned.model().workScope()) {
      BatchTensors batch = learned.model().upload(batch(TEXT), work);
      assertThat(batch.words()).containsExactly(TEXT.length);
      InputShift shift = InputShift.zeros(batch, learned.model(), work);
      new CausalLmObjective()
          .lossAndGradients(learned.model(), batch.shifted(shift), 1, Recompute.NONE, null);
      double[] gradient = shift.gradient().toDoubles();
      int hidden = base.architecture().hiddenSize();
      int learnedRows = batch.batch().tokens() - TEXT.length;
      assertThat(Arrays.stream(gradient, 0, learnedRows * hidden).map(Math::abs).sum()).isZero();
      Random random = new Random(6);
      double[] step = new double[gradient.length];
      double wanted = 0;
      for (int i = learnedRows * hidden; i < step.length; i++) {
        step[i] = 1e-6 * random.nextGaussian();
        wanted += step[i] * gradient[i];
      }
      double up = shifted(learned.model(), batch, step, work);
      Arrays.setAll(step, i -> -step[i]);
      double down = shifted(learned.model(), batch, step, work);
      assertThat((up - down) / 2e-6).isCloseTo(wanted / 1e-6, within(1e-6 + Math.abs(wanted)));
    }
  }

  private static double shifted(
      BoundModel model, BatchTensors batch, double[] values, TensorScope work) {
    InputShift shift = InputShift.zeros(batch, model, work);
    TensorOps.copy(shift.values(), work.doubles(values, shift.values().shape()));
    return new CausalLmObjective().loss(model, batch.shifted(shift)).sum();
  }

  @ParameterizedTest
  @MethodSource("continuing")
  void cachedGenerationEqualsAForwardPass(String config, PromptLearningConfig method) {
    int[] text = TEXT;
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        PromptLearning learned = PromptLearning.create(base, method, 5);
        DecodeSession session =
            learned.model().decode(batch(text), text.length + 4, SamplingRule.GREEDY, 4)) {
      DecodeSession.Choice choice = session.first(new double[1]);
      for (int step = 0; step < 4; step++) {
        double[] scores = scores(learned.model(), text);
        int best = 0;
        double sum = 0;
        for (int v = 0; v < VOCABULARY; v++) {
          best = scores[v] > scores[best] ? v : best;
          sum += Math.exp(scores[v]);
        }
        assertThat(choice.ids()).containsExactly(best);
        assertThat(choice.logProbs()[0]).isCloseTo(scores[best] - Math.log(sum), within(1e-10));
        text = Arrays.copyOf(text, text.length + 1);
        text[text.length - 1] = best;
        if (step < 3) {
          choice = session.next(choice.ids(), new double[1]);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("continuing")
  void aTextInABatchIsWhatItIsAlone(String config, PromptLearningConfig method) {
    int[] other = Arrays.copyOf(TEXT, 4);
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        PromptLearning learned = PromptLearning.create(base, method, 5)) {
      Generator generator = new Generator(learned.model());
      var together = generator.generate(List.of(other, TEXT), GREEDY);
      assertThat(together.get(0).newIds())
          .isEqualTo(generator.generate(List.of(other), GREEDY).get(0).newIds());
      assertThat(together.get(1).newIds())
          .isEqualTo(generator.generate(List.of(TEXT), GREEDY).get(0).newIds());
    }
  }

  /** Beams share what stands before their text, and change places as they go. */
  @ParameterizedTest
  @MethodSource("continuing")
  void whatABeamIsWorthIsWhatAForwardPassGivesIt(String config, PromptLearningConfig method) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        PromptLearning learned = PromptLearning.create(base, method, 5)) {
      BeamConfig four =
          new BeamConfig(4, 3, 3, 0, BeamConfig.EarlyStopping.FALSE, Optional.of(Set.of()));
      List<Beam> beams = new BeamSearch(learned.model()).search(List.of(TEXT), four).get(0);
      assertThat(beams).hasSize(3);
      for (Beam beam : beams) {
        int[] text = TEXT;
        double wanted = 0;
        for (int id : beam.newIds()) {
          double[] scores = scores(learned.model(), text);
          wanted += scores[id] - Math.log(Arrays.stream(scores).map(Math::exp).sum());
          text = Arrays.copyOf(text, text.length + 1);
          text[text.length - 1] = id;
        }
        assertThat(beam.score()).isCloseTo(wanted, within(1e-9));
      }
    }
  }

  static Stream<String> dense() {
    return RandomModels.DENSE.stream();
  }

  /** Rows of several tasks in one batch have the virtual tokens of each one's own. */
  @ParameterizedTest
  @MethodSource("dense")
  void aTextOfATaskIsWhatItIsWithThatTasksTokensAlone(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        PromptLearning learned =
            PromptLearning.create(base, new MultitaskPromptTuningConfig(2, TASKS, 2), 5);
        TensorScope work = TensorScope.open()) {
      BatchTensors mixed = learned.model().upload(batch(TEXT, TEXT, TEXT), work);
      double[] hidden = learned.model().hidden(mixed, work).toDoubles();
      int each = hidden.length / TASKS;
      for (int task = 0; task < TASKS; task++) {
        try (PromptLearning one = learned.ofTask(task)) {
          double[] alone =
              one.model().hidden(one.model().upload(batch(TEXT), work), work).toDoubles();
          assertThat(Arrays.copyOfRange(hidden, task * each, (task + 1) * each))
              .containsExactly(alone, within(1e-12));
        }
      }
      assertThatThrownBy(() -> new Generator(learned.model()).generate(List.of(TEXT), GREEDY))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("virtual tokens of 3 tasks");
      assertThatThrownBy(() -> learned.ofTask(TASKS))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("task_id: wanted 0 to 2, found 3");
      Batch unknown = Batch.of(List.of(example(TEXT, 0).ofTask(TASKS)));
      assertThatThrownBy(() -> learned.model().upload(unknown, work))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("task 3: wanted 0 to 2");
      Batch none = Batch.of(List.of(new EncodedExample(0, "row", TEXT, TEXT)));
      assertThatThrownBy(() -> learned.model().upload(none, work))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("row: task none: wanted 0 to 2");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theBaseIsAsItWas(String config, PromptLearningConfig method) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        BoundModel bare = new BoundModel(base, null, null)) {
      double[] before = scores(bare, TEXT);
      try (PromptLearning learned = PromptLearning.create(base, method, 5)) {
        loss(learned.model(), Recompute.NONE);
        assertThat(scores(learned.model(), TEXT)).isNotEqualTo(before);
      }
      assertThat(scores(bare, TEXT)).isEqualTo(before);
    }
  }

  static Stream<String> latent() {
    return RandomModels.SPARSE.stream().filter(config -> config.contains("kv_lora_rank"));
  }

  @ParameterizedTest
  @MethodSource("latent")
  void aModelWithoutCachedKeysIsRefusedAPrefix(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3)) {
      assertThat(base.architecture().blocks().get(0).attention())
          .isInstanceOf(LatentAttention.class);
      assertThatThrownBy(() -> PromptLearning.create(base, new PrefixTuningConfig(3), 5))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("prefix tuning: a deepseek")
          .hasMessageContaining("P-tuning");
    }
  }

  /** Also adds gradients. */
  private static double loss(BoundModel model, Recompute recompute) {
    try (TensorScope work = TensorScope.open()) {
      BatchTensors batch = model.upload(batch(TEXT, Arrays.copyOf(TEXT, 6)), work);
      return new CausalLmObjective().lossAndGradients(model, batch, 1, recompute, null).sum();
    }
  }

  /** Of the token after a text. */
  private static double[] scores(BoundModel model, int[] text) {
    try (TensorScope work = TensorScope.open()) {
      BatchTensors batch = model.upload(batch(text), work);
      int last = batch.batch().tokens() - 1;
      return model
          .output()
          .logits(model.hidden(batch, work), work.longs(new int[] {last}), work)
          .toDoubles();
    }
  }

  /** Of the tasks in turn. */
  private static Batch batch(int[]... texts) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int[] text : texts) {
      examples.add(example(text, examples.size()));
    }
    return Batch.of(examples);
  }

  private static EncodedExample example(int[] text, int row) {
    return new EncodedExample(row, "row", text, text.clone()).ofTask(row % TASKS);
  }
}
