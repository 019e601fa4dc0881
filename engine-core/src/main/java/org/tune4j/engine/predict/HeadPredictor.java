package org.tune4j.engine.predict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.LengthBatches;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.objective.Judged;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Runs examples through a model with a task head: forward only, several at once. Without dropout,
 * how they are put together changes what is said by rounding only.
 */
public final class HeadPredictor {
  private final HeadObjective objective;
  private final int tokensPerBatch;

  /** A predictor for what this objective learns. */
  public HeadPredictor(HeadObjective objective) {
    this(objective, LengthBatches.DEFAULT_TOKENS);
  }

  /**
   * A predictor for what this objective learns.
   *
   * @param tokensPerBatch most tokens of a batch; an example that is longer is a batch of its own
   */
  public HeadPredictor(HeadObjective objective, int tokensPerBatch) {
    this.objective = objective;
    this.tokensPerBatch = tokensPerBatch;
  }

  /**
   * What the head says of each example, in their order, without dropout.
   *
   * @param examples all with a target, or none
   */
  public List<Prediction> predict(BoundModel model, List<EncodedExample> examples) {
    return predict(model, examples, batch -> null);
  }

  /**
   * What the head says of each example where dropout works as in training: one of the passes of
   * Monte Carlo dropout. What is dropped is a function of seed, pass and the examples beside it.
   *
   * @param examples all with a target, or none
   * @param pass its number; another one drops something else
   */
  public List<Prediction> predictWithDropout(
      BoundModel model, List<EncodedExample> examples, long seed, int pass) {
    return predict(model, examples, batch -> new BlockSeeds(seed, pass, batch.get(0).id()));
  }

  /**
   * @param seeds of a batch; null for no dropout
   */
  private List<Prediction> predict(
      BoundModel model,
      List<EncodedExample> examples,
      Function<List<EncodedExample>, BlockSeeds> seeds) {
    Map<EncodedExample, Prediction> predictions = new IdentityHashMap<>();
    for (List<EncodedExample> batch : LengthBatches.of(examples, tokensPerBatch)) {
      try (TensorScope work = model.workScope()) {
        Judged judged =
            objective.judge(model, model.upload(Batch.of(batch), work), seeds.apply(batch));
        divide(judged, batch).forEach(each -> predictions.put(each.example(), each));
      }
    }
    return examples.stream().map(predictions::get).toList();
  }

  private static List<Prediction> divide(Judged judged, List<EncodedExample> documents) {
    List<Prediction> predictions = new ArrayList<>();
    int from = 0;
    int start = 0;
    for (int d = 0; d < documents.size(); d++) {
      EncodedExample document = documents.get(d);
      int end = start + judged.batch().sequenceLengths()[d];
      int to = from;
      while (to < judged.rows().length && judged.rows()[to] < end) {
        to++;
      }
      int first = end - document.length(); // Behind what the model has before each text.
      predictions.add(
          new Prediction(
              document,
              Arrays.stream(judged.rows(), from, to).map(row -> row - first).toArray(),
              Arrays.copyOfRange(judged.outputs(), from, to),
              judged.loss(from, to)));
      from = to;
      start = end;
    }
    return predictions;
  }
}
