package org.tune4j.eval.task;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.eval.LabelledRows;
import org.tune4j.eval.result.EvalRow;

/** What a task head says of labelled rows. */
final class HeadRows implements TaskRows {
  private final HeadTask task;
  private final List<EncodedExample> examples;
  private final List<String> texts;

  HeadRows(HeadTask task, List<EncodedExample> examples, List<String> texts) {
    this.task = task;
    this.examples = examples;
    this.texts = texts;
  }

  @Override
  public List<EvalRow> of(BoundModel model) {
    HeadObjective objective =
        HeadObjective.of(task, HeadLoss.of(task), model.architecture().head());
    List<Prediction> said = new HeadPredictor(objective).predict(model, examples);
    List<EvalRow> rows = new ArrayList<>();
    for (int i = 0; i < said.size(); i++) {
      rows.add(LabelledRows.of(said.get(i), task, texts.get(i)));
    }
    return rows;
  }
}
