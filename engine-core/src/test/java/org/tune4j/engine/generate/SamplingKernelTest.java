package org.tune4j.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** The kernel {@code sampling.py} against the same filters in plain Java. */
class SamplingKernelTest {
  private static final KernelModule MODULE =
      KernelModule.load(
          "sampling test",
          KernelSources.read(SamplingKernelTest.class, "/org/tune4j/engine/kernels", "sampling"),
          """
            def weights(self: __torch__.Root, z: Tensor, history: Tensor, settings: Tensor) -> Tensor:
              s = __torch__.sampling.penalised(z, history, float(settings[0]))
              return __torch__.sampling.weights(s, float(settings[1]), int(settings[2]), float(settings[3]), float(settings[4]))
            def choose(self: __torch__.Root, z: Tensor, history: Tensor, u: Tensor, settings: Tensor) -> List[Tensor]:
              return __torch__.sampling.choose(z, history, u, settings)
          """);

  @Property(tries = 200)
  void filtersAreThoseOfThePlainReference(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 3) int rows,
      @ForAll @IntRange(min = 1, max = 700) int vocabulary,
      @ForAll @DoubleRange(min = 0.1, max = 3) double temperature,
      @ForAll @IntRange(min = 0, max = 800) int topK,
      @ForAll @DoubleRange(min = 0.01, max = 1) double topP,
      @ForAll @DoubleRange(min = 0, max = 1) double minP,
      @ForAll @DoubleRange(min = 0.5, max = 2) double penalty) {
    Random random = new Random(seed);
    float[] scores = scores(random, rows * vocabulary);
    long[] history = random.longs(4L * rows, 0, vocabulary).toArray();
    double[] found =
        weights(scores, rows, history, new double[] {penalty, temperature, topK, topP, minP});
    for (int row = 0; row < rows; row++) {
      float[] z = Arrays.copyOfRange(scores, row * vocabulary, (row + 1) * vocabulary);
      double[] wanted =
          reference(z, Arrays.copyOfRange(history, 4 * row, 4 * row + 4), penalty, temperature);
      filter(wanted, topK, topP);
      filter(wanted, minP);
      double sum = 0;
      for (int v = 0; v < vocabulary; v++) {
        sum += found[row * vocabulary + v];
      }
      for (int v = 0; v < vocabulary; v++) {
        assertThat(found[row * vocabulary + v] / sum).isCloseTo(wanted[v], within(1e-6));
        assertThat(found[row * vocabulary + v] > 0).isEqualTo(wanted[v] > 0);
      }
    }
  }

  @Property(tries = 100)
  void nucleusIsTheSmallestSetThatReachesItsShare(
      @ForAll long seed,
      @ForAll @IntRange(min = 2, max = 2000) int vocabulary,
      @ForAll @DoubleRange(min = 0.05, max = 0.99) double topP) {
    float[] scores = scores(new Random(seed), vocabulary);
    double[] all = weights(scores, 1, new long[0], new double[] {1, 1, 0, 1, 0});
    double[] kept = weights(scores, 1, new long[0], new double[] {1, 1, 0, topP, 0});
    double total = Arrays.stream(all).sum();
    double mass = Arrays.stream(kept).sum() / total;
    double least = Arrays.stream(kept).filter(w -> w > 0).min().orElseThrow() / total;
    assertThat(mass).isGreaterThanOrEqualTo(topP - 1e-12);
    assertThat(mass - least).isLessThan(topP);
  }

  @Property(tries = 100)
  void oneTokenOfTopKIsTheGreedyOne(
      @ForAll long seed, @ForAll @DoubleRange(min = 0, max = 0.99) double u) {
    float[] scores = scores(new Random(seed), 90);
    int greedy = choose(scores, u, new double[] {1, 0, 0, 1, 0}).id();
    assertThat(choose(scores, u, new double[] {1, 2.5, 1, 1, 0}).id()).isEqualTo(greedy);
    assertThat(choose(scores, u, new double[] {1, 1e-300, 0, 1, 0}).id()).isEqualTo(greedy);
    assertThat(choose(scores, u, new double[] {1, 1, 0, 1e-9, 0}).id()).isEqualTo(greedy);
    int best = 0;
    for (int v = 0; v < scores.length; v++) {
      best = scores[v] > scores[best] ? v : best;
    }
    assertThat(greedy).isEqualTo(best);
  }

  @Property(tries = 50)
  void logProbabilitiesAreTheModelsOwn(@ForAll long seed) {
    float[] scores = scores(new Random(seed), 300);
    Chosen chosen = choose(scores, 0.7, new double[] {1, 0.3, 9, 0.8, 0});
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp(score);
    }
    assertThat(chosen.logProb()).isCloseTo(scores[chosen.id()] - Math.log(sum), within(1e-5));
  }

  /** Chi-square with 19 degrees of freedom stays below 43.8 in 999 of 1000 cases. */
  @Example
  void frequenciesAreThoseOfTheDistribution() {
    int draws = 40_000;
    float[] scores = scores(new Random(11), 20);
    double[] wanted = reference(scores, new long[0], 1, 1.3);
    UniformNumbers uniforms = new UniformNumbers(17);
    float[] repeated = new float[draws * 20];
    double[] u = new double[draws];
    for (int i = 0; i < draws; i++) {
      System.arraycopy(scores, 0, repeated, 20 * i, 20);
      u[i] = uniforms.of(i / 200, i % 200);
    }
    long[] ids;
    try (TensorScope work = TensorScope.open()) {
      ids =
          MODULE
              .call(
                  work,
                  "choose",
                  work.floats(repeated, draws, 20),
                  work.longs(new long[0], draws, 0),
                  work.doubles(u, draws),
                  work.doubles(new double[] {1, 1.3, 0, 1, 0}, 5))
              .get(0)
              .toLongs();
    }
    double chiSquare = 0;
    for (int v = 0; v < 20; v++) {
      int id = v;
      double expected = draws * wanted[v];
      long count = Arrays.stream(ids).filter(i -> i == id).count();
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    assertThat(chiSquare).isLessThan(43.8);
  }

  private record Chosen(int id, double logProb) {}

  private static Chosen choose(float[] scores, double u, double[] settings) {
    try (TensorScope work = TensorScope.open()) {
      List<Tensor> chosen =
          MODULE.call(
              work,
              "choose",
              work.floats(scores, 1, scores.length),
              work.longs(new long[0], 1, 0),
              work.doubles(new double[] {u}, 1),
              work.doubles(settings, settings.length));
      return new Chosen((int) chosen.get(0).toLongs()[0], chosen.get(1).toDoubles()[0]);
    }
  }

  private static double[] weights(float[] scores, int rows, long[] history, double[] settings) {
    try (TensorScope work = TensorScope.open()) {
      return MODULE
          .call(
              work,
              "weights",
              work.floats(scores, rows, scores.length / rows),
              work.longs(history, rows, history.length / rows),
              work.doubles(settings, settings.length))
          .get(0)
          .toDoubles();
    }
  }

  private static float[] scores(Random random, int count) {
    float[] scores = new float[count];
    for (int i = 0; i < count; i++) {
      scores[i] = 3 * (float) random.nextGaussian();
    }
    return scores;
  }

  /** Probabilities after penalty and temperature. */
  private static double[] reference(
      float[] scores, long[] history, double penalty, double temperature) {
    double[] z = new double[scores.length];
    for (int v = 0; v < z.length; v++) {
      z[v] = scores[v];
    }
    for (long id : Arrays.stream(history).distinct().toArray()) {
      z[(int) id] = z[(int) id] < 0 ? z[(int) id] * penalty : z[(int) id] / penalty;
    }
    double[] p = new double[z.length];
    double sum = 0;
    for (int v = 0; v < z.length; v++) {
      p[v] = Math.exp(z[v] / temperature);
      sum += p[v];
    }
    for (int v = 0; v < z.length; v++) {
      p[v] /= sum;
    }
    return p;
  }

  /** Removes what top k, then top p leave out, and makes the rest add up to 1. */
  private static void filter(double[] probabilities, double minP) {
    double best = Arrays.stream(probabilities).max().orElseThrow();
    double sum = 0;
    for (int v = 0; v < probabilities.length; v++) {
      probabilities[v] = probabilities[v] < minP * best ? 0 : probabilities[v];
      sum += probabilities[v];
    }
    for (int v = 0; v < probabilities.length; v++) {
      probabilities[v] /= sum;
    }
  }

  private static void filter(double[] p, int topK, double topP) {
    int[] order =
        IntStream.range(0, p.length)
            .boxed()
            .sorted((a, b) -> Double.compare(p[b], p[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    int kept = topK == 0 ? p.length : Math.min(topK, p.length);
    keepFirst(p, order, kept);
    double before = 0;
    int reached = 0;
    while (reached < kept && before < topP) {
      before += p[order[reached++]];
    }
    keepFirst(p, order, topP < 1 ? reached : kept);
  }

  private static void keepFirst(double[] p, int[] order, int kept) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[order[i]] = i < kept ? p[order[i]] : 0;
      sum += p[order[i]];
    }
    for (int v = 0; v < p.length; v++) {
      p[v] /= sum;
    }
  }
}
