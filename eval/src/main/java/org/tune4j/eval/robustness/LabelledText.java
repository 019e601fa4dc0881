package org.tune4j.eval.robustness;

import org.tune4j.engine.DataException;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.form.ExampleForm;

/**
 * A text to attack.
 *
 * @param where it stands, for messages and records
 * @param label the right one, by its name or number
 */
public record LabelledText(String where, String text, String label) {
  /**
   * That of a row.
   *
   * @throws DataException if it is none of one text and one label
   */
  public static LabelledText of(Example row) {
    if (row.form() instanceof ExampleForm.Labelled labelled && labelled.pair().isEmpty()) {
      return new LabelledText(row.where(), labelled.text(), labelled.label());
    }
    throw new DataException(
        "%s: a row of %s, wanted is one text and its label"
            .formatted(row.where(), row.form().getClass().getSimpleName()));
  }
}
