package org.tune4j.examples.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.preflight.ShownRow;
import org.tune4j.engine.tokenize.Tokenizer;
import picocli.CommandLine.Command;

/** {@code tune4j render}: a row as the model sees it. */
@Command(
    name = "render",
    description = {
      "Shows rows as the model sees them: in tokens, with what is learned, read and cut off.",
      "Takes what sft takes, a configuration file of it too."
    })
final class RenderCommand extends SettingsCommand {
  private static final int WIDTH = 100;
  private static final List<Setting> TABLE =
      Stream.concat(
              Stream.of(
                  new Setting(
                      "rows",
                      "render",
                      "N,…",
                      "The rows, counted from 1. Default the first three.")),
              SftSettings.TABLE.stream())
          .toList();

  RenderCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    DataConfig config = DataSettings.config(settings);
    List<Integer> numbers = new ArrayList<>(List.of(1, 2, 3));
    boolean chosen = settings.has("rows");
    settings.integers(
        "rows",
        given -> {
          numbers.clear();
          numbers.addAll(given);
        });
    try (Tokenizer tokenizer = Tokenizer.load(required(settings, "model"));
        JobRows rows = JobRows.open(settings);
        Examples examples = Examples.of(rows.train(), config)) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, config);
      for (int number : numbers) {
        if (number < 1 || number > examples.size()) {
          if (chosen) {
            throw new ConfigException("rows: wanted 1 to " + examples.size() + ", found " + number);
          }
          continue;
        }
        examples
            .example(number - 1)
            .ifPresent(
                example -> show(number, example.where(), encoder.encode(example), tokenizer));
        examples.bad().throwIfFailing();
      }
    }
    return 0;
  }

  private void show(int number, String where, Encoded row, Tokenizer tokenizer) {
    if (json()) {
      console.json(line(number, where, row, tokenizer));
      return;
    }
    ShownRow shown = ShownRow.of(tokenizer, where, "row " + number, row);
    console
        .out()
        .printf(
            "%s, %s: %d tokens, %d learned%s%n",
            where,
            shown.which(),
            shown.tokens(),
            shown.learned(),
            row.dropped().map(reason -> "; left out: " + reason).orElse(""));
    shown.lines(console.terminal(), WIDTH).forEach(console.out()::println);
    console.out().println();
  }

  private static Map<String, Object> line(
      int number, String where, Encoded row, Tokenizer tokenizer) {
    EncodedExample kept = row.kept().orElse(row.whole());
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("row", number);
    line.put("where", where);
    line.put("text", tokenizer.decode(kept.ids(), false));
    line.put("learned", learned(kept, tokenizer));
    line.put("input_ids", kept.ids());
    line.put("labels", kept.labels());
    line.put("tokens", row.whole().length());
    line.put("dropped", row.dropped().orElse(null));
    return line;
  }

  /** Each stretch of learned tokens as text. */
  private static List<String> learned(EncodedExample row, Tokenizer tokenizer) {
    List<String> stretches = new ArrayList<>();
    List<Integer> stretch = new ArrayList<>();
    for (int t = 0; t <= row.length(); t++) {
      if (t < row.length() && row.labels()[t] != EncodedExample.NOT_LEARNED) {
        stretch.add(row.ids()[t]);
      } else if (!stretch.isEmpty()) {
        stretches.add(
            tokenizer.decode(stretch.stream().mapToInt(Integer::intValue).toArray(), false));
        stretch.clear();
      }
    }
    return stretches;
  }
}
