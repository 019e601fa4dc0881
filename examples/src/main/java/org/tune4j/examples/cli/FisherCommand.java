package org.tune4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.ExampleSample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.WeightAnchor;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.full.Freezing;
import org.tune4j.full.FullModel;
import org.tune4j.lora.Lora;
import org.tune4j.lora.LoraConfig;
import picocli.CommandLine.Command;

/** {@code tune4j fisher}: what a model's old task needs of what a new one will train. */
@Command(
    name = "fisher",
    description = {
      "Measures what an old task needs of each number that a new task will train, on a sample of the"
          + " old task's rows: the diagonal of its Fisher information, for sft --ewc-file.",
      "What is trained must be told as sft will be told it: method, LoRA's settings, seed."
    })
final class FisherCommand extends SettingsCommand {
  private static final String DATA = "data";
  private static final String OF_BATCHES = "packing.*|group_by_length|preflight_allow";
  private static final int SAMPLES = 200;

  private static final List<Setting> OWN =
      List.of(
          new Setting(
              "model",
              DATA,
              "DIR",
              "The model that the new task will be learned by: a folder or a GGUF file."),
          new Setting("data", DATA, "FILE,…", "Rows of the old task, as for sft."),
          new Setting(
              "columns",
              DATA,
              "a=b,c=d",
              "Which columns are read: the name that is wanted, and the column of the data."),
          new Setting("output", DATA, "FILE", "The file to write, as safetensors."),
          new Setting(
              "num_samples", DATA, "N", "Rows of the sample, drawn at random. Default 200."));

  /** What of sft's ways to run has a meaning for a sample. */
  private static final List<String> OF_TRAINING = List.of("precision", "seed", "device", "threads");

  private static final List<Setting> TABLE =
      Stream.of(
              OWN,
              DataSettings.TABLE.stream().filter(each -> !each.name().matches(OF_BATCHES)).toList(),
              SftSettings.METHOD.stream()
                  .filter(
                      each ->
                          each.group().equals(SftSettings.LORA)
                              || OF_TRAINING.contains(each.name()))
                  .toList(),
              FullSettings.table("train"))
          .flatMap(List::stream)
          .toList();

  FisherCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    Path model = required(settings, "model");
    Path output = required(settings, "output");
    if (!Files.isDirectory(output.toAbsolutePath().getParent())) {
      throw new ConfigException("output: there is no folder for " + output);
    }
    DataConfig data = DataSettings.config(settings);
    Optional<Freezing> full = FullSettings.of(settings);
    LoraConfig lora = SftJob.lora(settings);
    int[] samples = {SAMPLES};
    settings.integer("num_samples", value -> samples[0] = value);
    if (samples[0] < 1) {
      throw new ConfigException("num_samples: wanted at least 1, found " + samples[0]);
    }
    long[] seed = {TrainConfig.builder().build().seed()};
    settings.whole("seed", value -> seed[0] = value);
    settings.integer("threads", NativeGate::setThreads);
    String device = settings.text("device").orElse("cpu");
    DType dtype = PrecisionChoice.of(settings.text("precision").orElse("auto"), device);
    try (Tokenizer tokenizer = Tokenizer.load(model);
        JobRows rows = JobRows.open(settings);
        ExampleSample sample =
            new ExampleSample(
                rows.train(), new ExampleEncoder(tokenizer, data), data, samples[0], seed[0]);
        CausalLm base = CausalLm.load(model, dtype, device)) {
      long numbers =
          full.isPresent()
              ? measure(base, full.get(), sample, output)
              : measure(base, lora, seed[0], sample, output);
      tell(output, numbers);
    }
    return 0;
  }

  private static long measure(CausalLm base, Freezing freezing, ExampleSample sample, Path output) {
    try (FullModel model = new FullModel(base, freezing)) {
      return write(model.model(), model.weights(), sample, base, output);
    }
  }

  private static long measure(
      CausalLm base, LoraConfig config, long seed, ExampleSample sample, Path output) {
    try (Lora lora = Lora.create(base, config, seed)) {
      return write(lora.model(), lora.weights(), sample, base, output);
    }
  }

  private static long write(
      BoundModel model,
      TrainableTensors weights,
      ExampleSample sample,
      CausalLm base,
      Path output) {
    try (WeightAnchor anchor =
        WeightAnchor.measure(model, weights, new CausalLmObjective(), sample, base.scope())) {
      anchor.write(output);
      return weights.parameters();
    }
  }

  private void tell(Path output, long numbers) {
    if (!json()) {
      console.out().println(output);
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("file", output.toString());
    line.put("trained_parameters", numbers);
    console.json(line);
  }
}
