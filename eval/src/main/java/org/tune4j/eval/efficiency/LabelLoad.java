package org.tune4j.eval.efficiency;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.LabelEncoder;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.tokenize.Tokenizer;

/** A model that labels rows. All of a batch are done together. */
public final class LabelLoad implements BatchModel {
  private final BoundModel model;
  private final LabelEncoder encoder;
  private final HeadPredictor predictor;
  private final List<Example> rows;

  /**
   * A load of rows.
   *
   * @param rows the inputs; labels are not looked at
   * @param task what the model's head says
   * @param data how rows are cut
   * @throws ConfigException if there is no row, or the model has no such head
   */
  public LabelLoad(
      BoundModel model, Tokenizer tokenizer, List<Example> rows, HeadTask task, DataConfig data) {
    if (rows.isEmpty()) {
      throw new ConfigException("load: rows: wanted at least one, found none");
    }
    this.model = model;
    this.encoder = new LabelEncoder(tokenizer, data, task);
    this.predictor =
        new HeadPredictor(HeadObjective.of(task, HeadLoss.of(task), model.architecture().head()));
    this.rows = List.copyOf(rows);
  }

  /**
   * @throws DataException if a row is none that can be labelled
   */
  @Override
  public void answer(List<Request> requests) {
    List<EncodedExample> encoded = new ArrayList<>();
    for (Request request : requests) {
      Example row = rows.get(request.input());
      try {
        encoded.add(encoder.unlabelled(row).tokens());
      } catch (BadColumnException e) {
        throw new DataException(row.source() + ":" + row.line() + ": " + e.getMessage(), e);
      }
    }
    predictor.predict(model, encoded);
  }
}
