package org.tune4j.eval.robustness;

import java.util.List;
import java.util.Map;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.RowTable;
import org.tune4j.engine.data.source.RowTables;

/** Rows to train on, and behind them what an {@link Augmenter} makes of them. */
public final class AugmentedRows {
  private AugmentedRows() {}

  /**
   * Augments rows of a text and its label.
   *
   * @param config how rows are read
   * @param copies as for {@link Augmenter#augment}
   * @param seed what random draws depend on
   * @return a table of all, to be closed
   * @throws org.tune4j.engine.DataException if a row is none of one text and one label
   */
  public static RowTable of(
      ExampleSource rows, DataConfig config, Augmenter augmenter, int copies, long seed) {
    List<LabelledText> texts;
    try (Examples examples = Examples.of(rows, config)) {
      texts = examples.all().stream().map(LabelledText::of).toList();
      examples.bad().throwIfFailing();
    }
    List<Map<String, String>> changed =
        augmenter.augment(texts, copies, seed).stream()
            .map(text -> Map.of("text", text.text(), "label", text.label()))
            .toList();
    BadRows bad = new BadRows(config.skipBadRows() ? BadRows.Policy.SKIP : BadRows.Policy.FAIL);
    return RowTables.of(bad, rows, ExampleSource.of(changed, "augmented"));
  }
}
