package org.tune4j.rlhf.preference;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.LengthBatches;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.Evaluation;

/**
 * The loss on held-out answers and what is told besides, as {@code eval_loss}, {@code
 * eval_rewards/accuracies}, …: of the run's own loss and reference, so only while that goes on.
 */
final class PreferenceEvaluation implements Evaluation {
  private final List<EncodedExample> rows;
  private final List<Batch> batches;
  private PreferenceObjective objective;

  /**
   * On these answers.
   *
   * @param loss of the run; where it compares rows, none is left alone that need not be
   * @throws ConfigException if there are none
   */
  PreferenceEvaluation(List<EncodedExample> rows, PreferenceLoss loss) {
    if (rows.isEmpty()) {
      throw new ConfigException("evaluation: no held-out answer is there to be judged");
    }
    this.rows = rows;
    this.batches =
        LengthBatches.of(rows, LengthBatches.DEFAULT_TOKENS, loss.comparesRows() ? 2 : 1).stream()
            .map(Batch::of)
            .toList();
  }

  List<EncodedExample> rows() {
    return rows;
  }

  void begin(PreferenceObjective now) {
    objective = now;
  }

  @Override
  public Map<String, Double> evaluate(BoundModel model) {
    PreferenceFigures figures = new PreferenceFigures();
    LossSum loss = LossSum.NONE;
    for (Batch batch : batches) {
      try (TensorScope work = model.workScope()) {
        loss = loss.plus(objective.judge(model, model.upload(batch, work), figures));
      }
    }
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("eval_loss", loss.mean());
    figures.means().forEach((name, value) -> values.put("eval_" + name, value));
    return values;
  }
}
