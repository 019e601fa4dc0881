package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.eval.PromptAnswers;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.gate.QualityGate;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.task.EvalTask;
import org.tune4j.eval.task.EvalTasks;
import org.tune4j.eval.task.TaskConfig;
import org.tune4j.eval.task.TaskFile;
import picocli.CommandLine.Command;

/** {@code tune4j eval}: measures a model by task files. */
@Command(
    name = "eval",
    description = {
      "Measures a model on tasks: what is asked, and by which figures, is said by YAML files in the"
          + " terms of lm-evaluation-harness.",
      "Prints each figure with its 95 %% interval. Exit code 1 if a gate is given and not passed."
    })
final class EvalCommand extends SettingsCommand {
  private static final String TASKS = "tasks";
  private static final List<Setting> TABLE =
      List.of(
          new Setting(
              "model",
              "model",
              "DIR",
              "The model: a Hugging Face checkpoint folder or a GGUF file."),
          new Setting("adapter", "model", "DIR", "An adapter on it, as sft or classify wrote it."),
          ModelSettings.TASK_ID,
          ModelSettings.PRECISION,
          ModelSettings.FP32_MODULES,
          GenerationSettings.weights("model"),
          ModelSettings.DEVICE,
          ModelSettings.THREADS,
          ResultOutput.MODEL_NAME,
          new Setting("tasks", TASKS, "FILE,…", "Task files."),
          new Setting("limit", TASKS, "N", "Only the first N rows of each task."),
          new Setting("batch_size", TASKS, "N", "Prompts that are answered at a time. Default 16."),
          new Setting(
              "output",
              TASKS,
              "DIR",
              "Where to write results.json, samples_TASK.jsonl and the report."),
          ResultOutput.gate(TASKS));

  EvalCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    Path model = required(settings, "model");
    List<TaskConfig> configs = configs(settings);
    Optional<QualityGate> gate = ResultOutput.gate(settings);
    List<EvalResult> results = new ArrayList<>();
    ResultOutput output = new ResultOutput(console, json());
    try (LoadedModel loaded = LoadedModel.of(settings)) {
      EvalTasks tasks = tasks(settings, loaded, model);
      String name = ResultOutput.modelName(settings);
      // All are made before the first is run: what is wrong with the last one shows now.
      for (EvalTask task : configs.stream().map(tasks::task).toList()) {
        console.say("%s: %s".formatted(name, task.name()));
        EvalResult result = task.evaluate(loaded.model(), name, Certainty.DEFAULT);
        results.add(result);
        output.show(result);
      }
    }
    Optional<GateResult> judged = gate.map(given -> given.judge(results));
    settings.path("output").ifPresent(folder -> ResultOutput.write(folder, results, judged));
    judged.ifPresent(output::show);
    return judged.map(GateResult::passed).orElse(true) ? 0 : 1;
  }

  private static List<TaskConfig> configs(Settings settings) {
    List<Path> files = settings.paths("tasks");
    if (files.isEmpty()) {
      throw new ConfigException("--tasks is missing (or tasks in the --config file)");
    }
    List<TaskConfig> configs = files.stream().map(TaskFile::read).toList();
    List<String> names = configs.stream().map(TaskConfig::name).toList();
    if (names.stream().distinct().count() < names.size()) {
      throw new ConfigException("--tasks: wanted a name of its own for each, found " + names);
    }
    return configs;
  }

  private static EvalTasks tasks(Settings settings, LoadedModel loaded, Path model) {
    Optional<HeadTask> head = LoadedModel.task(model, settings.path("adapter"));
    int[] limit = {Integer.MAX_VALUE};
    settings.integer("limit", value -> limit[0] = value);
    int[] batch = {PromptAnswers.DEFAULT_BATCH};
    settings.integer("batch_size", value -> batch[0] = value);
    return new EvalTasks(loaded.tokenizer(), head, JobRows::files, limit[0], batch[0]);
  }
}
