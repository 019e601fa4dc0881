package org.tune4j.eval.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/**
 * Grades answers one by one from 1 to 10, as MT-Bench does (Zheng et al. 2023): the judge explains
 * itself and ends with {@code [[grade]]}. Where a row has a reference, the judge sees it.
 */
public final class LlmJudge {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,2}(\\.\\d{1,3})?");
  private static final double LEAST = 1;
  private static final double MOST = 10;

  private final Panel panel;

  /**
   * Asks with our own wording.
   *
   * @param name what the judge is called in signatures
   * @param concurrency how many questions are under way at once
   */
  public LlmJudge(ChatModel judge, String name, int concurrency) {
    this(
        new Panel(
            judge,
            name,
            concurrency,
            JudgeTemplate.own(JudgeTemplate.Kind.SINGLE, "single.txt"),
            JudgeTemplate.own(JudgeTemplate.Kind.SINGLE, "single-with-reference.txt")));
  }

  private LlmJudge(Panel panel) {
    this.panel = panel;
  }

  /** The same judge, asked by another template of {@link JudgeTemplate.Kind#SINGLE}. */
  public LlmJudge asking(JudgeTemplate template) {
    return new LlmJudge(panel.asking(template));
  }

  /**
   * Grades answers.
   *
   * @throws DataException if there is none, or a row lacks the reference that the template shows
   * @throws EndpointException if the judge cannot be asked
   */
  public Ratings judge(List<JudgeRow> rows) {
    Inputs.notEmpty("judge", rows.size());
    List<ChatPrompt> questions = new ArrayList<>();
    for (JudgeRow row : rows) {
      questions.add(panel.question(row, Map.of(JudgeTemplate.ANSWER, row.answer())));
    }
    List<Asked> asked = panel.ask(questions);
    List<Rating> ratings = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Asked each = asked.get(i);
      Optional<Double> grade = each.mark().flatMap(LlmJudge::grade);
      ratings.add(
          new Rating(
              rows.get(i), grade, each.reply().text(), grade.isPresent() ? "" : each.failure()));
    }
    return new Ratings(ratings, panel.signature(rows));
  }

  private static Optional<Double> grade(String mark) {
    if (!NUMBER.matcher(mark).matches()) {
      return Optional.empty();
    }
    double grade = Double.parseDouble(mark);
    return grade >= LEAST && grade <= MOST ? Optional.of(grade) : Optional.empty();
  }
}
