package org.tune4j.eval.robustness;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.tune4j.engine.DataException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.SplitMix64;
import org.tune4j.engine.data.form.Labels;

/**
 * A way to make a classifier label a text wrongly by changing words of it. What it does depends on
 * the classifier, the text, the seed and the number of the row, and on nothing else.
 */
public final class Attack {
  private final String name;
  private final String description;
  private final Search search;
  private final Transformation transformation;
  private final Constraints constraints;

  Attack(
      String name,
      String description,
      Search search,
      Transformation transformation,
      Constraints constraints) {
    this.name = name;
    this.description = description;
    this.search = search;
    this.transformation = transformation;
    this.constraints = constraints;
  }

  /** Its name on the command line and in files. */
  public String name() {
    return name;
  }

  /** What it does, in one line. */
  public String description() {
    return description;
  }

  /** Whether it needs a {@link DifferentiableClassifier}. */
  public boolean needsGradient() {
    return transformation instanceof GradientSwaps;
  }

  /** What comes of a text by changing that word, whatever a classifier says; none if it may not. */
  List<AttackedText> changesOf(
      int word, AttackedText current, AttackedText original, SplittableRandom random) {
    return constraints.allowsChangeOf(word, current, original)
        ? transformation.of(current, List.of(word), null, random)
        : List.of();
  }

  /**
   * Attacks texts, one after the other.
   *
   * @param seed what random draws depend on, with the number of the row
   * @param use is told of each result
   * @throws DataException if there is no text, one is blank or the classifier cannot read it, or
   *     has a label that the classifier does not tell apart
   * @throws org.tune4j.engine.ConfigException if the classifier has no gradient that is needed
   */
  public AttackSummary run(
      TextClassifier classifier, List<LabelledText> rows, long seed, Consumer<AttackResult> use) {
    if (needsGradient()) {
      GradientSwaps.differentiable(classifier);
    }
    Labels labels = new Labels(classifier.labels());
    int[] right = rows.stream().mapToInt(row -> label(row, labels)).toArray();
    float[][] said =
        Victim.probabilities(classifier, rows.stream().map(LabelledText::text).toList());
    List<AttackResult> results = new ArrayList<>();
    for (int r = 0; r < said.length; r++) {
      Victim victim = new Victim(classifier, right[r]);
      victim.tell(rows.get(r).text(), said[r]);
      long state = SplitMix64.next(seed) + SplitMix64.GOLDEN_GAMMA * r;
      AttackResult result =
          attack(rows.get(r), victim, new SplittableRandom(SplitMix64.mixed(state)));
      results.add(result);
      use.accept(result);
    }
    return AttackSummary.of(name, results);
  }

  private static int label(LabelledText row, Labels labels) {
    if (row.text().isBlank()) {
      throw new DataException(row.where() + ": the text is blank, there is nothing to attack");
    }
    OptionalInt id = labels.idOf(row.label());
    if (id.isEmpty()) {
      throw new DataException(
          "%s: label '%s', wanted is one of %d, the nearest '%s'"
              .formatted(
                  row.where(),
                  Shortened.text(row.label()),
                  labels.size(),
                  NearestName.of(Shortened.text(row.label()), labels.names())));
    }
    return id.getAsInt();
  }

  private AttackResult attack(LabelledText row, Victim victim, SplittableRandom random) {
    Answer original = victim.ask(List.of(WordCutter.cut(row.text()))).get(0);
    Answer last =
        original.succeeded()
            ? original
            : search.run(new Attempt(original, victim, transformation, constraints, random));
    List<String> names = victim.classifier().labels();
    return new AttackResult(
        row.where(),
        original.succeeded()
            ? Outcome.SKIPPED
            : last.succeeded() ? Outcome.SUCCESSFUL : Outcome.FAILED,
        names.get(victim.label()),
        row.text(),
        names.get(original.said()),
        last.text().text(),
        names.get(last.said()),
        last.score(),
        victim.queries(),
        original.text().words().size(),
        last.text().changed(original.text()));
  }
}
