package org.tune4j.engine.data.form;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads texts with labels. */
final class LabelReader {
  private LabelReader() {}

  /** The text of a row, or the first of two. */
  private static String text(Columns row) throws BadColumnException {
    return row.text(row.has("text") ? "text" : "sentence1");
  }

  /** The second text of a row. */
  private static Optional<String> pair(Columns row) throws BadColumnException {
    if (!row.has("text")) {
      return Optional.of(row.text("sentence2"));
    }
    return row.has("text_pair") ? Optional.of(row.text("text_pair")) : Optional.empty();
  }

  /** A row of one text or two, without a label. */
  static ExampleForm pairOf(Columns row) throws BadColumnException {
    return new ExampleForm.TextPair(text(row), pair(row).orElseThrow());
  }

  /** A row of one text or two with column {@code label}. */
  static ExampleForm label(Columns row) throws BadColumnException {
    return new ExampleForm.Labelled(text(row), pair(row), row.scalar("label"));
  }

  /**
   * Column {@code labels}: a list of names, a list of 0 and 1, or one label as in {@code label}.
   */
  static ExampleForm labels(Columns row) throws BadColumnException {
    JsonNode labels = row.row().path("labels");
    if (!labels.isArray()) {
      return new ExampleForm.Labelled(text(row), pair(row), row.scalar("labels"));
    }
    if (labels.isEmpty() || labels.path(0).isTextual()) {
      return new ExampleForm.MultiLabelled(text(row), pair(row), row.texts("labels"));
    }
    List<Boolean> right = new ArrayList<>();
    for (JsonNode label : labels) {
      boolean isOne =
          label.isBoolean() ? label.booleanValue() : label.isNumber() && label.doubleValue() == 1;
      if (!isOne && !label.isBoolean() && !(label.isNumber() && label.doubleValue() == 0)) {
        throw new BadColumnException(
            "column 'labels[%d]' is %s, wanted is 0 or 1 for each label, or the names of those that are right"
                .formatted(right.size(), label.isNumber() ? label : label.getNodeType()));
      }
      right.add(isOne);
    }
    return new ExampleForm.LabelVector(text(row), pair(row), right);
  }
}
