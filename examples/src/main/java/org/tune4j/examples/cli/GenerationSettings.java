package org.tune4j.examples.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.generate.BeamConfig;
import org.tune4j.engine.generate.BeamConfig.EarlyStopping;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.model.WeightFormat;

/** What commands that generate have in common. */
final class GenerationSettings {
  private static final String MODEL = "model";
  private static final String GENERATION = "generation";

  private static final List<Setting> COMMON =
      List.of(
          new Setting(
              "model", MODEL, "DIR", "The model: a Hugging Face checkpoint folder or a GGUF file."),
          new Setting("adapter", MODEL, "DIR", "An adapter on it, as PEFT or sft wrote it."),
          ModelSettings.TASK_ID,
          ModelSettings.PRECISION,
          ModelSettings.FP32_MODULES,
          weights(MODEL),
          ModelSettings.DEVICE,
          new Setting(
              "stream_weights",
              MODEL,
              null,
              "Read each block from the files whenever it is computed: for a folder that is larger"
                  + " than memory."),
          ModelSettings.THREADS,
          new Setting("max_new_tokens", GENERATION, "N", "The longest answer. Default 256."),
          new Setting(
              "temperature",
              GENERATION,
              "X",
              "Draw at random, scores divided by X; 0 (default) for the best token each time."),
          new Setting("top_k", GENERATION, "N", "Draw among the N best tokens."),
          new Setting("top_p", GENERATION, "P", "Draw among the best that reach P of probability."),
          new Setting("min_p", GENERATION, "P", "Draw among those of P of the best's probability."),
          new Setting("stop_strings", GENERATION, "a,b", "Texts that end an answer; also --stop."),
          new Setting(
              "repetition_penalty", GENERATION, "X", "Above 1 against repeating. Default 1."),
          new Setting(
              "prefill_chunk_size",
              GENERATION,
              "N",
              "Tokens of a prompt that are read at a time: fewer need less memory. Default 512."),
          new Setting("seed", GENERATION, "N", "What draws are a function of. Default 0."));

  /** What beam search does not do. */
  private static final List<String> NOT_IN_BEAMS =
      List.of(
          "temperature",
          "top_k",
          "top_p",
          "min_p",
          "stop_strings",
          "repetition_penalty",
          "prefill_chunk_size",
          "seed");

  private GenerationSettings() {}

  /** How a command's model is held, which all that load one can be told. */
  static Setting weights(String group) {
    return new Setting(
        "weights",
        group,
        "plain|int8|nf4",
        "How the matrices of its blocks are held: as computed with (default), in 8 bits or in 4.");
  }

  /** What {@code weights} says. */
  static WeightFormat format(Settings settings) {
    WeightFormat[] format = {WeightFormat.PLAIN};
    settings.choice("weights", WeightFormat.class, value -> format[0] = value);
    return format[0];
  }

  /** The common settings and some of a command's own. */
  static List<Setting> with(Setting... own) {
    List<Setting> all = new ArrayList<>(COMMON);
    all.addAll(List.of(own));
    return List.copyOf(all);
  }

  /** Sampling is on as soon as one of its settings is given. */
  static GenerationConfig config(Settings settings, Set<Integer> ends) {
    GenerationConfig.Builder config = GenerationConfig.builder().endOfText(ends);
    settings.integer("max_new_tokens", config::maxNewTokens);
    settings.integer("top_k", config::topK);
    settings.number("top_p", config::topP);
    settings.number("min_p", config::minP);
    settings.list("stop_strings", texts -> config.stopStrings(texts.toArray(String[]::new)));
    settings.number("repetition_penalty", config::repetitionPenalty);
    settings.integer("prefill_chunk_size", config::prefillChunkSize);
    settings.whole("seed", config::seed);
    boolean draws = Stream.of("top_k", "top_p", "min_p").anyMatch(settings::has);
    double[] temperature = {draws ? 1 : 0};
    settings.number("temperature", value -> temperature[0] = value);
    if (temperature[0] != 0) {
      config.doSample(true).temperature(temperature[0]);
    }
    return config.build();
  }

  /**
   * Beam search, where {@code num_beams} is above 1.
   *
   * @throws ConfigException if it is asked for together with what it does not do, or the other way
   *     round
   */
  static Optional<BeamConfig> beams(Settings settings, Set<Integer> ends) {
    int[] beams = {1};
    settings.integer("num_beams", value -> beams[0] = value);
    if (beams[0] < 1) {
      throw new ConfigException("num_beams: wanted at least 1, found " + beams[0]);
    }
    for (String name : beams[0] > 1 ? NOT_IN_BEAMS : List.of("length_penalty", "early_stopping")) {
      if (settings.has(name)) {
        throw new ConfigException(
            "num_beams = %d and %s do not go together; leave one out".formatted(beams[0], name));
      }
    }
    if (beams[0] == 1) {
      return Optional.empty();
    }
    int[] longest = {GenerationConfig.builder().build().maxNewTokens()};
    settings.integer("max_new_tokens", value -> longest[0] = value);
    double[] penalty = {1};
    settings.number("length_penalty", value -> penalty[0] = value);
    EarlyStopping[] stopping = {EarlyStopping.FALSE};
    settings.choice("early_stopping", EarlyStopping.class, value -> stopping[0] = value);
    return Optional.of(
        new BeamConfig(longest[0], beams[0], 1, penalty[0], stopping[0], Optional.of(ends)));
  }
}
