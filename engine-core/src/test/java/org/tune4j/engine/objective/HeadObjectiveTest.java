package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tune4j.engine.data.EncodedExample.NOT_LEARNED;

import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.HeadLoss.BinaryCrossEntropy;
import org.tune4j.engine.objective.HeadLoss.CrossEntropy;
import org.tune4j.engine.objective.HeadLoss.SquaredError;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Task heads on tiny random models whose output layer of a few tokens serves as the head. In fp64.
 */
class HeadObjectiveTest {
  private static final double ROUNDING = 1e-11;
  private static final int LABELS = 5;
  private static final CrossEntropy WEIGHTED =
      new CrossEntropy(List.of(0.2, 1.0, 3.0, 0.5, 0.0), 0);
  private static final CrossEntropy FOCAL = new CrossEntropy(WEIGHTED.weights(), 1.5);

  /** A model that tells as many labels apart as it has tokens. */
  private static final class Head implements AutoCloseable {
    private final CausalLm base;
    private final TrainableTensors weights;
    private final BoundModel model;

    Head(String family, int labels) {
      base =
          RandomModels.create(
              family
                  .replace("\"vocab_size\":97", "\"vocab_size\":" + labels)
                  .replace("\"eos_token_id\":2", "\"eos_token_id\":0"),
              DType.FLOAT64,
              3);
      weights =
          new TrainableTensors(
              TrainableWeights.all(base.architecture()), DType.FLOAT64, base.scope());
      TrainableWeights.copyFrom(base, weights);
      model = new BoundModel(base, null, weights);
    }

    /** The mean loss of a step in these parts; its gradient is left behind. */
    double step(Objective objective, List<Batch> parts) {
      double weight = parts.stream().mapToDouble(objective::weight).sum();
      return step(objective, parts, weight, 1 / weight);
    }

    double step(Objective objective, List<Batch> parts, double weight, double scale) {
      LossSum loss = LossSum.NONE;
      for (Batch part : parts) {
        try (TensorScope work = model.workScope()) {
          loss =
              loss.plus(
                  objective.lossAndGradients(
                      model, model.upload(part, work), scale, Recompute.NONE, null));
        }
      }
      assertThat(loss.weight()).isCloseTo(weight, within(ROUNDING * weight));
      return loss.mean();
    }

    double[] gradient() {
      return weights.flatGradient().toDoubles();
    }

    double loss(Objective objective, Batch batch) {
      try (TensorScope work = model.workScope()) {
        return objective.loss(model, model.upload(batch, work)).mean();
      }
    }

    Judged judge(HeadObjective objective, Batch batch) {
      try (TensorScope work = model.workScope()) {
        return objective.judge(model, model.upload(batch, work));
      }
    }

    double[] scores(Batch batch, int... rows) {
      try (TensorScope work = model.workScope()) {
        BatchTensors uploaded = model.upload(batch, work);
        Tensor hidden = model.hidden(uploaded, work);
        return model.output().logits(hidden, work.longs(rows), work).toDoubles();
      }
    }

    void setWeights(double[] numbers) {
      TensorOps.fill(
          weights.flat(),
          DType.FLOAT64,
          (offset, into) -> {
            DoubleBuffer target = into.order(ByteOrder.nativeOrder()).asDoubleBuffer();
            target.put(numbers, Math.toIntExact(offset / 8), target.remaining());
            into.position(into.limit());
          });
    }

    @Override
    public void close() {
      model.close();
      weights.close();
      base.close();
    }
  }

  private static int[] ids(Random random, int labels) {
    return random.ints(1 + random.nextInt(9), 0, labels).toArray();
  }

