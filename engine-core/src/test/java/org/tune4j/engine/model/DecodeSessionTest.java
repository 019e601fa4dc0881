package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

class DecodeSessionTest {
  private static final int VOCABULARY = 97;
  private static final int STEPS = 9;

  static Stream<Arguments> models() {
    Stream<Arguments> exact =
        Stream.concat(RandomModels.DENSE.stream(), RandomModels.SPARSE.stream())
            .flatMap(
                config ->
                    Stream.of(
                        Arguments.of(config, DType.FLOAT32, 1e-5),
                        Arguments.of(config, DType.FLOAT64, 1e-12)));
    return Stream.concat(
        exact,
        RandomModels.DENSE.stream()
            .flatMap(
                c ->
                    Stream.of(
                        Arguments.of(c, DType.BFLOAT16, 0.15),
                        Arguments.of(c, DType.FLOAT16, 0.02))));
  }

  @ParameterizedTest
  @MethodSource("models")
  void scoresEqualThoseOfAForwardPass(String config, DType dtype, double tolerance) {
    List<int[]> texts = texts(14, 9, 9, 1);
    try (CausalLm weights = RandomModels.create(config, dtype, 3);
        BoundModel model = new BoundModel(weights, null, null)) {
      for (int chunk : new int[] {14, 4, 1}) {
        try (DecodeSession session = start(model, texts, chunk)) {
          for (int step = 0; step < STEPS; step++) {
            compareStep(model, session, texts, step, tolerance);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void promptsInChunksGiveTheSameFirstToken(String config, DType dtype, double tolerance) {
    List<int[]> prompts = texts(300, 260, 140, 9, 1);
    try (CausalLm weights = RandomModels.create(config.replace("128", "512"), dtype, 3);
        BoundModel model = new BoundModel(weights, null, null)) {
      for (int chunk : new int[] {512, 150, 64, 7}) {
        try (DecodeSession session =
            model.decode(batch(prompts), 320, SamplingRule.GREEDY, chunk)) {
          DecodeSession.Choice choice = session.first(new double[prompts.size()]);
          for (int row = 0; row < prompts.size(); row++) {
            compareChoice(model, prompts.get(row), choice, row, tolerance);
          }
        }
      }
    }
  }

  /** What was chosen has the score of the best token, and the probability that goes with it. */
  private static void compareChoice(
      BoundModel model, int[] prompt, DecodeSession.Choice choice, int row, double tolerance) {
    try (TensorScope work = TensorScope.open()) {
      double[] scores = lastScores(model, prompt, work);
      double best = Arrays.stream(scores).max().orElseThrow();
      double sum = Arrays.stream(scores).map(Math::exp).sum();
      double chosen = scores[choice.ids()[row]];
      assertThat(chosen).isCloseTo(best, within(2 * tolerance));
      assertThat(choice.logProbs()[row]).isCloseTo(chosen - Math.log(sum), within(2 * tolerance));
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void rowsThatAreLeftGoOnUnchanged(String config, DType dtype, double tolerance) {
    List<int[]> texts = texts(14, 9, 7, 5, 3, 1);
    try (CausalLm weights = RandomModels.create(config, dtype, 3);
        BoundModel model = new BoundModel(weights, null, null);
        DecodeSession session = start(model, texts, 14)) {
      compareStep(model, session, texts, 0, tolerance);
      session.keep(new int[] {5, 1, 4});
      texts = List.of(texts.get(5), texts.get(1), texts.get(4));
      compareStep(model, session, texts, 1, tolerance);
      session.keep(new int[] {0});
      compareStep(model, session, texts.subList(0, 1), 2, tolerance);
      assertThat(session.rows()).isEqualTo(1);
    }
  }

  private static void compareStep(
      BoundModel model, DecodeSession session, List<int[]> texts, int step, double tolerance) {
    try (TensorScope work = TensorScope.open()) {
      int[] ids = texts.stream().mapToInt(t -> t[t.length - STEPS + step]).toArray();
      double[] found = numbers(session.scores(ids, work));
      for (int row = 0; row < texts.size(); row++) {
        int[] text = texts.get(row);
        int[] sofar = Arrays.copyOf(text, text.length - STEPS + step + 1);
        double[] wanted = lastScores(model, sofar, work);
        for (int v = 0; v < VOCABULARY; v++) {
          assertThat(found[row * VOCABULARY + v]).isCloseTo(wanted[v], within(tolerance));
        }
      }
    }
  }

  private static double[] lastScores(BoundModel model, int[] text, TensorScope work) {
    var hidden = model.hidden(model.upload(batch(List.of(text)), work), work);
    return numbers(model.output().logits(hidden, work.longs(new int[] {text.length - 1}), work));
  }

  private static double[] numbers(org.tune4j.engine.tensor.Tensor tensor) {
    if (tensor.dtype() == DType.FLOAT64) {
      return tensor.toDoubles();
    }
    float[] floats = tensor.toFloats();
    double[] numbers = new double[floats.length];
    Arrays.setAll(numbers, i -> floats[i]);
    return numbers;
  }

  @Test
  void rowsAreExtendedByTextsThatGoOn() {
    int[] prompt = Arrays.copyOf(texts(9).get(0), 5);
    try (CausalLm weights = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3);
        BoundModel model = new BoundModel(weights, null, null);
        TensorScope work = TensorScope.open()) {
      try (DecodeSession session = model.decode(batch(List.of(prompt)), 8, 2)) {
        assertRefused(() -> session.extend(batch(List.of(prompt)), work));
        assertRefused(() -> session.extend(batch(List.of(new int[9])), work));
        assertRefused(() -> session.extend(batch(List.of(new int[7], new int[7])), work));
        assertThat(session.extend(batch(List.of(new int[7])), work).shape()).containsExactly(2, 32);
        session.keep(new int[0]);
        assertRefused(() -> session.extend(batch(List.of(new int[8])), work));
      }
      List<int[]> uneven = List.of(prompt, Arrays.copyOf(prompt, 3));
      try (DecodeSession session = model.decode(batch(uneven), 8, 1)) {
        assertRefused(() -> session.extend(batch(List.of(new int[7], new int[7])), work));
      }
    }
  }

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("wanted a longer text for each of equal rows");
  }

  /** A session that has read all of the texts but their last tokens. */
  private static DecodeSession start(BoundModel model, List<int[]> texts, int chunk) {
    List<int[]> prompts =
        texts.stream().map(text -> Arrays.copyOf(text, text.length - STEPS)).toList();
    return model.decode(batch(prompts), 14 + STEPS, SamplingRule.GREEDY, chunk);
  }

  /** Texts with prompts of these lengths. */
  private static List<int[]> texts(int... lengths) {
    Random random = new Random(5);
    return Arrays.stream(lengths)
        .mapToObj(length -> random.ints(length + STEPS, 0, VOCABULARY).toArray())
        .toList();
  }

  private static Batch batch(List<int[]> documents) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int[] document : documents) {
      int[] none = new int[document.length];
      Arrays.fill(none, EncodedExample.NOT_LEARNED);
      examples.add(new EncodedExample(examples.size(), "test", document, none));
    }
    return Batch.of(examples);
  }
}
