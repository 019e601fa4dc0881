package org.tune4j.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.eval.judge.ChatEndpoint;
import org.tune4j.eval.judge.JudgeRow;
import org.tune4j.eval.judge.JudgeRows;
import org.tune4j.eval.judge.JudgeTemplate;
import org.tune4j.eval.judge.LlmJudge;
import org.tune4j.eval.judge.PairwiseJudge;
import org.tune4j.eval.judge.Preference;
import org.tune4j.eval.judge.Preference.Outcome;
import org.tune4j.eval.judge.Preferences;
import org.tune4j.eval.judge.Rating;
import org.tune4j.eval.judge.Ratings;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.result.ResultFolder;
import picocli.CommandLine.Command;

/** {@code tune4j judge}: has a model judge answers. */
@Command(
    name = "judge",
    description = {
      "Has a model behind an OpenAI-style endpoint grade answers from 1 to 10, or compare them with"
          + " those of another model, in both orders.",
      "Prints the figures with their intervals."
    })
final class JudgeCommand extends SettingsCommand {
  private static final List<Setting> TABLE =
      List.of(
          new Setting(
              "samples",
              "rows",
              "FILE.jsonl",
              "The answers: lines with prompt (or input), output and perhaps reference(s), as eval"
                  + " writes them."),
          new Setting(
              "against",
              "rows",
              "FILE.jsonl",
              "Answers of another model to the same prompts: compare, and do not grade."),
          new Setting("output", "rows", "DIR", "Where verdicts and replies are written."),
          new Setting(
              "endpoint",
              "judge",
              "URL",
              "Its address up to, and without, /chat/completions: https://HOST/v1."),
          new Setting("judge_model", "judge", "NAME", "The model's name there."),
          new Setting(
              "api_key_env", "judge", "NAME", "The environment variable that holds the key."),
          new Setting(
              "template",
              "judge",
              "FILE",
              "What the judge is asked, in place of our own wording (docs/judge.md)."),
          new Setting("max_tokens", "judge", "N", "The longest reply. Default 2048."),
          new Setting("timeout", "judge", "X", "Seconds for a whole reply. Default 120."),
          new Setting("concurrency", "judge", "N", "Questions under way at once. Default 4."));

  private static final ObjectMapper JSON = new ObjectMapper();

  JudgeCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    List<JudgeRow> samples = JudgeRows.read(required(settings, "samples"));
    String name = text(settings, "judge_model");
    ChatEndpoint endpoint = endpoint(settings, name);
    int[] concurrency = {4};
    settings.integer("concurrency", value -> concurrency[0] = value);
    Optional<Path> template = settings.path("template");
    Optional<Path> output = settings.path("output");
    Optional<Path> against = settings.path("against");
    if (against.isEmpty()) {
      LlmJudge judge = new LlmJudge(endpoint, name, concurrency[0]);
      Ratings ratings =
          template
              .map(file -> judge.asking(JudgeTemplate.read(JudgeTemplate.Kind.SINGLE, file)))
              .orElse(judge)
              .judge(samples);
      tell(ratings.figures(Certainty.DEFAULT), Map.of("failures", ratings.failures()), output);
      write(output, ratings.rows().stream().map(JudgeCommand::line).toList());
      return 0;
    }
    PairwiseJudge judge = new PairwiseJudge(endpoint, name, concurrency[0]);
    Preferences preferences =
        template
            .map(file -> judge.asking(JudgeTemplate.read(JudgeTemplate.Kind.PAIR, file)))
            .orElse(judge)
            .judge(samples, JudgeRows.read(against.get()));
    tell(preferences.figures(Certainty.DEFAULT), counts(preferences), output);
    write(output, preferences.rows().stream().map(JudgeCommand::line).toList());
    return 0;
  }

  private static ChatEndpoint endpoint(Settings settings, String model) {
    ChatEndpoint.Builder endpoint = ChatEndpoint.builder(text(settings, "endpoint"), model);
    settings.text("api_key_env", endpoint::apiKeyVariable);
    settings.integer("max_tokens", endpoint::maxTokens);
    settings.number(
        "timeout", seconds -> endpoint.timeout(Duration.ofMillis((long) (seconds * 1000))));
    settings.path("output").ifPresent(folder -> endpoint.cache(folder.resolve("replies")));
    return endpoint.build();
  }

  private static String text(Settings settings, String name) {
    return settings
        .text(name)
        .orElseThrow(() -> new ConfigException(Setting.option(name) + " is missing"));
  }

  private static Map<String, Integer> counts(Preferences preferences) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    counts.put("wins", preferences.count(Outcome.WIN));
    counts.put("ties", preferences.count(Outcome.TIE));
    counts.put("losses", preferences.count(Outcome.LOSS));
    counts.put("first_favoured", preferences.firstFavoured());
    counts.put("second_favoured", preferences.secondFavoured());
    counts.put("failures", preferences.failures());
    return counts;
  }

  private void tell(List<Figure> figures, Map<String, Integer> counts, Optional<Path> output) {
    Map<String, Object> line = new LinkedHashMap<>();
    figures.forEach(figure -> line.put(figure.name(), ResultFolder.json(figure)));
    line.putAll(counts);
    output.ifPresent(folder -> AtomicFile.write(folder.resolve("judge.json"), bytes(line)));
    if (json()) {
      console.json(line);
      return;
    }
    figures.forEach(figure -> console.out().println(shown(figure)));
    counts.forEach((name, count) -> console.say(name + " " + count));
  }

  private static String shown(Figure figure) {
    String interval =
        figure
            .interval()
            .map(i -> String.format(Locale.ROOT, "  [%.4f, %.4f]", i.low(), i.high()))
            .orElse("");
    return String.format(
        Locale.ROOT, "%s %.4f%s  n=%d", figure.name(), figure.value(), interval, figure.count());
  }

  private static Map<String, Object> line(Rating rating) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("where", rating.row().where());
    line.put("grade", rating.grade().orElse(null));
    line.put("reply", rating.reply());
    line.put("failure", rating.failure());
    return line;
  }

  private static Map<String, Object> line(Preference preference) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("where", preference.row().where());
    line.put("outcome", lower(preference.outcome()));
    line.put("when_first", lower(preference.whenFirst()));
    line.put("when_second", lower(preference.whenSecond()));
    line.put("reply_when_first", preference.replyWhenFirst());
    line.put("reply_when_second", preference.replyWhenSecond());
    line.put("failure", preference.failure());
    return line;
  }

  private static String lower(Optional<Outcome> outcome) {
    return outcome.map(each -> each.name().toLowerCase(Locale.ROOT)).orElse(null);
  }

  private static void write(Optional<Path> output, List<Map<String, Object>> lines) {
    if (output.isPresent()) {
      List<String> texts = new ArrayList<>();
      lines.forEach(line -> texts.add(new String(bytes(line), StandardCharsets.UTF_8)));
      AtomicFile.write(
          output.get().resolve("judgements.jsonl"),
          (String.join("\n", texts) + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private static byte[] bytes(Map<String, Object> line) {
    try {
      return JSON.writeValueAsBytes(line);
    } catch (JsonProcessingException e) {
      throw new EngineBugException("a verdict cannot be written as JSON: " + e.getMessage(), e);
    }
  }
}
