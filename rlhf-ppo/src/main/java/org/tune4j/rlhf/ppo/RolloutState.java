package org.tune4j.rlhf.ppo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.rlhf.loss.PpoStatistics;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;

/**
 * What a checkpoint in the middle of an update keeps of it.
 *
 * @param update whose experiences these are
 * @param steps optimizer steps of it that were made
 * @param over whether those that are left are passed over
 * @param klCoef what a nat of divergence costs in the next update
 * @param scores what score scaling has seen
 * @param alarms what the alarms have seen
 * @param noise what the noise of gradients is measured by
 * @param metrics of the update so far
 */
record RolloutState(
    int update,
    int steps,
    boolean over,
    double klCoef,
    ScoreScaling.Moments scores,
    RolloutAlarms.State alarms,
    GradientNoise.State noise,
    List<Saved> experiences,
    Map<String, Double> metrics,
    PpoStatistics seen) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  /** An experience; numbers as bytes, eight each, which loses nothing. */
  record Saved(
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
    static Saved of(Experience experience) {
      Rollout rollout = experience.rollout();
      return new Saved(
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

    Experience experience() {
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

  String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new EngineBugException("The state of rollouts", e);
    }
  }

  static RolloutState read(String json) {
    try {
      return JSON.readValue(json, RolloutState.class);
    } catch (JsonProcessingException e) {
      throw new ModelFormatException(
          "trainer_state.json: the state of rollouts: " + e.getOriginalMessage(), e);
    }
  }
}
