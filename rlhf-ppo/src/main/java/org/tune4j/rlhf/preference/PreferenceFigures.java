package org.tune4j.rlhf.preference;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.data.RatedDocument;
import org.tune4j.engine.data.Rating;

/** What is told of the answers of a step, by TRL's names. */
final class PreferenceFigures {
  private final Map<String, double[]> sums = new LinkedHashMap<>();

  private void add(String name, double value, double weight) {
    double[] sum = sums.computeIfAbsent(name, each -> new double[2]);
    sum[0] += value * weight;
    sum[1] += weight;
  }

  /** Takes the answers of a micro-batch. */
  void add(List<RatedDocument> rated, AnswerLesson lesson) {
    double[] rewards = lesson.graded().rewards();
    for (int d = 0; d < rewards.length; d++) {
      boolean chosen = rated.get(d).rating() == Rating.CHOSEN;
      add(chosen ? "rewards/chosen" : "rewards/rejected", rewards[d], 1);
      add(chosen ? "logps/chosen" : "logps/rejected", lesson.logProbs()[d], 1);
      if (chosen && rated.get(d).isPaired()) {
        double margin = rewards[d] - rewards[rated.get(d).other()];
        add("rewards/margins", margin, 1);
        add("rewards/accuracies", margin > 0 ? 1 : 0, 1);
      }
    }
  }

  /** Takes the likelihood of chosen tokens. */
  void addNll(double nll, int tokens) {
    if (tokens > 0) {
      add("nll_loss", nll / tokens, tokens);
    }
  }

  /** Takes how far the policy has moved. */
  void addKl(double kl, int answers) {
    add("kl", Math.max(0, kl), answers);
  }

  /** Means. Of answers without pairs, what the means of the two kinds differ by. */
  Map<String, Double> means() {
    Map<String, Double> means = new LinkedHashMap<>();
    sums.forEach((name, sum) -> means.put(name, sum[0] / sum[1]));
    Double chosen = means.get("rewards/chosen");
    Double rejected = means.get("rewards/rejected");
    if (chosen != null && rejected != null) {
      means.putIfAbsent("rewards/margins", chosen - rejected);
    }
    return means;
  }
}
