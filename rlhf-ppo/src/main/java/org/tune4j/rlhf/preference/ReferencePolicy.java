package org.tune4j.rlhf.preference;

import org.tune4j.engine.data.Batch;

/** Who says how likely an answer was before anything was learned. */
interface ReferencePolicy extends AutoCloseable {
  /**
   * Log-probabilities of the tokens of a batch's answers, one answer after the other.
   *
   * @return {@code [tokens]}, in nats
   */
  double[] logProbs(Batch batch);

  @Override
  void close();

  /** To whom every answer is as likely as every other. */
  ReferencePolicy NONE =
      new ReferencePolicy() {
        @Override
        public double[] logProbs(Batch batch) {
          return new double[AnswerRows.of(batch).rows().length];
        }

        @Override
        public void close() {}
      };
}
