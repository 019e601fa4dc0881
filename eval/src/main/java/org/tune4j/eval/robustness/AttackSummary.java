package org.tune4j.eval.robustness;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.tune4j.eval.Inputs;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.stats.Proportion;

/**
 * The figures of an attack, as TextAttack defines them.
 *
 * @param attack its name
 * @param successful texts that are not labelled rightly any more
 * @param failed texts that still are
 * @param skipped texts that were labelled wrongly to begin with
 * @param wordsChanged mean share of words changed, of successful attacks; empty if none was
 * @param queries mean queries of a text that was attacked; empty if none was
 */
public record AttackSummary(
    String attack,
    int successful,
    int failed,
    int skipped,
    OptionalDouble wordsChanged,
    OptionalDouble queries) {
  /**
   * That of results.
   *
   * @throws org.tune4j.engine.DataException if there are none
   */
  public static AttackSummary of(String attack, List<AttackResult> results) {
    Inputs.notEmpty("attack " + attack, results.size());
    return new AttackSummary(
        attack,
        (int) with(results, Outcome.SUCCESSFUL).count(),
        (int) with(results, Outcome.FAILED).count(),
        (int) with(results, Outcome.SKIPPED).count(),
        with(results, Outcome.SUCCESSFUL)
            .mapToDouble(result -> (double) result.wordsChanged() / result.words())
            .average(),
        results.stream()
            .filter(result -> result.outcome() != Outcome.SKIPPED)
            .mapToInt(AttackResult::queries)
            .average());
  }

  private static Stream<AttackResult> with(List<AttackResult> results, Outcome outcome) {
    return results.stream().filter(result -> result.outcome() == outcome);
  }

  /** All of them, with 95 % intervals (Wilson's) of shares. */
  public List<Figure> figures() {
    int attacked = successful + failed;
    return List.of(
        successRate()
            .map(rate -> share("attack_success_rate", rate, false))
            .orElse(Figure.of("attack_success_rate", Double.NaN, 0, false)),
        share("original_accuracy", originalAccuracy(), true),
        share("accuracy_under_attack", accuracyUnderAttack(), true),
        Figure.of("words_changed", wordsChanged.orElse(Double.NaN), successful, true),
        Figure.of("queries", queries.orElse(Double.NaN), attacked, true));
  }

  private static Figure share(String name, Proportion share, boolean higherIsBetter) {
    return Figure.of(name, share.value(), share.trials(), higherIsBetter)
        .with(share.wilson(Certainty.DEFAULT.level()));
  }

  /** Attacks that succeeded, of those that were tried; empty if none was. */
  public Optional<Proportion> successRate() {
    int tried = successful + failed;
    return tried == 0 ? Optional.empty() : Optional.of(new Proportion(successful, tried));
  }

  /** Texts that were labelled rightly before the attack, of all. */
  public Proportion originalAccuracy() {
    return new Proportion(successful + failed, successful + failed + skipped);
  }

  /** Texts that are labelled rightly after the attack, of all. */
  public Proportion accuracyUnderAttack() {
    return new Proportion(failed, successful + failed + skipped);
  }
}
