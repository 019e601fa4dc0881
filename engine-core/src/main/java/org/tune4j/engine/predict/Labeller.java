package org.tune4j.engine.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.LabelEncoder;
import org.tune4j.engine.data.Unlabelled;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.tokenize.Tokenizer;

/** Labels rows with a model's task head. */
public final class Labeller {
  /** The label of words of which nothing can be said. */
  private static final String OUTSIDE = "O";

  /** Rows that are read at once. */
  private static final int PORTION = 1024;

  private final BoundModel model;
  private final HeadTask task;
  private final LabelEncoder encoder;
  private final HeadPredictor predictor;

  /**
   * A labeller.
   *
   * @param task what the model's head says
   * @param config how rows are cut
   * @throws org.tune4j.engine.ConfigException if the model has no such head
   */
  public Labeller(BoundModel model, Tokenizer tokenizer, HeadTask task, DataConfig config) {
    this.model = model;
    this.task = task;
    this.encoder = new LabelEncoder(tokenizer, config, task);
    this.predictor =
        new HeadPredictor(HeadObjective.of(task, HeadLoss.of(task), model.architecture().head()));
  }

  /**
   * Labels rows, in their order. Those that cannot be read are counted among the examples' bad
   * rows.
   *
   * @param use is told of each
   */
  public void label(Examples examples, Consumer<Judgement> use) {
    for (int from = 0; from < examples.size(); from += PORTION) {
      List<Unlabelled> rows = new ArrayList<>();
      for (int row = from; row < Math.min(examples.size(), from + PORTION); row++) {
        examples.example(row).flatMap(each -> unlabelled(each, examples)).ifPresent(rows::add);
      }
      List<EncodedExample> tokens = rows.stream().map(Unlabelled::tokens).toList();
      List<Prediction> said = predictor.predict(model, tokens);
      for (int i = 0; i < rows.size(); i++) {
        use.accept(judgement(rows.get(i), said.get(i)));
      }
    }
  }

  private Optional<Unlabelled> unlabelled(Example example, Examples examples) {
    try {
      return Optional.of(encoder.unlabelled(example));
    } catch (BadColumnException e) {
      examples.bad().add(example.source(), example.line(), e.getMessage());
      return Optional.empty();
    }
  }

  private Judgement judgement(Unlabelled row, Prediction said) {
    String where = row.tokens().source();
    if (task instanceof HeadTask.WordLabels) {
      return words(row, said);
    }
    float[] scores = said.outputs()[0];
    List<String> names = task.labels().names();
    if (task instanceof HeadTask.Regression) {
      return new Judgement(where, List.of(), scores);
    }
    return task instanceof HeadTask.MultiLabel
        ? new Judgement(where, said.labels().stream().map(names::get).toList(), scores)
        : new Judgement(where, List.of(names.get(said.label(0))), scores);
  }

  private Judgement words(Unlabelled row, Prediction said) {
    int[] starts = row.wordStarts();
    List<String> labels = new ArrayList<>();
    float[] scores = new float[starts.length];
    for (int word = 0; word < starts.length; word++) {
      if (starts[word] < 0) {
        labels.add(OUTSIDE);
      } else {
        int judged = starts[word] - said.tokens()[0]; // Every token was judged.
        int label = said.label(judged);
        labels.add(task.labels().names().get(label));
        scores[word] = said.outputs()[judged][label];
      }
    }
    return new Judgement(row.tokens().source(), labels, scores);
  }
}
