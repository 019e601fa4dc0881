package org.tune4j.eval.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;
import org.tune4j.eval.judge.Preference.Outcome;

/**
 * Compares the answers of a candidate with those of a baseline, as MT-Bench does (Zheng et al.
 * 2023): the judge explains itself and ends with {@code [[A]]}, {@code [[B]]} or {@code [[C]]} for
 * a tie. Judges favour a position, so each pair is asked in both orders, and a verdict that does
 * not survive the exchange is a tie.
 */
public final class PairwiseJudge {
  /** What the marks say of the answer that stands first. */
  private static final Map<String, Outcome> FIRST =
      Map.of("A", Outcome.WIN, "B", Outcome.LOSS, "C", Outcome.TIE);

  private static final Map<String, Outcome> SECOND =
      Map.of("A", Outcome.LOSS, "B", Outcome.WIN, "C", Outcome.TIE);

  private final Panel panel;

  /**
   * Asks with our own wording.
   *
   * @param name what the judge is called in signatures
   * @param concurrency how many questions are under way at once
   */
  public PairwiseJudge(ChatModel judge, String name, int concurrency) {
    this(
        new Panel(
            judge,
            name,
            concurrency,
            JudgeTemplate.own(JudgeTemplate.Kind.PAIR, "pair.txt"),
            JudgeTemplate.own(JudgeTemplate.Kind.PAIR, "pair-with-reference.txt")));
  }

  private PairwiseJudge(Panel panel) {
    this.panel = panel;
  }

  /** The same judge, asked by another template of {@link JudgeTemplate.Kind#PAIR}. */
  public PairwiseJudge asking(JudgeTemplate template) {
    return new PairwiseJudge(panel.asking(template));
  }

  /**
   * Compares answers.
   *
   * @param candidate answers
   * @param baseline answers to the same prompts in the same order; references are the candidate's
   * @throws DataException if there is none, prompts differ, or a row lacks the reference that the
   *     template shows
   * @throws EndpointException if the judge cannot be asked
   */
  public Preferences judge(List<JudgeRow> candidate, List<JudgeRow> baseline) {
    Inputs.sameLength("judge", candidate.size(), baseline.size());
    List<ChatPrompt> questions = new ArrayList<>();
    for (int i = 0; i < candidate.size(); i++) {
      JudgeRow one = candidate.get(i);
      JudgeRow other = baseline.get(i);
      if (!one.prompt().equals(other.prompt())) {
        throw new DataException(
            one.where() + " and " + other.where() + ": answer different prompts, wanted the same");
      }
      questions.add(question(one, one.answer(), other.answer()));
      questions.add(question(one, other.answer(), one.answer()));
    }
    List<Asked> asked = panel.ask(questions);
    List<Preference> preferences = new ArrayList<>();
    for (int i = 0; i < candidate.size(); i++) {
      preferences.add(
          preference(
              candidate.get(i), baseline.get(i).answer(), asked.get(2 * i), asked.get(2 * i + 1)));
    }
    return new Preferences(preferences, panel.signature(candidate));
  }

  private ChatPrompt question(JudgeRow row, String first, String second) {
    return panel.question(
        row, Map.of(JudgeTemplate.ANSWER_A, first, JudgeTemplate.ANSWER_B, second));
  }

  private static Preference preference(
      JudgeRow row, String baseline, Asked whenFirst, Asked whenSecond) {
    Optional<Outcome> first = whenFirst.mark().map(FIRST::get);
    Optional<Outcome> second = whenSecond.mark().map(SECOND::get);
    String failure = first.isEmpty() ? whenFirst.failure() : "";
    return new Preference(
        row,
        baseline,
        first,
        second,
        whenFirst.reply().text(),
        whenSecond.reply().text(),
        failure.isEmpty() && second.isEmpty() ? whenSecond.failure() : failure);
  }
}
