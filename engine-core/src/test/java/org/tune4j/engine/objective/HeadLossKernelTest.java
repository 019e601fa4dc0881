package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Losses of given scores against torch 2.7.1, in fp64. There {@code z} are the scores, {@code y =
 * tensor([0, 0, 2, 1])}, {@code w = tensor([0.5, 2.0, 1.25])}, and gradients are {@code z.grad}
 * after {@code backward()} of the mean.
 */
class HeadLossKernelTest {
  private static final double ROUNDING = 1e-13;
  private static final double[] SCORES = {
    1.5, -0.5, 0.25, -2.0, 0.0, 3.0, 0.1, 0.2, 0.3, 4.0, -4.0, 0.0
  };
  private static final double[] LABELS = {0, 0, 2, 1};
  private static final double[] SAME = {1, 1, 1, 1};

  /** {@code w[y]}. */
  private static final double[] WEIGHTS = {0.5, 0.5, 1.25, 2};

  private static KernelModule module;

  @BeforeAll
  static void load() {
    module =
        KernelModule.load(
            "losses",
            KernelSources.read(HeadLossKernelTest.class, "/org/tune4j/engine/kernels", "head_loss"),
            """
              def one_label(self: __torch__.Root, z: Tensor, y: Tensor, g: Tensor, gamma: Tensor) -> List[Tensor]:
                return [__torch__.head_loss.one_label(z, y, float(gamma)), __torch__.head_loss.one_label_gradient(g, z, y, float(gamma))]
              def many_labels(self: __torch__.Root, z: Tensor, y: Tensor, g: Tensor, gamma: Tensor) -> List[Tensor]:
                return [__torch__.head_loss.many_labels(z, y), __torch__.head_loss.many_labels_gradient(g, z, y)]
              def number(self: __torch__.Root, z: Tensor, y: Tensor, g: Tensor, gamma: Tensor) -> List[Tensor]:
                return [__torch__.head_loss.number(z, y), __torch__.head_loss.number_gradient(g, z, y)]
            """);
  }

  @AfterAll
  static void close() {
    module.close();
  }

  /** Losses of rows, their weighted mean, and its gradient. */
  private record Mean(double[] losses, double mean, double[] gradient) {
    static Mean of(String loss, double[] scores, double[] wanted, double[] weights, double gamma) {
      int rows = weights.length;
      double all = DoubleStream.of(weights).sum();
      try (TensorScope work = TensorScope.open()) {
        Tensor z = work.doubles(scores, rows, scores.length / rows);
        Tensor y = work.doubles(wanted, rows, wanted.length / rows);
        Tensor g = work.doubles(Arrays.stream(weights).map(w -> w / all).toArray(), rows);
        var found = module.call(work, loss, z, y, g, work.doubles(new double[] {gamma}, 1));
        double[] losses = found.get(0).toDoubles();
        double mean = 0;
        for (int r = 0; r < rows; r++) {
          mean += losses[r] * weights[r] / all;
        }
        return new Mean(losses, mean, found.get(1).toDoubles());
      }
    }

    void assertIs(double loss, double... wanted) {
      assertThat(mean).isCloseTo(loss, within(ROUNDING));
      assertThat(gradient).containsExactly(wanted, within(ROUNDING));
    }
  }

  /** {@code CrossEntropyLoss(reduction='none')(z, y)} and {@code CrossEntropyLoss()(z, y)}. */
  @Test
  void oneLabelIsCrossEntropy() {
    Mean found = Mean.of("one_label", SCORES, LABELS, SAME, 0);
    assertThat(found.losses())
        .containsExactly(
            new double[] {
              0.3519518638028018, 5.054985235377147, 1.001942848229244, 8.018479302594658
            },
            within(ROUNDING));
    found.assertIs(
        3.606839812500963,
        -0.07417150599455652,
        0.023795799037293747,
        0.050375706957262734,
        -0.24840563476938943,
        0.011780854131166037,
        0.2366247806382234,
        0.07515240133893183,
        0.08305624838333683,
        -0.1582086497222686,
        0.24542259820637616,
        -0.24991766989025901,
        0.0044950716838828885);
  }

  /** {@code CrossEntropyLoss(weight=w)(z, y)}. */
  @Test
  void labelsWeighAsInTorch() {
    Mean.of("one_label", SCORES, LABELS, WEIGHTS, 0)
        .assertIs(
            4.704201344721376,
            -0.03490423811508542,
            0.011198023076373529,
            0.023706215038711873,
            -0.11689676930324208,
            0.005543931355842841,
            0.11135283794739924,
            0.08841458981050804,
            0.09771323339216098,
            -0.186127823202669,
            0.46197194956494336,
            -0.47043326096989935,
            0.008461311404956024);
  }

