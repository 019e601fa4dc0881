package org.tune4j.eval.task;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.Row;

/**
 * The texts that rows become: description, solved examples, prompt, as lm-evaluation-harness joins
 * them.
 */
final class PromptTexts {
  private final PromptConfig config;
  private final String front;

  /**
   * Texts by a configuration.
   *
   * @param fewshot gives as many rows of solved examples as are wanted
   */
  PromptTexts(PromptConfig config, ExampleSource fewshot) {
    this.config = config;
    this.front = config.description() + (config.numFewshot() > 0 ? solved(fewshot) : "");
  }

  private String solved(ExampleSource fewshot) {
    List<Row> rows = made(fewshot, row -> row);
    if (rows.size() < config.numFewshot()) {
      throw new DataException(
          "fewshot_dataset_path: has %d rows, wanted num_fewshot %d"
              .formatted(rows.size(), config.numFewshot()));
    }
    StringBuilder text = new StringBuilder();
    for (Row row : rows) {
      text.append(config.docToText().text(row))
          .append(config.targetDelimiter())
          .append(target(row))
          .append(config.fewshotDelimiter());
    }
    return text.toString();
  }

  private String target(Row row) {
    if (config.docToChoice().isEmpty()) {
      return config.docToTarget().texts(row).get(0);
    }
    List<String> choices = choices(row);
    return choices.get(answer(row, choices));
  }

  /** A row's prompt. */
  String prompt(Row row) {
    return front + config.docToText().text(row);
  }

  /** The answers to choose from. */
  List<String> choices(Row row) {
    return config
        .choiceList()
        .map(list -> list.texts(row))
        .orElseGet(() -> config.docToChoice().stream().map(each -> each.text(row)).toList());
  }

  /** Which answer is right, by its number or by its text. */
  int answer(Row row, List<String> choices) {
    String target = config.docToTarget().text(row);
    int at = choices.indexOf(target);
    if (at < 0 && target.matches("\\d{1,6}")) {
      at = Integer.parseInt(target);
    }
    if (at < 0 || at >= choices.size()) {
      throw new DataException(
          "%s: doc_to_target is '%s', wanted the number of a choice from 0, or one of %s"
              .formatted(row.where(), target, choices));
    }
    return at;
  }

  /**
   * What the rows of a source become.
   *
   * @throws DataException if there is none, or rows cannot be used
   */
  static <T> List<T> made(ExampleSource source, Function<Row, T> maker) {
    BadRows bad = new BadRows(BadRows.Policy.FAIL);
    List<T> made = new ArrayList<>();
    try (Stream<Row> rows = source.rows(bad)) {
      rows.map(maker).forEach(made::add);
    }
    bad.throwIfFailing();
    if (made.isEmpty()) {
      throw new DataException("evaluation: there is no row");
    }
    return made;
  }
}
