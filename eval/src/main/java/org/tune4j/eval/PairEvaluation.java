package org.tune4j.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.Rating;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.eval.label.PairScores;

/**
 * What a reward model makes of held-out pairs of answers: {@code eval_loss}, the mean of {@code
 * -log sigmoid(margin)} in nats, {@code eval_accuracy}, {@code eval_margin}, {@code
 * eval_mean_reward} and {@code eval_ece}: see {@link PairScores}.
 */
public final class PairEvaluation implements Evaluation {
  private final List<EncodedExample> pairs;
  private final HeadPredictor predictor;

  /**
   * An evaluation.
   *
   * @param pairs of answers
   * @param model with a head of one number
   * @throws ConfigException if there is none, or an answer stands alone, or the head is another
   */
  public PairEvaluation(List<EncodedExample> pairs, Architecture model) {
    HeadTask number = new HeadTask.Regression();
    this.pairs = List.copyOf(pairs);
    this.predictor = new HeadPredictor(HeadObjective.of(number, HeadLoss.of(number), model.head()));
    if (pairs.isEmpty() || pairs.stream().anyMatch(each -> each.rejected().isEmpty())) {
      throw new ConfigException(
          "evaluation: wanted held-out pairs of answers, found %s"
              .formatted(pairs.isEmpty() ? "none" : "an answer alone"));
    }
  }

  /** Both answers, each alone. */
  private static Stream<EncodedExample> apart(EncodedExample pair) {
    return Stream.of(pair.rated(Rating.CHOSEN), pair.rejected().orElseThrow());
  }

  @Override
  public Map<String, Double> evaluate(BoundModel model) {
    List<Prediction> said =
        predictor.predict(model, pairs.stream().flatMap(PairEvaluation::apart).toList());
    PairScores scores = new PairScores();
    double loss = 0;
    for (int p = 0; p < pairs.size(); p++) {
      double chosen = said.get(2 * p).value();
      double rejected = said.get(2 * p + 1).value();
      scores.add(chosen, rejected);
      double against = rejected - chosen;
      loss += Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against)));
    }
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("eval_loss", loss / pairs.size());
    values.put("eval_accuracy", scores.accuracy());
    values.put("eval_margin", scores.meanMargin());
    values.put("eval_mean_reward", scores.meanReward());
    values.put("eval_ece", scores.ece());
    return values;
  }
}
