package org.tune4j.eval.task;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.eval.WindowedPerplexity;
import org.tune4j.eval.result.EvalRow;

/** How probable a model finds texts, read in windows where they are long. */
final class LossRows implements TaskRows {
  private final Tokenizer tokenizer;
  private final WindowedPerplexity windows;
  private final List<String> where;
  private final List<String> texts;

  LossRows(
      Tokenizer tokenizer, WindowedPerplexity windows, List<String> where, List<String> texts) {
    this.tokenizer = tokenizer;
    this.windows = windows;
    this.where = where;
    this.texts = texts;
  }

  @Override
  public List<EvalRow> of(BoundModel model) {
    List<EvalRow> rows = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      LossSum loss = windows.measure(model, tokenizer.encode(text, true).ids()).loss();
      rows.add(
          new EvalRow.TextLoss(
              where.get(i),
              text,
              loss.sum(),
              (long) loss.weight(),
              text.strip().split("\\s+").length,
              text.getBytes(StandardCharsets.UTF_8).length));
    }
    return rows;
  }
}
