package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.DecodeSession;
import org.tune4j.engine.model.LossDifferences;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.SamplingRule;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Every method on a model of each family, in fp64. */
class WeightMethodFamiliesTest {
  private static final int VOCABULARY = 97;
  private static final int[] TEXT = new Random(4).ints(9, 0, VOCABULARY).toArray();
  private static final TargetModules EVERY = new TargetModules.Regex(".*\\.\\d+\\..*");
  private static final TargetModules INNER =
      new TargetModules.Regex(".*(down_proj|c_proj|dense_4h_to_h|up_proj|o_proj)");

  private static LoraConfig.Builder lora() {
    return LoraConfig.builder()
        .r(2)
        .targetModules(EVERY)
        .rankPattern(Map.of("shared_expert_gate", 1));
  }

  private static Map<String, WeightMethod> methods() {
    Map<String, WeightMethod> methods = new LinkedHashMap<>();
    methods.put("dora", lora().useDora(true).build());
    methods.put("pissa", lora().initLoraWeights(LoraConfig.Init.PISSA).build());
    methods.put("olora", lora().initLoraWeights(LoraConfig.Init.OLORA).build());
    methods.put("tokens", lora().trainableTokenIndices(TEXT[3], 96, TEXT[0]).build());
    methods.put("ia3", new Ia3Config(EVERY, null, INNER, List.of(), true));
    methods.put("vera", new VeraConfig(5, EVERY));
    methods.put("loha", new LohaConfig(2, EVERY));
    methods.put("lokr", new LokrConfig(2, EVERY));
    methods.put(
        "lokr_both",
        new LokrConfig(
            new TargetLayers(EVERY), new Lycoris(1, 3), true, 8, false, LokrConfig.Init.LYCORIS));
    methods.put("oft", new OftConfig(6, EVERY));
    methods.put(
        "oft_exact", new OftConfig(new TargetLayers(INNER), 2, 0, false, 5, true, "none", true));
    methods.put("hra", new HraConfig(4, EVERY));
    methods.put("miss", new MissConfig(3, EVERY));
    methods.put("adalora", new AdaloraConfig(10, EVERY));
    methods.put("ln_tuning", new LnTuningConfig());
    return methods;
  }

  static Stream<Arguments> cases() {
    List<String> models = new ArrayList<>(RandomModels.DENSE);
    models.addAll(RandomModels.SPARSE);
    return methods().keySet().stream()
        .flatMap(method -> models.stream().map(model -> Arguments.of(method, model)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void beginsAsTheBaseAndMergesIntoWhatItComputes(String method, String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        BoundModel bare = new BoundModel(base, null, null);
        PeftModel adapted = PeftModel.create(base, methods().get(method), 5)) {
      double[] before = scores(bare, TEXT);
      assertThat(scores(adapted.model(), TEXT)).containsExactly(before, within(1e-10));
      move(adapted.weights());
      double[] after = scores(adapted.model(), TEXT);
      assertThat(distance(before, after)).isGreaterThan(1e-3);
      try (PeftMerge merge = PeftMerge.of(adapted)) {
        assertThat(scores(merge.model(), TEXT)).containsExactly(after, within(1e-9));
      }
      assertThat(scores(bare, TEXT)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void cachedGenerationEqualsAForwardPass(String method, String config) {
    int[] text = TEXT;
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        PeftModel adapted = PeftModel.create(base, methods().get(method), 5)) {
      move(adapted.weights());
      try (DecodeSession session =
          adapted.model().decode(batch(text), text.length + 3, SamplingRule.GREEDY, 4)) {
        DecodeSession.Choice choice = session.first(new double[1]);
        for (int step = 0; step < 3; step++) {
          double[] scores = scores(adapted.model(), text);
          int best = 0;
          double sum = 0;
          for (int v = 0; v < VOCABULARY; v++) {
            best = scores[v] > scores[best] ? v : best;
            sum += Math.exp(scores[v]);
          }
          assertThat(choice.ids()).containsExactly(best);
          assertThat(choice.logProbs()[0]).isCloseTo(scores[best] - Math.log(sum), within(1e-9));
          text = Arrays.copyOf(text, text.length + 1);
          text[text.length - 1] = best;
          choice = session.next(choice.ids(), new double[1]);
        }
      }
    }
  }

  /** DoRA's is not: its norms count as constants. */
  static Stream<Arguments> differentiable() {
    return cases().filter(arguments -> !arguments.get()[0].equals("dora"));
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void gradientIsWhatTheLossChangesBy(String method, String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        PeftModel adapted = PeftModel.create(base, methods().get(method), 5)) {
      move(adapted.weights());
      LossDifferences.check(adapted.weights(), recompute -> loss(adapted.model(), recompute));
    }
  }

  /** Adds something to everything trained. */
  static void move(TrainableTensors weights) {
    Random random = new Random(8);
    try (TensorScope work = TensorScope.open()) {
      double[] numbers = TensorOps.cast(work, weights.flat(), DType.FLOAT64).toDoubles();
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] += 0.1 * random.nextGaussian();
      }
      TensorOps.copy(weights.flat(), work.doubles(numbers, numbers.length));
    }
    weights.refresh();
  }

  /** Also adds gradients. */
  private static double loss(BoundModel model, Recompute recompute) {
    try (TensorScope work = TensorScope.open()) {
      BatchTensors batch = model.upload(batch(TEXT, Arrays.copyOf(TEXT, 6)), work);
      return new CausalLmObjective().lossAndGradients(model, batch, 1, recompute, null).sum();
    }
  }

  private static double distance(double[] a, double[] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }

  /** Of the token after a text. */
  private static double[] scores(BoundModel model, int[] text) {
    try (TensorScope work = TensorScope.open()) {
      Tensor hidden = model.hidden(model.upload(batch(text), work), work);
      return model
          .output()
          .logits(hidden, work.longs(new int[] {text.length - 1}), work)
          .toDoubles();
    }
  }

  private static Batch batch(int[]... texts) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int[] text : texts) {
      examples.add(new EncodedExample(examples.size(), "row", text, text.clone()));
    }
    return Batch.of(examples);
  }
}
