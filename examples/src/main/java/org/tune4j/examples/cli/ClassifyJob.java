package org.tune4j.examples.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.LabelEncoder;
import org.tune4j.engine.data.LabelFrequencies;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.train.TrainConfig;

/** A run of {@code classify} as it was ordered: what {@link ClassifySettings} become. */
final class ClassifyJob {
  private static final String ONE = "single_label_classification";
  private static final String MANY = "multi_label_classification";
  private static final String NUMBER = "regression";
  private static final String WORDS = "token_classification";
  private static final String WEIGHTS = "label_weights";
  private static final List<String> TASKS = List.of(ONE, MANY, NUMBER, WORDS);

  private final Settings settings;
  private final SftJob job;
  private final AdversarialSettings adversarial;

  private ClassifyJob(Settings settings, SftJob job, AdversarialSettings adversarial) {
    this.settings = settings;
    this.job = job;
    this.adversarial = adversarial;
  }

  static ClassifyJob of(Settings settings) {
    return new ClassifyJob(settings, SftJob.of(settings), AdversarialSettings.of(settings));
  }

  /** What it has in common with sft. */
  SftJob job() {
    return job;
  }

  /** What is done against attacks. */
  AdversarialSettings adversarial() {
    return adversarial;
  }

  /** What is learned: as ordered, or as the first row has it. */
  HeadTask task(ExampleSource rows) {
    String[] name = {null};
    settings.choice(
        "task", TASKS.stream().collect(Collectors.toMap(t -> t, t -> t)), t -> name[0] = t);
    String task = name[0] == null ? taskOf(rows, job.rows()) : name[0];
    if (task.equals(NUMBER)) {
      return new HeadTask.Regression();
    }
    Labels labels = labels(task, rows);
    return switch (task) {
      case ONE -> new HeadTask.SingleLabel(labels);
      case MANY -> new HeadTask.MultiLabel(labels);
      default -> new HeadTask.WordLabels(labels, settings.flag("label_all_tokens"));
    };
  }

  private static String taskOf(ExampleSource rows, DataConfig config) {
    try (Examples examples = Examples.of(rows, config)) {
      ExampleForm first = examples.first().map(Example::form).orElse(null);
      if (first instanceof ExampleForm.Tagged) {
        return WORDS;
      }
      return first instanceof ExampleForm.MultiLabelled || first instanceof ExampleForm.LabelVector
          ? MANY
          : ONE;
    }
  }

  private Labels labels(String task, ExampleSource rows) {
    List<String> given = new ArrayList<>();
    settings.list("labels", given::addAll);
    if (!given.isEmpty()) {
      return new Labels(given);
    }
    return Architectures.task(job.model())
        .filter(
            own -> own.outputs() > 1 && task.equals(WORDS) == own instanceof HeadTask.WordLabels)
        .map(HeadTask::labels)
        .orElseGet(() -> LabelEncoder.labels(rows, job.rows()));
  }

  /** What it is learned by. */
  HeadLoss loss(HeadTask task, ExampleSource rows) {
    double[] gamma = {0};
    settings.number("focal_gamma", value -> gamma[0] = value);
    boolean weighted = settings.has(WEIGHTS);
    if (!(HeadLoss.of(task) instanceof HeadLoss.CrossEntropy)) {
      if (weighted || gamma[0] != 0) {
        throw new ConfigException(
            "label_weights and focal_gamma are for one label a text or a word, not for "
                + task.getClass().getSimpleName());
      }
      return HeadLoss.of(task);
    }
    List<Double> weights = weighted ? weights(task.labels(), rows) : List.of();
    return new HeadLoss.CrossEntropy(weights, gamma[0]);
  }

  private List<Double> weights(Labels labels, ExampleSource rows) {
    if (settings.is(WEIGHTS, "balanced")) {
      return LabelFrequencies.of(rows, job.rows(), labels).balancedWeights();
    }
    List<Double> weights = new ArrayList<>(Collections.nCopies(labels.size(), 1.0));
    settings.numbers(
        WEIGHTS,
        given ->
            given.forEach(
                (label, weight) -> {
                  OptionalInt id = labels.idOf(label);
                  if (id.isEmpty()) {
                    throw new ConfigException(
                        "label_weights: there is no label '" + label + "' in " + labels.names());
                  }
                  weights.set(id.getAsInt(), weight);
                }));
    return weights;
  }

  /** Every setting with the value it has now, as a configuration file of classify has it. */
  Map<String, Object> resolved(
      HeadTask task,
      HeadLoss loss,
      String chosenPrecision,
      DataConfig packed,
      TrainConfig planned) {
    Map<String, Object> head = new LinkedHashMap<>();
    head.put(
        "task",
        task instanceof HeadTask.SingleLabel
            ? ONE
            : task instanceof HeadTask.MultiLabel
                ? MANY
                : task instanceof HeadTask.Regression ? NUMBER : WORDS);
    if (!(task instanceof HeadTask.Regression)) {
      head.put("labels", task.labels().names());
    }
    if (loss instanceof HeadLoss.CrossEntropy one) {
      head.put("focal_gamma", one.gamma());
      if (!one.weights().isEmpty()) {
        Map<String, Double> weights = new LinkedHashMap<>();
        for (int id = 0; id < task.outputs(); id++) {
          weights.put(task.labels().names().get(id), one.weights().get(id));
        }
        head.put(WEIGHTS, weights);
      }
    }
    head.put(
        "label_all_tokens", task instanceof HeadTask.WordLabels words && words.labelAllTokens());
    head.putAll(adversarial.resolved());
    Map<String, Object> groups = new LinkedHashMap<>();
    groups.put("head", head);
    Set<String> known =
        ClassifySettings.TABLE.stream().map(Setting::name).collect(Collectors.toSet());
    job.resolved(chosenPrecision, packed, planned)
        .forEach(
            (group, values) -> {
              Map<String, Object> kept = new LinkedHashMap<>();
              ((Map<?, ?>) values)
                  .forEach(
                      (name, value) -> {
                        if (known.contains(name)) {
                          kept.put((String) name, value);
                        }
                      });
              groups.put(group, kept);
            });
    return groups;
  }
}
