package org.tune4j.rlhf.preference;

/**
 * A loss of a pair.
 *
 * @param loss its value
 * @param byChosen what it changes by with the log-probability of the chosen answer
 * @param byRejected with that of the rejected one
 */
record PairGrade(double loss, double byChosen, double byRejected) {
  static final PairGrade NONE = new PairGrade(0, 0, 0);

  /** A loss of what the chosen answer has more. */
  static PairGrade ofMargin(double loss, double derivative) {
    return new PairGrade(loss, derivative, -derivative);
  }

  /** {@code -(1 - e) log s(b x) - e log s(-b x)} of a margin x: e of the judgements are wrong. */
  static PairGrade smoothed(double margin, double beta, double smoothing) {
    double z = beta * margin;
    return ofMargin(
        -(1 - smoothing) * Logistic.logSigmoid(z) - smoothing * Logistic.logSigmoid(-z),
        beta * (smoothing * Logistic.sigmoid(z) - (1 - smoothing) * Logistic.sigmoid(-z)));
  }

  /** {@code max(0, 1 - b x)}. */
  static PairGrade hinge(double margin, double beta) {
    double left = 1 - beta * margin;
    return ofMargin(Math.max(0, left), left > 0 ? -beta : 0);
  }

  /** {@code (x - 1 / (2 b))^2}. */
  static PairGrade squared(double margin, double beta) {
    double error = margin - 1 / (2 * beta);
    return ofMargin(error * error, 2 * error);
  }

  /** The same where the two are functions of the log-probabilities, with these derivatives. */
  PairGrade through(double chosen, double rejected) {
    return new PairGrade(loss, byChosen * chosen, byRejected * rejected);
  }
}
