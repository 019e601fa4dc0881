package org.tune4j.rlhf.preference;

import java.util.Locale;
import org.tune4j.rlhf.preference.ScoredAnswers.Pair;

/** TRL's losses of pairs, with its names. */
public enum DpoLossType {
  /** DPO (Rafailov et al., 2023); with label smoothing cDPO (Mitchell, 2023). */
  SIGMOID,
  /** SLiC (Zhao et al., 2023). */
  HINGE,
  /** IPO (Azar et al., 2023), by log-probabilities a token. */
  IPO,
  /** EXO of two answers (Ji et al., 2024). */
  EXO_PAIR,
  /** NCA of two answers (Chen et al., 2024). */
  NCA_PAIR,
  /**
   * Of judgements that are wrong with a known probability, without bias (Chowdhury et al., 2024).
   */
  ROBUST,
  /** BCO of two answers (Jung et al., 2024), without its running mean, as TRL has it. */
  BCO_PAIR,
  /** SPPO with hard labels (Wu et al., 2024). */
  SPPO_HARD,
  /** Alignment by optimal transport, of pairs (Melnyk et al., 2024). */
  AOT,
  /** The same where chosen and rejected answers belong to no pairs. */
  AOT_UNPAIRED,
  /** APO for answers that are better than the model's (D'Oosterlinck et al., 2024). */
  APO_ZERO,
  /** APO for answers that are worse. */
  APO_DOWN,
  /** DiscoPOP (Lu et al., 2024). */
  DISCOPOP,
  /** The negative log-likelihood of chosen tokens. */
  SFT,
  /** DPO by log-probabilities a token. */
  SIGMOID_NORM;

  /** TRL's name. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether {@code label_smoothing} is a part of it. */
  boolean smooths() {
    return switch (this) {
      case SIGMOID, SIGMOID_NORM, EXO_PAIR, ROBUST, AOT, AOT_UNPAIRED -> true;
      default -> false;
    };
  }

  /** Whether it is one of what {@link FDivergence} says that answers count. */
  boolean diverges() {
    return switch (this) {
      case SIGMOID, SIGMOID_NORM, HINGE, IPO, EXO_PAIR, ROBUST, DISCOPOP -> true;
      default -> false;
    };
  }

  /** Whether the answers of all pairs are compared with each other. */
  boolean isOfBatch() {
    return this == AOT || this == AOT_UNPAIRED;
  }

  /** The loss of one pair, of a type that is not {@link #isOfBatch}. */
  PairGrade of(ScoredAnswers answers, Pair pair, DpoConfig config) {
    double chosen = answers.ratio(pair.chosen());
    double rejected = answers.ratio(pair.rejected());
    double beta = config.beta();
    double e = config.labelSmoothing();
    return switch (this) {
      case NCA_PAIR ->
          new PairGrade(
              -Logistic.logSigmoid(beta * chosen)
                  - 0.5 * Logistic.logSigmoid(-beta * chosen)
                  - 0.5 * Logistic.logSigmoid(-beta * rejected),
              beta * (0.5 * Logistic.sigmoid(beta * chosen) - Logistic.sigmoid(-beta * chosen)),
              0.5 * beta * Logistic.sigmoid(beta * rejected));
      case BCO_PAIR ->
          new PairGrade(
              -Logistic.logSigmoid(beta * chosen) - Logistic.logSigmoid(-beta * rejected),
              -beta * Logistic.sigmoid(-beta * chosen),
              beta * Logistic.sigmoid(beta * rejected));
      case SPPO_HARD -> {
        double won = chosen - 0.5 / beta;
        double lost = rejected + 0.5 / beta;
        yield new PairGrade(won * won + lost * lost, 2 * won, 2 * lost);
      }
      case APO_ZERO ->
          new PairGrade(
              Logistic.sigmoid(-beta * chosen) + Logistic.sigmoid(beta * rejected),
              -beta * Logistic.derivative(beta * chosen),
              beta * Logistic.derivative(beta * rejected));
      case APO_DOWN -> {
        double margin = beta * Logistic.derivative(beta * (chosen - rejected));
        yield new PairGrade(
            Logistic.sigmoid(beta * chosen) + Logistic.sigmoid(-beta * (chosen - rejected)),
            beta * Logistic.derivative(beta * chosen) - margin,
            margin);
      }
      case SFT -> PairGrade.NONE; // Of tokens, and not of answers.
      case IPO, SIGMOID_NORM -> {
        double shareChosen = 1.0 / answers.tokens()[pair.chosen()];
        double shareRejected = 1.0 / answers.tokens()[pair.rejected()];
        double margin =
            config.counts(chosen) * shareChosen - config.counts(rejected) * shareRejected;
        PairGrade grade =
            this == IPO ? PairGrade.squared(margin, beta) : PairGrade.smoothed(margin, beta, e);
        yield grade.through(
            config.countsBy(chosen) * shareChosen, config.countsBy(rejected) * shareRejected);
      }
      case SIGMOID, HINGE, EXO_PAIR, ROBUST, DISCOPOP ->
          ofMargin(config.counts(chosen) - config.counts(rejected), config)
              .through(config.countsBy(chosen), config.countsBy(rejected));
      case AOT, AOT_UNPAIRED -> throw new IllegalStateException(key() + " is no loss of one pair");
    };
  }

  private PairGrade ofMargin(double margin, DpoConfig config) {
    double beta = config.beta();
    double e = config.labelSmoothing();
    double z = beta * margin;
    return switch (this) {
      case HINGE -> PairGrade.hinge(margin, beta);
      case EXO_PAIR -> {
        // KL of the model's choice of two from (1 - e, e); the logs' own derivatives cancel.
        double won = Logistic.logSigmoid(z) - Math.log1p(-e);
        double lost = Logistic.logSigmoid(-z) - Math.log(e);
        yield PairGrade.ofMargin(
            Logistic.sigmoid(z) * won + Logistic.sigmoid(-z) * lost,
            beta * Logistic.derivative(z) * (won - lost));
      }
      case ROBUST -> {
        double loss = -(1 - e) * Logistic.logSigmoid(z) + e * Logistic.logSigmoid(-z);
        double by = -(1 - e) * Logistic.sigmoid(-z) - e * Logistic.sigmoid(z);
        yield PairGrade.ofMargin(loss / (1 - 2 * e), beta * by / (1 - 2 * e));
      }
      case DISCOPOP -> {
        double tau = config.discopopTau();
        double share = Logistic.sigmoid(z / tau);
        double logistic = -Logistic.logSigmoid(z);
        double exponential = Math.exp(-z);
        yield PairGrade.ofMargin(
            logistic * (1 - share) + exponential * share,
            beta
                * (-Logistic.sigmoid(-z) * (1 - share)
                    - exponential * share
                    + (exponential - logistic) * Logistic.derivative(z / tau) / tau));
      }
      default -> PairGrade.smoothed(margin, beta, e);
    };
  }
}
