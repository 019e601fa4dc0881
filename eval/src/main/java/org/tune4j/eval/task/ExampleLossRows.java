package org.tune4j.eval.task;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.form.FormText;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.eval.result.EvalRow;

/** How probable a model finds what it is to learn of examples: their labelled tokens. */
public final class ExampleLossRows implements TaskRows {
  private final List<EncodedExample> encoded = new ArrayList<>();
  private final List<FormText> texts = new ArrayList<>();

  /**
   * Rows of these examples.
   *
   * @param data how they are read; the same as in training
   * @throws DataException if rows cannot be used, or none has a label
   */
  public ExampleLossRows(Tokenizer tokenizer, DataConfig data, ExampleSource heldOut) {
    try (Examples examples = Examples.of(heldOut, data)) {
      new EncodedExamples(examples, new ExampleEncoder(tokenizer, data))
          .all(
              (example, tokens) ->
                  tokens
                      .kept()
                      .ifPresent(
                          kept -> {
                            encoded.add(kept);
                            texts.add(FormText.of(example.form()));
                          }));
    }
    if (encoded.isEmpty()) {
      throw new DataException("evaluation: no held-out example has a labelled token");
    }
  }

  @Override
  public List<EvalRow> of(BoundModel model) {
    List<EvalRow> rows = new ArrayList<>();
    for (int i = 0; i < encoded.size(); i++) {
      EncodedExample example = encoded.get(i);
      String wanted = texts.get(i).wanted();
      try (TensorScope work = model.workScope()) {
        LossSum loss =
            new CausalLmObjective().loss(model, model.upload(Batch.of(List.of(example)), work));
        rows.add(
            new EvalRow.TextLoss(
                example.source(),
                texts.get(i).prompt() + wanted,
                loss.sum(),
                (long) loss.weight(),
                wanted.strip().split("\\s+").length,
                wanted.getBytes(StandardCharsets.UTF_8).length));
      }
    }
    return rows;
  }
}
