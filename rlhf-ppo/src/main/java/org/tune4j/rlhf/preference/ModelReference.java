package org.tune4j.rlhf.preference;

import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tensor.TensorScope;

/** A model as it is. */
record ModelReference(BoundModel model) implements ReferencePolicy {
  @Override
  public double[] logProbs(Batch batch) {
    try (TensorScope work = model.workScope()) {
      AnswerRows answers = AnswerRows.of(batch);
      return new TokenPass(
              model,
              model.hidden(model.upload(batch, work), work),
              answers.rows(),
              AnswerRows.targets(batch, answers.rows()))
          .logProbs();
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
