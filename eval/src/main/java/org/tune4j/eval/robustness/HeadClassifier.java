package org.tune4j.eval.robustness;

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
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * A model with a head of one label a text. Its probabilities are computed without dropout. The
 * gradient that {@link #swapGains} takes is added to that of what the model trains as well, as
 * every backward pass does; a training step begins by clearing it.
 */
public final class HeadClassifier implements DifferentiableClassifier {
  private final BoundModel model;
  private final HeadTask.SingleLabel task;
  private final LabelEncoder encoder;
  private final HeadPredictor predictor;
  private final TokenSwaps swaps;

  /**
   * A classifier.
   *
   * @param task what the model's head says
   * @param config how texts are cut
   * @throws ConfigException if the model has no such head, or it says something else than one label
   */
  public HeadClassifier(BoundModel model, Tokenizer tokenizer, HeadTask task, DataConfig config) {
    if (!(task instanceof HeadTask.SingleLabel single)) {
      throw new ConfigException(
          "attacks change one label of a text, and the head says %s; wanted is %s"
              .formatted(
                  task.getClass().getSimpleName(), HeadTask.SingleLabel.class.getSimpleName()));
    }
    HeadObjective objective =
        HeadObjective.of(task, HeadLoss.of(task), model.architecture().head());
    this.model = model;
    this.task = single;
    this.encoder = new LabelEncoder(tokenizer, config, task);
    this.predictor = new HeadPredictor(objective);
    this.swaps = new TokenSwaps(model, tokenizer, objective);
  }

  @Override
  public List<String> labels() {
    return task.labels().names();
  }

  @Override
  public float[][] probabilities(List<String> texts) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      try {
        examples.add(encoder.unlabelled(example(i, new ExampleForm.Text(texts.get(i)))).tokens());
      } catch (BadColumnException e) {
        throw new DataException("text " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    return predictor.predict(model, examples).stream()
        .map(said -> said.outputs()[0])
        .toArray(float[][]::new);
  }

  @Override
  public List<String> vocabulary() {
    return swaps.words();
  }

  @Override
  public float[][] swapGains(String text, int label, int[] starts, int[] ends) {
    ExampleForm form = new ExampleForm.Labelled(text, task.labels().names().get(label));
    try {
      EncodedExample example = encoder.encode(example(0, form)).kept().orElseThrow();
      return swaps.gains(text, example, starts, ends);
    } catch (BadColumnException e) {
      throw new DataException(e.getMessage(), e);
    }
  }

  private static Example example(int row, ExampleForm form) {
    return new Example(row, "text", row + 1, form, ChatContext.NONE);
  }
}
