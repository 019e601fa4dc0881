package org.tune4j.engine.preflight;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.FormText;

/**
 * A row of data as the pre-flight report looks at it. Texts are as a person reads them; of a
 * conversation, everything before the last answer is the input.
 *
 * @param file where the row stands
 * @param line its line there, from 1; file and line together belong to one row only
 * @param form what input and outputs mean
 * @param input what is given, or all of a text that is learned as a whole
 * @param outputs what is wanted: none for a text, one label or any number, one tag a token, two
 *     answers of a pair, else at least one answer
 * @param encoded the row in tokens; empty if it is not learned token by token, as labelled rows are
 *     not
 */
public record PreflightRow(
    String file,
    long line,
    Form form,
    String input,
    List<String> outputs,
    Optional<Encoded> encoded) {

  /** What a row is made of. */
  public enum Form {
    /** A text that is learned as a whole. */
    TEXT,
    /** Something to answer, and answers. */
    ANSWER,
    /** Something to answer, and two answers, the better one first. */
    PAIR,
    /** A text and its class. */
    LABEL,
    /** A text and any number of classes. */
    LABELS,
    /** Tokens, as one text with spaces where the language has them, and a tag for each. */
    TAGS;

    /** Whether the outputs are classes and no text. */
    boolean isLabelled() {
      return this == LABEL || this == LABELS || this == TAGS;
    }
  }

  public PreflightRow {
    outputs = List.copyOf(outputs);
    boolean fits =
        switch (form) {
          case TEXT -> outputs.isEmpty();
          case ANSWER -> !outputs.isEmpty();
          case PAIR -> outputs.size() == 2;
          case LABEL -> outputs.size() == 1;
          case LABELS, TAGS -> true;
        };
    if (!fits) {
      throw new ConfigException(
          "%s:%d: a row of form %s cannot have %d outputs"
              .formatted(file, line, form, outputs.size()));
    }
  }

  /**
   * A row of a data set.
   *
   * @param encoded its tokens, if it is learned token by token
   */
  public static PreflightRow of(Example example, Optional<Encoded> encoded) {
    ExampleForm form = example.form();
    FormText text = FormText.of(form);
    if (form instanceof ExampleForm.Text) {
      return of(example, Form.TEXT, text.wanted(), List.of(), encoded);
    }
    if (form instanceof ExampleForm.Labelled) {
      return of(example, Form.LABEL, text.prompt(), List.of(text.wanted()), encoded);
    }
    if (form instanceof ExampleForm.MultiLabelled labelled) {
      return of(example, Form.LABELS, text.prompt(), labelled.labels(), encoded);
    }
    if (form instanceof ExampleForm.LabelVector vector) {
      return of(example, Form.LABELS, text.prompt(), vector.right(), encoded);
    }
    if (form instanceof ExampleForm.Tagged tagged) {
      return of(example, Form.TAGS, text.prompt(), tagged.tags(), encoded);
    }
    if (form instanceof ExampleForm.Preference pair) {
      return of(
          example,
          Form.PAIR,
          text.prompt(),
          List.of(FormText.text(pair.chosen()), FormText.text(pair.rejected())),
          encoded);
    }
    return of(example, Form.ANSWER, text.prompt(), List.of(text.wanted()), encoded);
  }

  private static PreflightRow of(
      Example example, Form form, String input, List<String> outputs, Optional<Encoded> encoded) {
    return new PreflightRow(example.source(), example.line(), form, input, outputs, encoded);
  }

  /** File and line. */
  String where() {
    return file + ":" + line;
  }

  /** Everything in it that is text; neither labels nor tags are. */
  Stream<String> texts() {
    return form.isLabelled() ? Stream.of(input) : Stream.concat(Stream.of(input), outputs.stream());
  }
}
