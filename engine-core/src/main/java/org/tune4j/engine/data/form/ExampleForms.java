package org.tune4j.engine.data.form;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.Shortened;

/**
 * The forms that columns can have, and which of them a row has. A row must have exactly one: what
 * could be read in two ways is refused, not guessed.
 */
public final class ExampleForms {
  private static final String PROMPT = "prompt";
  private static final String COMPLETION = "completion";

  /**
   * A way to write a form.
   *
   * @param columns those that must be there
   */
  private record Spelling(List<String> columns, Reader reader) {
    boolean fits(Columns row) {
      return columns.stream().allMatch(row::has);
    }
  }

  @FunctionalInterface
  private interface Reader {
    ExampleForm read(Columns row) throws BadColumnException;
  }

  /** Where two fit, the one with more columns is meant if it has all of the other's. */
  private static final List<Spelling> SPELLINGS =
      List.of(
          spelling(row -> new ExampleForm.Text(row.text("text")), "text"),
          spelling(LabelReader::pairOf, "text", "text_pair"),
          spelling(LabelReader::pairOf, "sentence1", "sentence2"),
          spelling(LabelReader::label, "text", "label"),
          spelling(LabelReader::label, "text", "text_pair", "label"),
          spelling(LabelReader::label, "sentence1", "sentence2", "label"),
          spelling(LabelReader::labels, "text", "labels"),
          spelling(LabelReader::labels, "text", "text_pair", "labels"),
          spelling(LabelReader::labels, "sentence1", "sentence2", "labels"),
          spelling(row -> new ExampleForm.Words(row.scalars("tokens")), "tokens"),
          spelling(
              row -> new ExampleForm.Tagged(row.scalars("tokens"), row.scalars("tags")),
              "tokens",
              "tags"),
          spelling(
              row -> new ExampleForm.Tagged(row.scalars("tokens"), row.scalars("ner_tags")),
              "tokens",
              "ner_tags"),
          spelling(
              row -> new ExampleForm.Conversation(MessageReader.messages(row, "messages")),
              "messages"),
          spelling(
              row -> new ExampleForm.Conversation(MessageReader.shareGpt(row)), "conversations"),
          spelling(
              row -> new ExampleForm.Conversation(MessageReader.alpaca(row)),
              "instruction",
              "output"),
          spelling(row -> new ExampleForm.Prompt(turns(row, PROMPT)), PROMPT),
          spelling(
              row -> new ExampleForm.PromptCompletion(turns(row, PROMPT), turns(row, COMPLETION)),
              PROMPT,
              COMPLETION),
          spelling(
              row -> new ExampleForm.PromptCompletion(turns(row, "question"), turns(row, "answer")),
              "question",
              "answer"),
          spelling(
              row ->
                  new ExampleForm.Unpaired(
                      turns(row, PROMPT), turns(row, COMPLETION), row.truth("label")),
              PROMPT,
              COMPLETION,
              "label"),
          spelling(
              row ->
                  new ExampleForm.Stepwise(
                      row.text(PROMPT), row.scalars("completions"), row.truths("labels")),
              PROMPT,
              "completions",
              "labels"),
          spelling(
              row ->
                  new ExampleForm.Preference(
                      Turns.NONE, turns(row, "chosen"), turns(row, "rejected"), margin(row)),
              "chosen",
              "rejected"),
          spelling(
              row ->
                  new ExampleForm.Preference(
                      turns(row, PROMPT),
                      turns(row, "chosen"),
                      turns(row, "rejected"),
                      margin(row)),
              PROMPT,
              "chosen",
              "rejected"));

  private ExampleForms() {}

  private static Spelling spelling(Reader reader, String... columns) {
    return new Spelling(List.of(columns), reader);
  }

  /**
   * The form of a row.
   *
   * @throws BadColumnException if its columns make no form, or more than one, or have wrong types
   */
  public static ExampleForm of(ObjectNode columns) throws BadColumnException {
    Columns row = new Columns(columns);
    List<Spelling> fitting = SPELLINGS.stream().filter(s -> s.fits(row)).toList();
    List<Spelling> meant =
        fitting.stream()
            .filter(
                s -> fitting.stream().noneMatch(t -> t != s && t.columns.containsAll(s.columns)))
            .toList();
    if (meant.size() != 1) {
      throw new BadColumnException(
          meant.isEmpty()
              ? "columns %s make no example; wanted are %s".formatted(names(columns), wanted())
              : "columns %s can be read as more than one example: %s; name the columns that are meant"
                  .formatted(names(columns), meant.stream().map(Spelling::columns).toList()));
    }
    try {
      return meant.get(0).reader.read(row);
    } catch (ConfigException e) {
      throw new BadColumnException(e.getMessage());
    }
  }

  /** What the row gives a chat template besides messages. */
  public static ChatContext context(ObjectNode columns) throws BadColumnException {
    if (!columns.has("tools")
        && !columns.has("functions")
        && !columns.has("documents")
        && !columns.has("chat_template_kwargs")) {
      return ChatContext.NONE;
    }
    Columns row = new Columns(columns);
    return new ChatContext(
        MessageReader.tools(row), row.objects("documents"), row.object("chat_template_kwargs"));
  }

  /** Column {@code task_id} as it is written, where the row has it. */
  public static Optional<String> taskId(ObjectNode columns) {
    return columns.hasNonNull("task_id")
        ? Optional.of(columns.get("task_id").asText())
        : Optional.empty();
  }

  private static Turns turns(Columns row, String column) throws BadColumnException {
    return row.row().path(column).isArray()
        ? MessageReader.messages(row, column)
        : new Turns.Plain(row.text(column));
  }

  /** Of two answers; a column that any row may leave out. */
  private static double margin(Columns row) throws BadColumnException {
    JsonNode margin = row.row().path("margin");
    if (margin.isMissingNode() || margin.isNull()) {
      return 0;
    }
    if (!margin.isNumber()) {
      throw new BadColumnException(
          "column 'margin' is %s, wanted is a number".formatted(Shortened.text(margin.toString())));
    }
    return margin.doubleValue();
  }

  private static List<String> names(ObjectNode columns) {
    return StreamSupport.stream(((Iterable<String>) columns::fieldNames).spliterator(), false)
        .toList();
  }

  private static String wanted() {
    List<String> all = new ArrayList<>();
    SPELLINGS.forEach(s -> all.add(String.join(" + ", s.columns)));
    return String.join(", or ", all);
  }
}
