package org.tune4j.rlhf.ppo;

import java.nio.ByteBuffer;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;

/** An experience in a checkpoint; numbers as bytes, eight each, which loses nothing. */
public record SavedExperience(
    long id,
    int[] prompt,
    int[] response,
    boolean ended,
    byte[] sampled,
    byte[] logProbs,
    byte[] refLogProbs,
    byte[] advantages,
    byte[] values,
    byte[] returns) {
  /** What is saved of an experience. */
  public static SavedExperience of(Experience experience) {
    Rollout rollout = experience.rollout();
    return new SavedExperience(
        rollout.id(),
        rollout.prompt(),
        rollout.response(),
        rollout.ended(),
        bytes(rollout.logProbs()),
        bytes(experience.logProbs()),
        bytes(experience.refLogProbs()),
        bytes(experience.advantages()),
        bytes(experience.values()),
        bytes(experience.returns()));
  }

  /** The experience as it was. */
  public Experience experience() {
    return new Experience(
        new Rollout(id, prompt, response, ended, doubles(sampled)),
        doubles(logProbs),
        doubles(refLogProbs),
        doubles(advantages),
        doubles(values),
        doubles(returns));
  }

  private static byte[] bytes(double[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES * numbers.length);
    bytes.asDoubleBuffer().put(numbers);
    return bytes.array();
  }

  private static double[] doubles(byte[] bytes) {
    double[] numbers = new double[bytes.length / Double.BYTES];
    ByteBuffer.wrap(bytes).asDoubleBuffer().get(numbers);
    return numbers;
  }
}
