package org.tune4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;

class LossEvaluationTest {
  private static CausalLm weights;
  private static BoundModel model;

  @BeforeContainer
  static void create() {
    weights = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 7);
    model = new BoundModel(weights, null, null);
  }

  @AfterContainer
  static void close() {
    model.close();
    weights.close();
  }

  /** Examples of random tokens of which the second halves are labelled. */
  private static List<EncodedExample> examples(int count, long seed) {
    Random random = new Random(seed);
    List<EncodedExample> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(2 + random.nextInt(30), 3, 97).toArray();
      int[] labels = ids.clone();
      Arrays.fill(labels, 0, ids.length / 2, EncodedExample.NOT_LEARNED);
      examples.add(new EncodedExample(i, "random", ids, labels));
    }
    return examples;
  }

  private static double loss(List<EncodedExample> examples, int tokensPerBatch) {
    return new LossEvaluation(examples, tokensPerBatch).evaluate(model).get("eval_loss");
  }

  @Property(tries = 25)
  void batchesDoNotMatter(
      @ForAll @IntRange(min = 1, max = 12) int count,
      @ForAll @IntRange(min = 0, max = 1000) int seed,
      @ForAll @IntRange(min = 1, max = 200) int tokensPerBatch) {
    List<EncodedExample> examples = examples(count, seed);
    double whole = loss(examples, LossEvaluation.DEFAULT_TOKENS_PER_BATCH);
    List<EncodedExample> shuffled = new ArrayList<>(examples);
    Collections.shuffle(shuffled, new Random(seed));
    assertThat(loss(shuffled, tokensPerBatch)).isCloseTo(whole, within(1e-6));
  }

  @Example
  void everyTokenCountsTheSame() {
    List<EncodedExample> examples = examples(5, 3);
    double sum = 0;
    int tokens = 0;
    for (EncodedExample example : examples) {
      sum += loss(List.of(example), 1) * example.labelCount();
      tokens += example.labelCount();
    }
    Map<String, Double> values = new LossEvaluation(examples).evaluate(model);
    assertThat(values.get("eval_loss")).isCloseTo(sum / tokens, within(1e-6));
    assertThat(values.get("eval_perplexity")).isEqualTo(Math.exp(values.get("eval_loss")));
    assertThat(values).containsOnlyKeys("eval_loss", "eval_perplexity");
  }

  @Example
  void examplesWithoutLabelsAreLeftOutAndAloneRefused() {
    int[] ids = {5, 6, 7};
    int[] none = new int[3];
    Arrays.fill(none, EncodedExample.NOT_LEARNED);
    EncodedExample unlabelled = new EncodedExample(0, "f:1", ids, none);
    List<EncodedExample> mixed = new ArrayList<>(examples(2, 1));
    double wanted = loss(mixed, 100);
    mixed.add(unlabelled);
    assertThat(loss(mixed, 100)).isEqualTo(wanted);
    assertThatThrownBy(() -> new LossEvaluation(List.of(unlabelled)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none of 1 held-out examples");
    assertThatThrownBy(() -> new LossEvaluation(mixed, 0)).isInstanceOf(ConfigException.class);
  }
}
