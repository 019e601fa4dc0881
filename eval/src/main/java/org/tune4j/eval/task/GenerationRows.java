package org.tune4j.eval.task;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.eval.PromptAnswers;
import org.tune4j.eval.result.EvalRow;

/** What a model writes behind prompts. */
final class GenerationRows implements TaskRows {
  private final List<PromptRow> prompts;
  private final PromptAnswers answers;

  GenerationRows(List<PromptRow> prompts, PromptAnswers answers) {
    this.prompts = prompts;
    this.answers = answers;
  }

  @Override
  public List<EvalRow> of(BoundModel model) {
    List<String> outputs =
        answers.of(
            model,
            prompts.stream().map(PromptRow::ids).toList(),
            prompts.stream().map(PromptRow::where).toList());
    List<EvalRow> rows = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      PromptRow prompt = prompts.get(i);
      rows.add(
          new EvalRow.Completion(
              prompt.where(), prompt.text(), prompt.references(), outputs.get(i)));
    }
    return rows;
  }
}
