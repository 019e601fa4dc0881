package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.generate.Beam;
import org.tune4j.engine.generate.BeamConfig;
import org.tune4j.engine.generate.BeamSearch;
import org.tune4j.engine.generate.ContinuationScorer;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.InputShift;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A bank on a model of each family computes what each of its adapters computes alone. */
class AdapterBankFamiliesTest {
  private static final List<String> ASKED =
      List.of("c", AdapterBank.BASE, "a", "d", "b", "a", AdapterBank.BASE);

  static Stream<String> families() {
    return Stream.concat(RandomModels.DENSE.stream(), RandomModels.SPARSE.stream());
  }

  static Stream<String> dense() {
    return RandomModels.DENSE.stream();
  }

  static Stream<String> few() {
    return Stream.of(
        RandomModels.LLAMA, RandomModels.GPT2, RandomModels.QWEN2_MOE, RandomModels.DEEPSEEK_V3);
  }

  @ParameterizedTest
  @MethodSource("dense")
  void aMixedBatchGivesTheTokensOfSingleRuns(String config) {
    GenerationConfig greedy =
        GenerationConfig.builder().maxNewTokens(12).endOfText(Set.of()).prefillChunkSize(4).build();
    GenerationConfig sampled =
        GenerationConfig.builder().maxNewTokens(12).doSample(true).seed(9).build();
    try (CausalLm base = RandomModels.create(config, DType.FLOAT32, 3);
        FourAdapters four = new FourAdapters(base)) {
      assertThat(mixed(four, greedy)).isDeepEqualTo(single(four, greedy));
      assertThat(mixed(four, sampled)).isDeepEqualTo(single(four, sampled));
    }
  }

  private static int[][] mixed(FourAdapters four, GenerationConfig config) {
    return new Generator(four.bank.model(), ASKED)
        .generate(prompts(), config).stream().map(Generated::newIds).toArray(int[][]::new);
  }

  private static int[][] single(FourAdapters four, GenerationConfig config) {
    int[][] all = new int[ASKED.size()][];
    for (int i = 0; i < all.length; i++) {
      all[i] =
          new Generator(four.model(ASKED.get(i)))
              .generate(List.of(prompts().get(i)), new long[] {i}, config, (row, id) -> {})
              .get(0)
              .newIds();
    }
    return all;
  }

  private static List<int[]> prompts() {
    Random random = new Random(6);
    return Stream.of(5, 9, 7, 3, 11, 8, 6).map(n -> random.ints(n, 3, 97).toArray()).toList();
  }

