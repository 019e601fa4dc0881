package org.tune4j.engine.predict;

import java.util.ArrayList;
import java.util.Arrays;
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
    read(
        examples,
        rows -> {
          List<EncodedExample> tokens = rows.stream().map(Unlabelled::tokens).toList();
          List<Prediction> said = predictor.predict(model, tokens);
          for (int i = 0; i < rows.size(); i++) {
            use.accept(judgement(rows.get(i), said.get(i)));
          }
        });
  }

  /**
   * Reads rows as {@link #label} does, for somebody else to predict.
   *
   * @param use is told of some at a time, in their order
   */
  public void read(Examples examples, Consumer<List<Unlabelled>> use) {
    for (int from = 0; from < examples.size(); from += PORTION) {
      List<Unlabelled> rows = new ArrayList<>();
      for (int row = from; row < Math.min(examples.size(), from + PORTION); row++) {
        examples.example(row).flatMap(each -> unlabelled(each, examples)).ifPresent(rows::add);
      }
      use.accept(rows);
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

  /** What a prediction of a row says in the names of labels. */
  public Judgement judgement(Unlabelled row, Prediction said) {
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
    int[] judged = judged(row, said);
    List<String> labels = new ArrayList<>();
    float[] scores = new float[judged.length];
    for (int word = 0; word < judged.length; word++) {
      if (judged[word] < 0) {
        labels.add(OUTSIDE);
      } else {
        int label = said.label(judged[word]);
        labels.add(task.labels().names().get(label));
        scores[word] = said.outputs()[judged[word]][label];
      }
    }
    return new Judgement(row.tokens().source(), labels, scores);
  }

  /**
   * Which outputs of a prediction say something of a row: that of the text, or that of each word's
   * first token; -1 of a word that was cut away.
   */
  public int[] judged(Unlabelled row, Prediction said) {
    if (!(task instanceof HeadTask.WordLabels)) {
      return new int[1];
    }
    int before = said.tokens()[0]; // Every token was judged.
    return Arrays.stream(row.wordStarts()).map(at -> at < 0 ? -1 : at - before).toArray();
  }
}
