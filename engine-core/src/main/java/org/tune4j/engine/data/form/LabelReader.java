package org.tune4j.engine.data.form;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Reads texts with labels. */
final class LabelReader {
  private LabelReader() {}

  /** The text of a labelled row. */
  static String text(Columns row) throws BadColumnException {
    if (row.has("text_pair")) {
      throw new BadColumnException(
          "column 'text_pair': a label of two texts is not learned; join them into text, or leave"
              + " the column out with the option columns");
    }
    return row.text("text");
  }

  /**
   * Column {@code labels}: a list of names, a list of 0 and 1, or one label as in {@code label}.
   */
  static ExampleForm labels(Columns row) throws BadColumnException {
    JsonNode labels = row.row().path("labels");
    if (!labels.isArray()) {
      return new ExampleForm.Labelled(text(row), row.scalar("labels"));
    }
    if (labels.isEmpty() || labels.path(0).isTextual()) {
      return new ExampleForm.MultiLabelled(text(row), row.texts("labels"));
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
    return new ExampleForm.LabelVector(text(row), right);
  }
}
