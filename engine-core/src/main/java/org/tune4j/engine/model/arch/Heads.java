package org.tune4j.engine.model.arch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.LinearLayer;

/** Heads of the labels that a configuration has: {@code architectures} says which. */
final class Heads {
  private static final String OF_SEQUENCES = "ForSequenceClassification";
  private static final String OF_TOKENS = "ForTokenClassification";

  private static final String PROBLEM_TYPE = "problem_type";
  private static final String ONE_LABEL = "single_label_classification";
  private static final String MANY_LABELS = "multi_label_classification";
  private static final String REGRESSION = "regression";

  private Heads() {}

  /** The configuration of the same model with a head for a task. */
  static ObjectNode write(ObjectNode config, HeadTask task) {
    ObjectNode changed = config.deepCopy();
    String name = config.path("architectures").path(0).asText("Model");
    String family = name.replaceAll("(Model|LMHeadModel|For[A-Z]\\w*)$", "");
    changed
        .putArray("architectures")
        .add(family + (task instanceof HeadTask.WordLabels ? OF_TOKENS : OF_SEQUENCES));
    ObjectNode names = changed.putObject("id2label");
    ObjectNode numbers = changed.putObject("label2id");
    List<String> labels = task.labels().names();
    for (int i = 0; i < labels.size(); i++) {
      names.put(String.valueOf(i), labels.get(i));
      numbers.put(labels.get(i), i);
    }
    if (task instanceof HeadTask.WordLabels) {
      changed.remove(PROBLEM_TYPE);
    } else {
      changed.put(
          PROBLEM_TYPE,
          task instanceof HeadTask.Regression
              ? REGRESSION
              : task instanceof HeadTask.MultiLabel ? MANY_LABELS : ONE_LABEL);
    }
    return changed;
  }

  /**
   * What the head of a configuration says; empty if it has none of labels. Without a {@code
   * problem_type} one output is a number, as for transformers.
   */
  static Optional<HeadTask> task(ConfigJson config) {
    if (ofTokens(config)) {
      return Optional.of(new HeadTask.WordLabels(new Labels(read(config)), false));
    }
    if (!ofSequences(config)) {
      return Optional.empty();
    }
    Labels labels = new Labels(read(config));
    String type = config.text(PROBLEM_TYPE, labels.size() == 1 ? REGRESSION : ONE_LABEL);
    return Optional.of(
        switch (type) {
          case ONE_LABEL -> new HeadTask.SingleLabel(labels);
          case MANY_LABELS -> new HeadTask.MultiLabel(labels);
          case REGRESSION -> number(config, labels);
          default ->
              throw config.wrong(
                  PROBLEM_TYPE,
                  "one of " + List.of(ONE_LABEL, MANY_LABELS, REGRESSION),
                  config.json().path(PROBLEM_TYPE));
        });
  }

  private static HeadTask number(ConfigJson config, Labels labels) {
    if (labels.size() != 1) {
      throw config.wrong("id2label", "one label of a number", config.json().path("id2label"));
    }
    return new HeadTask.Regression();
  }

  /** Names in the order of {@code id2label}'s numbers; two where there are none. */
  static List<String> read(ConfigJson config) {
    ConfigJson names = config.object("id2label");
    if (names == null) {
      return Labels.numbered(2).names();
    }
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < Math.max(1, names.fields()); i++) {
      labels.add(names.text(String.valueOf(i)));
    }
    return labels;
  }

  static boolean ofSequences(ConfigJson config) {
    return config.architecture().endsWith(OF_SEQUENCES);
  }

  static boolean ofTokens(ConfigJson config) {
    return config.architecture().endsWith(OF_TOKENS);
  }

  /** A decoder with the head that transformers puts on all of them, where one is asked for. */
  static Architecture onDecoder(ConfigJson config, Architecture decoder) {
    if (!ofSequences(config) && !ofTokens(config)) {
      return decoder;
    }
    List<String> labels = read(config);
    boolean each = ofTokens(config);
    LinearLayer score = new LinearLayer("score", decoder.hiddenSize(), labels.size(), each);
    return decoder.with(
        new ClassificationHead(Optional.empty(), score, each ? Reads.EACH : Reads.LAST, labels));
  }
}
