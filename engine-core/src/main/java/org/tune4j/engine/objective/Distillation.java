package org.tune4j.engine.objective;

import org.tune4j.engine.ConfigException;

/**
 * What of a teacher's next-token distributions p a student, q, learns: {@code (1 - alpha) CE +
 * alpha factor D(p, q)} a labelled token, both softened by the temperature in D.
 *
 * <p>D is TRL's generalised Jensen-Shannon divergence (GKD): with {@code beta} 0 it is KL(p‖q),
 * which makes the student cover all that the teacher may say; with 1 it is KL(q‖p), which makes it
 * keep to what the teacher is likely to say; between, with {@code m = beta p + (1 - beta) q}, it is
 * {@code beta KL(p‖m) + (1 - beta) KL(q‖m)}, which tends to 0 and not to a KL at either end.
 *
 * @param beta weight of the teacher in the mixture, 0 to 1
 * @param temperature scores are divided by it in D; above 0
 * @param alpha share of the teacher in the loss, above 0 to 1; the rest is the labels' cross
 *     entropy
 * @param scaled whether D is multiplied by the temperature's square, so that its gradient keeps its
 *     size (Hinton et al., 2015); TRL's GKD is not
 */
public record Distillation(double beta, double temperature, double alpha, boolean scaled) {
  public Distillation {
    if (!(beta >= 0 && beta <= 1)) {
      throw new ConfigException("beta: wanted 0 to 1, found " + beta);
    }
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw new ConfigException("temperature: wanted a number above 0, found " + temperature);
    }
    if (!(alpha > 0 && alpha <= 1)) {
      throw new ConfigException("alpha: wanted above 0 to 1, found " + alpha);
    }
  }

  /** KL(teacher‖student), scaled by the temperature's square (Hinton et al., 2015). */
  public static Distillation forwardKl(double temperature, double alpha) {
    return new Distillation(0, temperature, alpha, true);
  }

  /** KL(student‖teacher), scaled by the temperature's square. */
  public static Distillation reverseKl(double temperature, double alpha) {
    return new Distillation(1, temperature, alpha, true);
  }

  /** As TRL's {@code GKDTrainer}: the teacher alone, not scaled. */
  public static Distillation gkd(double beta, double temperature) {
    return new Distillation(beta, temperature, 1, false);
  }

  double factor() {
    return scaled ? temperature * temperature : 1;
  }
}
