package org.tune4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.RowTable;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.robustness.Attack;
import org.tune4j.eval.robustness.AttackSummary;
import org.tune4j.eval.robustness.Attacks;
import org.tune4j.eval.robustness.AugmentedRows;
import org.tune4j.eval.robustness.Augmenter;
import org.tune4j.eval.robustness.LabelledText;
import org.tune4j.eval.stats.Proportion;
import org.tune4j.testdata.DemoFiles;

/**
 * Attacks the sentiment classifier of {@link ClassifySentiment}, trains one that learns from
 * changed copies of the rows and from perturbed vectors too, and attacks that: how much accuracy
 * that costs, and how much less often attacks succeed.
 */
public final class HardenSentiment {
  /** The ways in which copies are changed. */
  private static final Augmenter AUGMENTER =
      new Augmenter(named("deepwordbug", "lookalike", "homophone", "synonym"), 0.2);

  private static final double ADVERSARIAL_EPSILON = 0.3;
  private static final long SEED = 11;

  private static final TrainConfig TRAINING =
      TrainConfig.builder()
          .learningRate(2e-3)
          .numTrainEpochs(3)
          .warmupSteps(10)
          .perDeviceTrainBatchSize(16)
          .build();

  private HardenSentiment() {}

  /**
   * Arguments: a folder to work in, in which there is no {@code plain} yet; the seed of the
   * attacks; how many held-out reviews are attacked; by which attacks.
   */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    Path train = DemoRows.sentiment(work.resolve("train.jsonl"), 2000, false);
    Path heldOut = DemoRows.sentiment(work.resolve("held-out.jsonl"), 400, true);
    run(
        model,
        train,
        heldOut,
        named(arguments[3].split(",")),
        Integer.parseInt(arguments[2]),
        Long.parseLong(arguments[1]),
        work);
    System.exit(0);
  }

  private static List<Attack> named(String... names) {
    return Stream.of(names).map(Attacks::named).toList();
  }

  /**
   * What attacks can do to a classifier.
   *
   * @param accuracy on all held-out rows as they are
   * @param success of each attack, by its name
   */
  record Robustness(double accuracy, Map<String, Proportion> success) {}

  /** Plain and hardened. */
  record Compared(Robustness plain, Robustness hardened) {}

  /**
   * Trains both, attacks both, and prints and returns what was found.
   *
   * @param count how many held-out rows are attacked
   * @param seed of the attacks
   */
  static Compared run(
      Path model, Path train, Path heldOut, List<Attack> attacks, int count, long seed, Path work) {
    ExampleSource rows = new DataFiles().open(train);
    Robustness plain;
    try (SentimentClassifier classifier =
        SentimentClassifier.train(
            model, rows, ClassifySentiment.TRAINING, 0, work.resolve("plain"))) {
      plain = robustness("plain", classifier, heldOut, attacks, count, seed);
    }
    try (RowTable augmented = AugmentedRows.of(rows, SentimentClassifier.DATA, AUGMENTER, 1, SEED);
        SentimentClassifier classifier =
            SentimentClassifier.train(
                model, augmented, TRAINING, ADVERSARIAL_EPSILON, work.resolve("hardened"))) {
      return new Compared(plain, robustness("hardened", classifier, heldOut, attacks, count, seed));
    }
  }

  private static Robustness robustness(
      String name,
      SentimentClassifier classifier,
      Path heldOut,
      List<Attack> attacks,
      int count,
      long seed) {
    double accuracy = classifier.evaluate(heldOut).get("eval_accuracy");
    System.out.println(String.format(Locale.ROOT, "%s: accuracy %.4f", name, accuracy));
    Map<String, Proportion> success = new LinkedHashMap<>();
    try (Examples examples = Examples.of(new DataFiles().open(heldOut), SentimentClassifier.DATA)) {
      List<LabelledText> texts =
          examples.all().stream().limit(count).map(LabelledText::of).toList();
      for (Attack attack : attacks) {
        AttackSummary summary = attack.run(classifier.attacked(), texts, seed, result -> {});
        Proportion rate = summary.successRate().orElseThrow();
        success.put(attack.name(), rate);
        System.out.println(
            String.format(
                Locale.ROOT,
                "%s: %s succeeds %d of %d times, %.3f (95 %%: %.3f to %.3f)",
                name,
                attack.name(),
                rate.successes(),
                rate.trials(),
                rate.value(),
                rate.wilson(0.95).low(),
                rate.wilson(0.95).high()));
      }
    }
    return new Robustness(accuracy, success);
  }
}