  private static List<EncodedExample> examples(HeadObjective objective, Random random, int count) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = ids(random, objective.loss() instanceof SquaredError ? 1 : LABELS);
      examples.add(EncodedExample.of(i, "f:" + i, ids, target(objective, random, ids.length)));
    }
    return examples;
  }

  private static Target target(HeadObjective objective, Random random, int tokens) {
    if (objective instanceof TokenClassification) {
      int[] labels = random.ints(tokens, 0, LABELS).toArray();
      for (int t = 0; t < tokens; t += 3) {
        labels[t] = NOT_LEARNED;
      }
      labels[tokens - 1] = 1;
      return new Target.TokenLabels(labels);
    }
    if (objective.loss() instanceof CrossEntropy) {
      return new Target.OneLabel(random.nextInt(LABELS - 1));
    }
    if (objective.loss() instanceof SquaredError) {
      return new Target.Number((float) random.nextGaussian());
    }
    float[] right = new float[LABELS];
    right[random.nextInt(LABELS)] = 1;
    return new Target.ManyLabels(right);
  }

  private static int outputs(HeadObjective objective) {
    return objective.loss() instanceof SquaredError ? 1 : LABELS;
  }

  @Provide
  Arbitrary<HeadObjective> objectives() {
    return Arbitraries.of(
        new SequenceClassification(Reads.LAST, CrossEntropy.PLAIN),
        new SequenceClassification(Reads.FIRST, WEIGHTED),
        new SequenceClassification(Reads.LAST, FOCAL),
        new SequenceClassification(Reads.LAST, new BinaryCrossEntropy()),
        new SequenceClassification(Reads.LAST, new SquaredError()),
        new TokenClassification(CrossEntropy.PLAIN),
        new TokenClassification(FOCAL));
  }

  @Provide
  Arbitrary<String> families() {
    return Arbitraries.of(RandomModels.LLAMA, RandomModels.QWEN2, RandomModels.GPT_NEOX);
  }

  /** The way back through the scores is that of the loss that never holds them. */
  @Property(tries = 9)
  void labellingEachTokenByTheNextIsLanguageModelling(
      @ForAll @From("families") String family,
      @ForAll @IntRange(min = 1, max = 6) int count,
      @ForAll Random random) {
    List<EncodedExample> causal = new ArrayList<>();
    List<EncodedExample> labelled = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(2 + random.nextInt(9), 0, 97).toArray();
      int[] next = Arrays.copyOfRange(ids, 1, ids.length + 1);
      next[ids.length - 1] = NOT_LEARNED;
      causal.add(new EncodedExample(i, "f", ids, ids));
      labelled.add(EncodedExample.of(i, "f", ids, new Target.TokenLabels(next)));
    }
    try (Head one = new Head(family, 97);
        Head other = new Head(family, 97)) {
      int labels = Batch.of(causal).labelCount();
      // Language modelling scales in fp32: a scale of 1 loses nothing there.
      double loss = one.step(new CausalLmObjective(), List.of(Batch.of(causal)), labels, 1);
      TokenClassification tokens = new TokenClassification(CrossEntropy.PLAIN);
      double same = other.step(tokens, List.of(Batch.of(labelled)), labels, 1);
      assertThat(same).isCloseTo(loss, within(ROUNDING * loss));
      assertSame(other.gradient(), one.gradient());
    }
  }

  private static void assertSame(double[] found, double[] wanted) {
    double[] difference = new double[wanted.length];
    Arrays.setAll(difference, i -> found[i] - wanted[i]);
    assertThat(norm(wanted)).isPositive();
    assertThat(norm(difference)).isLessThan(ROUNDING * norm(wanted));
  }

  private static double norm(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
  }

  @Property(tries = 14)
  void anyDivisionOfAStepGivesItsGradient(
      @ForAll @From("objectives") HeadObjective objective,
      @ForAll @IntRange(min = 2, max = 9) int count,
      @ForAll @IntRange(min = 1, max = 8) int partSize,
      @ForAll Random random) {
    List<EncodedExample> examples = examples(objective, random, count);
    List<Batch> parts = new ArrayList<>();
    for (int from = 0; from < count; from += partSize) {
      parts.add(Batch.of(examples.subList(from, Math.min(count, from + partSize))));
    }
    try (Head whole = new Head(RandomModels.LLAMA, outputs(objective));
        Head divided = new Head(RandomModels.LLAMA, outputs(objective))) {
      double loss = whole.step(objective, List.of(Batch.of(examples)));
      assertThat(divided.step(objective, parts)).isCloseTo(loss, within(ROUNDING * loss));
      assertSame(divided.gradient(), whole.gradient());
      assertThat(whole.loss(objective, Batch.of(examples)))
          .isCloseTo(loss, within(ROUNDING * loss));
    }
  }

  @Property(tries = 14)
  void gradientIsThatOfFiniteDifferences(
      @ForAll @From("objectives") HeadObjective objective, @ForAll Random random) {
    Batch batch = Batch.of(examples(objective, random, 4));
    try (Head head = new Head(RandomModels.QWEN2, outputs(objective))) {
      head.step(objective, List.of(batch));
      double[] gradient = head.gradient();
      double[] at = head.weights.flat().toDoubles();
      double step = 1e-5;
      double[] ahead = at.clone();
      double[] behind = at.clone();
      double length = norm(gradient);
      for (int i = 0; i < at.length; i++) {
        ahead[i] += step * gradient[i] / length;
        behind[i] -= step * gradient[i] / length;
      }
      head.setWeights(ahead);
      double higher = head.loss(objective, batch);
      head.setWeights(behind);
      double lower = head.loss(objective, batch);
      assertThat((higher - lower) / (2 * step)).isCloseTo(length, within(1e-6 * length));
    }
  }

  /** Of so many labels 16 rows are scored at once. */
  @Example
  void rowsThatAreScoredInChunksGiveTheLossAndGradientOfAll() {
    String wide =
        """
        {"model_type":"llama","vocab_size":262144,"hidden_size":4,"intermediate_size":4,
         "num_hidden_layers":1,"num_attention_heads":1,"num_key_value_heads":1,
         "tie_word_embeddings":true,"eos_token_id":0}
        """;
    TokenClassification tokens = new TokenClassification(CrossEntropy.PLAIN);
    List<EncodedExample> examples = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int[] ids = IntStream.range(i, i + 8).map(n -> 7919 * n).toArray();
      examples.add(EncodedExample.of(i, "f", ids, new Target.TokenLabels(ids)));
    }
    try (Head chunked = new Head(wide, 262144);
        Head single = new Head(wide, 262144)) {
      double loss = chunked.step(tokens, List.of(Batch.of(examples)));
      List<Batch> each = examples.stream().map(example -> Batch.of(List.of(example))).toList();
      assertThat(single.step(tokens, each)).isCloseTo(loss, within(ROUNDING * loss));
      assertSame(single.gradient(), chunked.gradient());
      assertThat(chunked.loss(tokens, Batch.of(examples))).isCloseTo(loss, within(ROUNDING * loss));
    }
  }

  @Example
  void aTextIsJudgedByItsFirstOrLastTokenWithTheWeightsOfLabelAndExample() {
    List<EncodedExample> examples =
        List.of(
            EncodedExample.of(0, "a", new int[] {1, 2, 3}, new Target.OneLabel(2)),
            EncodedExample.of(1, "b", new int[] {4, 0}, new Target.OneLabel(3)));
    Batch plain = Batch.of(examples);
    Batch batch =
        new Batch(
            plain.tokenIds(),
            plain.positions(),
            plain.sequenceLengths(),
            plain.labels(),
            plain.firstLabels(),
            2,
            plain.exampleIds(),
            new float[] {1, 4},
            plain.sources(),
            plain.targets(),
            plain.segments(),
            plain.tasks(),
            List.of());
    try (Head head = new Head(RandomModels.LLAMA, LABELS)) {
      for (Reads token : List.of(Reads.FIRST, Reads.LAST)) {
        int[] rows = token == Reads.FIRST ? new int[] {0, 3} : new int[] {2, 4};
        double[] scores = head.scores(batch, rows);
        Judged judged = head.judge(new SequenceClassification(token, FOCAL), batch);
        assertThat(judged.rows()).isEqualTo(rows);
        assertThat(judged.weights()).containsExactly(3.0, 0.5);
        double sum = 0;
        for (int d = 0; d < 2; d++) {
          double[] p = softmax(Arrays.copyOfRange(scores, d * LABELS, (d + 1) * LABELS));
          for (int l = 0; l < LABELS; l++) {
            assertThat((double) judged.outputs()[d][l]).isCloseTo(p[l], within(1e-6));
          }
          double right = p[d == 0 ? 2 : 3];
          sum += -(d == 0 ? 3.0 : 0.5 * 4) * Math.pow(1 - right, 1.5) * Math.log(right);
        }
        assertThat(judged.loss().sum()).isCloseTo(sum, within(ROUNDING * sum));
        assertThat(judged.loss().mean()).isCloseTo(sum / 3.5, within(ROUNDING * sum));
      }
    }
  }

  private static double[] softmax(double[] scores) {
    double[] powers = Arrays.stream(scores).map(Math::exp).toArray();
    double sum = Arrays.stream(powers).sum();
    return Arrays.stream(powers).map(power -> power / sum).toArray();
  }

  @Example
  void whatHasNoLabelsIsJudgedAllTheSame() {
    int[] none = {NOT_LEARNED, NOT_LEARNED};
    Batch batch = Batch.of(List.of(new EncodedExample(0, "a", new int[] {1, 2}, none)));
    try (Head head = new Head(RandomModels.LLAMA, LABELS)) {
      double[] scores = head.scores(batch, 0, 1);
      Judged many =
          head.judge(new SequenceClassification(Reads.LAST, new BinaryCrossEntropy()), batch);
      assertThat(many.losses()).isEmpty();
      assertThat(many.loss()).isEqualTo(LossSum.NONE);
      for (int l = 0; l < LABELS; l++) {
        double own = 1 / (1 + Math.exp(-scores[LABELS + l]));
        assertThat((double) many.outputs()[0][l]).isCloseTo(own, within(1e-6));
      }
      Judged tokens = head.judge(new TokenClassification(CrossEntropy.PLAIN), batch);
      assertThat(tokens.rows()).containsExactly(0, 1);
      assertThat(tokens.outputs()).hasDimensions(2, LABELS);
    }
    Batch one = Batch.of(List.of(new EncodedExample(0, "a", new int[] {0, 0}, none)));
    try (Head head = new Head(RandomModels.LLAMA, 1)) {
      HeadObjective numbers = new SequenceClassification(Reads.LAST, new SquaredError());
      assertThat((double) head.judge(numbers, one).outputs()[0][0])
          .isCloseTo(head.scores(one, 1)[0], within(1e-6));
    }
  }

  @Example
  void aBatchWhoseLabelsWeighNothingMovesNothing() {
    HeadObjective objective = new TokenClassification(WEIGHTED);
    Batch batch =
        Batch.of(
            List.of(
                EncodedExample.of(0, "a", new int[] {1}, new Target.TokenLabels(new int[] {4}))));
    assertThat(objective.weight(batch)).isZero();
    assertThat(batch.labelCount()).isEqualTo(1);
    try (Head head = new Head(RandomModels.LLAMA, LABELS);
        TensorScope work = head.model.workScope()) {
      LossSum loss =
          objective.lossAndGradients(
              head.model, head.model.upload(batch, work), 1, Recompute.NONE, null);
      assertThat(loss).isEqualTo(LossSum.NONE);
      assertThat(head.gradient()).containsOnly(0);
    }
  }

  @Example
  void whatDoesNotBelongTogetherIsNamed() {
    SequenceClassification one = new SequenceClassification(Reads.LAST, CrossEntropy.PLAIN);
    refused(one, new Target.Number(1), "f:7: its target is Number", "learns OneLabel");
    refused(one, new Target.OneLabel(5), "f:7: label 5", "5 outputs");
    refused(
        new TokenClassification(CrossEntropy.PLAIN), new Target.OneLabel(1), "learns TokenLabels");
    refused(
        new SequenceClassification(Reads.LAST, new BinaryCrossEntropy()),
        new Target.ManyLabels(new float[4]),
        "4 numbers",
        "5 outputs");
    refused(
        new SequenceClassification(Reads.LAST, new SquaredError()),
        new Target.Number(1),
        "1 numbers",
        "5 outputs");
    refused(
        new SequenceClassification(Reads.LAST, new CrossEntropy(List.of(1.0, 1.0, 1.0, 1.0), 0)),
        new Target.OneLabel(1),
        "4 label weights");
    for (List<Double> weights : List.of(List.of(-1.0), List.of(Double.NaN), List.of(0.0, 0.0))) {
      assertThatThrownBy(() -> new CrossEntropy(weights, 0)).isInstanceOf(ConfigException.class);
    }
    assertThatThrownBy(() -> new CrossEntropy(List.of(), -1)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new CrossEntropy(List.of(1.0), 0).weight(1))
        .isInstanceOf(ConfigException.class);
    Batch uneven =
        Batch.of(
            IntStream.of(3, 4)
                .mapToObj(
                    n ->
                        EncodedExample.of(
                            n, "f:" + n, new int[] {1}, new Target.ManyLabels(new float[n])))
                .toList());
    assertThatThrownBy(
            () -> new SequenceClassification(Reads.LAST, new BinaryCrossEntropy()).weight(uneven))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("f:4: 4 labels, and 3 in the same batch");
  }

  private static void refused(HeadObjective objective, Target target, String... parts) {
    Batch batch = Batch.of(List.of(EncodedExample.of(0, "f:7", new int[] {1}, target)));
    try (Head head = new Head(RandomModels.LLAMA, LABELS)) {
      assertThatThrownBy(() -> head.step(objective, List.of(batch)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll(parts);
    }
  }
}
