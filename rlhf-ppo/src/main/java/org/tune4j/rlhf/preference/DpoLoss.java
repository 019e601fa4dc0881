package org.tune4j.rlhf.preference;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.tune4j.rlhf.preference.ScoredAnswers.Pair;

/** The loss of pairs that a {@link DpoConfig} says: one of TRL's, or several, weighted. */
public record DpoLoss(DpoConfig config) implements PreferenceLoss {
  @Override
  public boolean usesReference() {
    return !config.referenceFree() && !config.isSftAlone();
  }

  @Override
  public boolean comparesRows() {
    return config.lossType().stream().anyMatch(DpoLossType::isOfBatch);
  }

  @Override
  public double ldAlpha() {
    return config.ldAlpha() == null ? 1 : config.ldAlpha();
  }

  @Override
  public double nllWeight() {
    return config.weight(DpoLossType.SFT);
  }

  @Override
  public Graded of(ScoredAnswers answers) {
    List<Pair> pairs = answers.pairs();
    double[] losses = new double[pairs.size()];
    double[] byLogProb = new double[answers.rated().size()];
    for (int i = 0; i < config.lossType().size(); i++) {
      DpoLossType type = config.lossType().get(i);
      double weight = config.weights().get(i);
      if (type.isOfBatch()) {
        addTransport(type, answers, pairs, weight, losses, byLogProb);
        continue;
      }
      for (int p = 0; p < losses.length; p++) {
        Pair pair = pairs.get(p);
        PairGrade grade = type.of(answers, pair, config);
        losses[p] += weight * grade.loss();
        byLogProb[pair.chosen()] += weight * grade.byChosen();
        byLogProb[pair.rejected()] += weight * grade.byRejected();
      }
    }
    double[] rewards =
        IntStream.range(0, byLogProb.length)
            .mapToDouble(d -> config.beta() * answers.ratio(d))
            .toArray();
    return new Graded(losses, byLogProb, rewards);
  }

  /** Of quantiles: the n-th smallest of one side with the n-th smallest of the other. */
  private void addTransport(
      DpoLossType type,
      ScoredAnswers answers,
      List<Pair> pairs,
      double weight,
      double[] losses,
      double[] byLogProb) {
    boolean paired = type == DpoLossType.AOT;
    ToDoubleFunction<Pair> left =
        paired
            ? p -> answers.logProbs()[p.chosen()] - answers.logProbs()[p.rejected()]
            : p -> answers.ratio(p.chosen());
    ToDoubleFunction<Pair> right =
        paired
            ? p -> answers.references()[p.chosen()] - answers.references()[p.rejected()]
            : p -> answers.ratio(p.rejected());
    List<Pair> lefts = pairs.stream().sorted(Comparator.comparingDouble(left)).toList();
    List<Pair> rights = pairs.stream().sorted(Comparator.comparingDouble(right)).toList();
    for (int q = 0; q < losses.length; q++) {
      double margin = left.applyAsDouble(lefts.get(q)) - right.applyAsDouble(rights.get(q));
      PairGrade grade = PairGrade.smoothed(margin, config.beta(), config.labelSmoothing());
      losses[q] += weight * grade.loss();
      byLogProb[lefts.get(q).chosen()] += weight * grade.byChosen();
      int lost = paired ? lefts.get(q).rejected() : rights.get(q).rejected();
      byLogProb[lost] += weight * grade.byRejected();
    }
  }
}