  /** {@code (w[y] * (1 - p)**gamma * ce).sum() / w[y].sum()} with {@code p = exp(-ce)}. */
  @Test
  void focalLossLearnsLessOfWhatIsToldWell() {
    Mean.of("one_label", SCORES, LABELS, WEIGHTS, 2)
        .assertIs(
            4.47972168879693,
            -0.008199060019196826,
            0.0026304331008977517,
            0.00556862691829907,
            -0.12289947673485042,
            0.005828614997216336,
            0.11707086173763409,
            0.07657520685761647,
            0.08462869166466462,
            -0.16120389852228106,
            0.46410673422405513,
            -0.47260714557393263,
            0.008500411349877526);
    Mean.of("one_label", SCORES, LABELS, WEIGHTS, 0.5)
        .assertIs(
            4.622566665584533,
            -0.026943028421271366,
            0.008643897426266632,
            0.018299130995004718,
            -0.11841371540702265,
            0.0056158738493779425,
            0.11279784155764472,
            0.09077802271192949,
            0.10032523070163511,
            -0.19110325341356454,
            0.4625059282702844,
            -0.4709770198363817,
            0.008471091566097325);
  }

  /** Half of two equal scores: {@code p = 1/2}, so {@code (1/2)^2 log 2}. */
  @Test
  void focalLossOfAnEvenChanceIsAQuarterOfItsEntropy() {
    Mean even = Mean.of("one_label", new double[] {3, 3}, new double[] {1}, new double[] {1}, 2);
    assertThat(even.mean()).isCloseTo(Math.log(2) / 4, within(ROUNDING));
    // ((1-p)^2 - 2 p (1-p) log p) (softmax - onehot) = (1/4 + log(2)/2) (1/2, -1/2)
    double slope = (0.25 + Math.log(2) / 2) / 2;
    assertThat(even.gradient()).containsExactly(new double[] {slope, -slope}, within(ROUNDING));
  }

  /**
   * {@code BCEWithLogitsLoss()(z, Y)}, and of rows {@code reduction='none'} and {@code mean(1)}.
   */
  @Test
  void manyLabelsAreBinaryCrossEntropies() {
    double[] right = {1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0};
    Mean found = Mean.of("many_labels", SCORES, right, SAME, 0);
    assertThat(found.losses())
        .containsExactly(
            new double[] {
              0.4171432273472342, 1.2895541810588866, 0.5989635913078966, 2.9098156787985214
            },
            within(ROUNDING));
    found.assertIs(
        1.3038691696281346,
        -0.015202126983863029,
        0.03146172239984545,
        -0.03648529159285016,
        0.009933576835176462,
        0.041666666666666664,
        0.07938117723520279,
        -0.03958506771008833,
        -0.037513833557293506,
        -0.035463123599028416,
        0.08183448250315904,
        -0.08183448250315904,
        0.041666666666666664);
  }

  /** {@code MSELoss()(z.squeeze(), y.squeeze())}: 0.25, 6.25 and 9.61, by hand. */
  @Test
  void aNumberIsMetByItsSquaredDistance() {
    double[] weights = {1, 1, 1};
    Mean found =
        Mean.of("number", new double[] {1.5, -2, 0.1}, new double[] {1, 0.5, -3}, weights, 0);
    assertThat(found.losses()).containsExactly(new double[] {0.25, 6.25, 9.61}, within(ROUNDING));
    found.assertIs(16.11 / 3, 1.0 / 3, -5.0 / 3, 6.2 / 3);
  }

  @Test
  void scoresBeyondAllMeasureGiveNumbersAllTheSame() {
    double[] scores = {800, -800, 800, -800};
    for (double gamma : new double[] {0, 0.5, 1, 2}) {
      Mean found = Mean.of("one_label", scores, new double[] {0, 1}, new double[] {1, 1}, gamma);
      assertThat(found.losses()).containsExactly(new double[] {0, 1600}, within(0.0));
      assertThat(found.gradient()).containsExactly(new double[] {0, 0, 0.5, -0.5}, within(0.0));
    }
    Mean many = Mean.of("many_labels", scores, new double[] {1, 0, 0, 1}, new double[] {1, 1}, 0);
    assertThat(many.losses()).containsExactly(new double[] {0, 800}, within(0.0));
    assertThat(many.gradient()).containsExactly(new double[] {0, 0, 0.25, -0.25}, within(0.0));
  }
}