  @ParameterizedTest
  @MethodSource("families")
  void eachDocumentOfABatchIsComputedWithItsOwn(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        FourAdapters four = new FourAdapters(base);
        TensorScope work = TensorScope.open()) {
      List<double[]> found = hidden(four.bank.model(), ASKED, work);
      for (int i = 0; i < ASKED.size(); i++) {
        double[] wanted = hidden(four.model(ASKED.get(i)), List.of(), work).get(i);
        // How many tokens an expert gets, and so how sums are rounded, depends on other documents.
        boolean exact = RandomModels.DENSE.contains(config);
        if (exact && ASKED.get(i).equals(AdapterBank.BASE)) {
          assertThat(found.get(i)).isEqualTo(wanted);
        } else {
          assertThat(found.get(i)).containsExactly(wanted, within(1e-10));
        }
      }
    }
  }

  /** The last token's vector of each of the prompts, in their order. */
  private static List<double[]> hidden(BoundModel model, List<String> names, TensorScope work) {
    Batch batch = batch(prompts());
    BatchTensors uploaded = model.upload(batch, work);
    if (!names.isEmpty()) {
      uploaded =
          uploaded.withAdapters(
              Arrays.stream(batch.exampleIds()).mapToObj(id -> names.get((int) id)).toList());
    }
    Tensor hidden = model.hidden(uploaded, work);
    double[][] all = new double[batch.documents()][];
    int end = 0;
    for (int i = 0; i < all.length; i++) {
      end += batch.sequenceLengths()[i];
      all[(int) batch.exampleIds()[i]] = TensorOps.rows(work, hidden, end - 1, 1).toDoubles();
    }
    return List.of(all);
  }

  private static Batch batch(List<int[]> texts) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int[] text : texts) {
      examples.add(new EncodedExample(examples.size(), "row", text, text.clone()));
    }
    return Batch.of(examples);
  }

  @ParameterizedTest
  @MethodSource("few")
  void activeOnesAreAddedUpWithTheirWeights(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        CausalLm changed = RandomModels.create(config, DType.FLOAT64, 3);
        FourAdapters four = new FourAdapters(base);
        BoundModel bound = new BoundModel(changed, null, null);
        TensorScope work = TensorScope.open()) {
      Map<String, Double> weights = Map.of("a", 0.7, "c", -0.4, "d", 1.0);
      four.bank.activate(weights);
      weights.forEach((name, weight) -> addUpdate(changed, base, four.alone.get(name), weight));
      double[][] wanted = hidden(bound, List.of(), work).toArray(double[][]::new);
      double[][] found = hidden(four.bank.model(), List.of(), work).toArray(double[][]::new);
      for (int i = 0; i < wanted.length; i++) {
        assertThat(found[i]).containsExactly(wanted[i], within(1e-9));
      }
      assertThat(hidden(four.bare, List.of(), work).get(0)).isNotEqualTo(found[0]);
      four.bank.deactivate();
      assertThat(hidden(four.bank.model(), List.of(), work).toArray(double[][]::new))
          .isDeepEqualTo(hidden(four.bare, List.of(), work).toArray(double[][]::new));
    }
  }

  /** Adds to the weights what merging the adapter changes them by, as often as the weight says. */
  private static void addUpdate(CausalLm target, CausalLm base, Lora lora, double weight) {
    try (PeftMerge merge = PeftMerge.of(lora);
        TensorScope work = TensorScope.open()) {
      for (TensorSlot slot : base.architecture().slots()) {
        double[] before = base.weight(slot).toDoubles();
        double[] merged = TensorOps.cast(work, merge.weight(slot), DType.FLOAT64).toDoubles();
        double[] sum = target.weight(slot).toDoubles();
        for (int i = 0; i < sum.length; i++) {
          sum[i] += weight * (merged[i] - before[i]);
        }
        TensorOps.copy(target.weight(slot), work.doubles(sum, slot.sizes()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("few")
  void gradientsOfInputsAreThoseOfTheAdapterAlone(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        FourAdapters four = new FourAdapters(base)) {
      four.bank.activate("b");
      for (Recompute recompute : Recompute.values()) {
        assertThat(inputGradient(four.bank.model(), recompute))
            .containsExactly(inputGradient(four.model("b"), recompute), within(1e-10));
      }
    }
  }

  private static double[] inputGradient(BoundModel model, Recompute recompute) {
    try (TensorScope work = TensorScope.open()) {
      BatchTensors batch = model.upload(batch(prompts()), work);
      InputShift shift = InputShift.zeros(batch, model, work);
      new CausalLmObjective().lossAndGradients(model, batch.shifted(shift), 1, recompute, null);
      return shift.gradient().toDoubles();
    }
  }

  @ParameterizedTest
  @MethodSource("few")
  void beamsAndScoresAreThoseOfTheAdapterAlone(String config) {
    BeamConfig beams =
        new BeamConfig(6, 3, 3, 1, BeamConfig.EarlyStopping.FALSE, Optional.of(Set.of(5, 6, 7)));
    List<int[]> continuations = List.of(new int[] {4}, new int[] {8, 9, 10}, new int[] {11, 12});
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        FourAdapters four = new FourAdapters(base)) {
      List<List<Beam>> found = new BeamSearch(four.bank.model(), ASKED).search(prompts(), beams);
      for (int i = 0; i < ASKED.size(); i++) {
        BoundModel alone = four.model(ASKED.get(i));
        int[] prompt = prompts().get(i);
        List<Beam> wanted = new BeamSearch(alone).search(List.of(prompt), beams).get(0);
        assertThat(ids(found.get(i))).isDeepEqualTo(ids(wanted));
        assertThat(
                new ContinuationScorer(four.bank.model(), ASKED.get(i))
                    .logLikelihoods(prompt, continuations))
            .containsExactly(
                new ContinuationScorer(alone).logLikelihoods(prompt, continuations), within(1e-9));
      }
    }
  }

  private static int[][] ids(List<Beam> beams) {
    return beams.stream().map(Beam::newIds).toArray(int[][]::new);
  }
}
