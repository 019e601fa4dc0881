package org.tune4j.rlhf.policy;

import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Scores of tokens over the vocabulary, as log-probabilities at a temperature, and the way back.
 */
public final class TokenScores {
  private static final KernelModule KERNEL =
      KernelModule.load(
          "policy",
          KernelSources.read(TokenScores.class, "/org/tune4j/rlhf/kernels", "policy"),
          """
            def said(self: __torch__.Root, z: Tensor, y: Tensor, temperature: Tensor) -> List[Tensor]:
              return __torch__.policy.said(z, y, temperature)
            def gradient(self: __torch__.Root, lp: Tensor, p: Tensor, y: Tensor, entropy: Tensor, gl: Tensor, ge: Tensor, temperature: Tensor) -> Tensor:
              return __torch__.policy.gradient(lp, p, y, entropy, gl, ge, temperature)
          """);

  private final TensorScope scope;
  private final Tensor targets;
  private final Tensor temperature;
  private final List<Tensor> computed;

  /**
   * Scores.
   *
   * @param scores {@code [tokens, vocabulary]}, fp32 or fp64; used up
   * @param targets {@code [tokens]}: the tokens that were said
   * @param temperature above 0
   * @param scope of the scores
   * @throws IllegalArgumentException if there are not as many targets as rows
   */
  public TokenScores(Tensor scores, int[] targets, double temperature, TensorScope scope) {
    long[] shape = scores.shape();
    if (shape.length != 2
        || shape[0] != targets.length
        || Arrays.stream(targets).anyMatch(target -> target < 0 || target >= shape[1])) {
      throw new IllegalArgumentException(
          "Scores %s of %d tokens: wanted a row each, and tokens of the vocabulary"
              .formatted(scores, targets.length));
    }
    this.scope = scope;
    this.targets = scope.longs(targets);
    this.temperature = scope.doubles(new double[] {temperature}, 1);
    this.computed = KERNEL.call(scope, "said", scores, this.targets, this.temperature);
  }

  /** What is said of the targets. */
  public Said said() {
    return new Said(doubles(computed.get(1)), doubles(computed.get(2)));
  }

  private double[] doubles(Tensor tensor) {
    return TensorOps.cast(scope, tensor, DType.FLOAT64).toDoubles();
  }

  /**
   * The gradient with respect to the scores, once.
   *
   * @param byLogProb {@code [tokens]}, of what is to be minimised with respect to the
   *     log-probabilities of the targets
   * @param byEntropy {@code [tokens]}, with respect to the entropies
   * @return {@code [tokens, vocabulary]}, in memory of its own
   */
  public Tensor gradient(double[] byLogProb, double[] byEntropy) {
    return KERNEL
        .call(
            scope,
            "gradient",
            computed.get(0),
            computed.get(3),
            targets,
            computed.get(2),
            scope.doubles(byLogProb, byLogProb.length),
            scope.doubles(byEntropy, byEntropy.length),
            temperature)
        .get(0);
  }
}
