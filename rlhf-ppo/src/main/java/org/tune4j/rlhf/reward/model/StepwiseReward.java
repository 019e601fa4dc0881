package org.tune4j.rlhf.reward.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.HeadSpec;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.trainer.LossOrder;
import org.tune4j.rlhf.reward.BatchReward;
import org.tune4j.rlhf.reward.RewardSample;

/**
 * A process reward model as a reward: how probable each step of a response is right, as one number.
 * The steps of a response are its pieces between separators; empty ones are none.
 */
public final class StepwiseReward implements BatchReward {
  /** What the head says of a separator's last token: whether the step before it is right. */
  public static final HeadTask TASK = new HeadTask.WordLabels(Labels.numbered(2), false);

  private final DataConfig config;
  private final String separator;
  private final Over over;
  private final StepEncoder encoder;
  private final RewardPasses passes;

  /** How the probabilities of steps become a reward. */
  public enum Over {
    /** The least probable step: a solution is as good as its worst one. */
    LEAST,
    /** That of all being right, were they independent. */
    PRODUCT,
    /** The last step's. */
    LAST
  }

  /**
   * A reward.
   *
   * @param model with a head of 2 labels a token
   * @param separator as in training
   * @throws org.tune4j.engine.ConfigException if it has another head
   */
  public StepwiseReward(
      BoundModel model, Tokenizer tokenizer, DataConfig config, String separator, Over over) {
    this.config = config;
    this.separator = separator;
    this.over = over;
    this.encoder = new StepEncoder(tokenizer, config, separator, false);
    this.passes = new RewardPasses(model, TASK);
  }

  /**
   * Learns from solutions whose steps are judged: give it to {@link
   * org.tune4j.engine.trainer.Trainer#loss}.
   *
   * @param head of a model that was loaded for {@link #TASK}
   * @param separator see {@link StepEncoder}
   * @throws org.tune4j.engine.ConfigException if it is another one
   */
  public static LossOrder loss(
      Tokenizer tokenizer, HeadSpec head, String separator, boolean lastStepOnly) {
    return new RewardLossOrder(
        "steps, separator %s, last only %s"
            .formatted(Arrays.toString(separator.getBytes(StandardCharsets.UTF_8)), lastStepOnly),
        data -> new StepEncoder(tokenizer, data, separator, lastStepOnly),
        HeadObjective.of(TASK, HeadLoss.of(TASK), head));
  }

  @Override
  public int batchSize() {
    return RewardPasses.SAMPLES;
  }

  /**
   * The rewards of responses; negative infinity for one that cannot be read, so that the others are
   * judged together all the same.
   *
   * @throws DataException if the only one cannot be read: why
   */
  @Override
  public double[] scores(List<RewardSample> samples) {
    StepEncoder.Steps[] solutions = new StepEncoder.Steps[samples.size()];
    List<EncodedExample> documents =
        RewardPasses.readable(
            solutions.length,
            s -> {
              solutions[s] = solution(samples.get(s));
              return EncodedExample.judged(
                  s,
                  samples.get(s).row().where(),
                  solutions[s].ids(),
                  Optional.empty(),
                  new int[0]);
            });
    return passes.scores(
        solutions.length, documents, said -> reward(said, solutions[(int) said.example().id()]));
  }

  private double reward(Prediction said, StepEncoder.Steps solution) {
    float[][] outputs = said.outputs();
    int before = outputs.length - said.example().length(); // Of what the model has in front.
    return over(
        Arrays.stream(solution.ends()).mapToDouble(end -> outputs[before + end][1]).toArray());
  }

  private StepEncoder.Steps solution(RewardSample sample) {
    StepEncoder.Steps steps = encoder.steps(sample.prompt(), steps(sample));
    if (steps.ids().length > config.maxLength()) {
      throw new DataException(
          "%s: %d tokens in steps, and max_length is %d"
              .formatted(sample.row().where(), steps.ids().length, config.maxLength()));
    }
    return steps;
  }

  private List<String> steps(RewardSample sample) {
    List<String> steps =
        Arrays.stream(sample.response().split(Pattern.quote(separator)))
            .filter(step -> !step.isBlank())
            .toList();
    if (steps.isEmpty()) {
      throw new DataException(sample.row().where() + ": the response has no step");
    }
    return steps;
  }

  private double over(double[] right) {
    return switch (over) {
      case LEAST -> Arrays.stream(right).min().orElseThrow();
      case PRODUCT -> Arrays.stream(right).reduce(1, (a, b) -> a * b);
      case LAST -> right[right.length - 1];
    };
  }
}
