package org.tune4j.eval.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.eval.stats.Proportion;

class AttackTest {
  private static final Map<String, Double> WEIGHTS =
      Map.of("good", 2.0, "room", 0.5, "decent", 1.0, "chamber", -1.0, "bad", -3.0);

  private static final WordSwap SYNONYMS =
      (word, random) ->
          Map.of("good", List.of("decent"), "room", List.of("chamber"))
              .getOrDefault(word, List.of());

  private static ToyClassifier toy() {
    return new ToyClassifier(word -> WEIGHTS.getOrDefault(word, 0.0));
  }

  private static Attack attack(WordSwap swap) {
    return new Attack(
        "toy",
        "",
        Search.ranked(WordImportance.WEIGHTED_SALIENCY),
        Transformation.of(swap),
        Constraints.NONE);
  }

  private static LabelledText row(String text, String label) {
    return new LabelledText("rows:1", text, label);
  }

  private static List<AttackResult> run(Attack attack, LabelledText... rows) {
    List<AttackResult> results = new ArrayList<>();
    attack.run(toy(), List.of(rows), 1, results::add);
    return results;
  }

  static List<Attack> blackBox() {
    return Attacks.all().stream().filter(attack -> !attack.needsGradient()).toList();
  }

  @Test
  void successIsOfThoseThatWereRight() {
    WordSwap swap = (word, random) -> word.equals("good") ? List.of("bad") : List.of();
    AttackSummary summary =
        attack(swap)
            .run(
                toy(),
                List.of(
                    row("good room", "positive"), // made wrong
                    row("room", "positive"), // nothing to change
                    row("decent", "positive"),
                    row("good", "negative"), // wrong as it is
                    row("good decent", "1")), // still right: -3 + 1 < 0, so made wrong
                1,
                result -> {});
    assertThat(summary.successful()).isEqualTo(2);
    assertThat(summary.failed()).isEqualTo(2);
    assertThat(summary.skipped()).isEqualTo(1);
    assertThat(summary.successRate()).contains(new Proportion(2, 4));
    assertThat(summary.originalAccuracy()).isEqualTo(new Proportion(4, 5));
    assertThat(summary.accuracyUnderAttack()).isEqualTo(new Proportion(2, 5));
    assertThat(summary.wordsChanged()).hasValue(0.5);
    assertThat(summary.figures().get(0).name()).isEqualTo("attack_success_rate");
    assertThat(summary.figures().get(0).interval().orElseThrow().low()).isBetween(0.0, 0.5);
  }

  @Test
  void nothingTriedIsNoRate() {
    AttackSummary summary =
        attack(SYNONYMS).run(toy(), List.of(row("good", "negative")), 1, result -> {});
    assertThat(summary.successRate()).isEmpty();
    assertThat(summary.queries()).isEmpty();
    assertThat(summary.figures().get(0).isDefined()).isFalse();
  }

  /**
   * Ren et al., 2019, with TextAttack's scores, by hand. The model says 1 / (1 + exp(-2.5)) of the
   * text. Without "good" 1 - p is 0.37754, without "room" 0.11920; their softmax is 0.56422 and
   * 0.43578. The best changes give 0.18243 ("decent room") and 0.26894 ("good chamber").
   */
  @Test
  void weightedSaliencyIsSoftmaxOfSaliencyTimesBestChange() {
    AttackedText text = WordCutter.cut("good room");
    Victim victim = new Victim(toy(), 1);
    Answer original = victim.ask(List.of(text)).get(0);
    Attempt attempt =
        new Attempt(
            original,
            victim,
            Transformation.of(SYNONYMS),
            Constraints.NONE,
            new SplittableRandom(1));
    assertThat(WordImportance.WEIGHTED_SALIENCY.scores(attempt, List.of(0, 1)))
        .containsExactly(new double[] {0.56422 * 0.18243, 0.43578 * 0.26894}, within(1e-5));
    assertThat(WordImportance.WEIGHTED_SALIENCY.order(attempt)).containsExactly(1, 0);
    assertThat(WordImportance.UNKNOWN.order(attempt)).containsExactly(0, 1);
  }

  @ParameterizedTest
  @MethodSource("blackBox")
  void theSameSeedGivesTheSame(Attack attack) {
    List<LabelledText> rows =
        IntStream.range(0, 6)
            .mapToObj(i -> row("The decent room was really good, number " + i, "positive"))
            .toList();
    List<AttackResult> first = new ArrayList<>();
    List<AttackResult> second = new ArrayList<>();
    assertThat(attack.run(toy(), rows, 5, first::add))
        .isEqualTo(attack.run(toy(), rows, 5, second::add));
    assertThat(second).isEqualTo(first);
    List<AttackResult> fewer = new ArrayList<>();
    attack.run(toy(), rows.subList(0, 2), 5, fewer::add);
    assertThat(fewer).isEqualTo(first.subList(0, 2));
  }

  @Test
  void anotherSeedAndAnotherRowDrawAnew() {
    LabelledText[] same = new LabelledText[8];
    Arrays.fill(same, row("room room good wonderful", "positive"));
    Attack attack = Attacks.named("deepwordbug");
    assertThat(run(attack, same).stream().map(AttackResult::perturbed).distinct().count())
        .isGreaterThan(1);
  }

  @ParameterizedTest
  @MethodSource("blackBox")
  void stepsAreAskedForAtOnce(Attack attack) {
    ToyClassifier toy = toy();
    List<AttackResult> results = new ArrayList<>();
    attack.run(toy, List.of(row("The decent room was good", "positive")), 1, results::add);
    // all originals, the ranking, the best changes of it, then a step a word
    assertThat(toy.calls()).isLessThanOrEqualTo(3 + 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"!?…", "7", "x", "  a ", "，。", "好", "the", "\uD83D\uDE00", "a\uD800b"})
  void strangeTextsEndWithoutACrash(String text) {
    for (Attack attack : blackBox()) {
      AttackResult result = run(attack, row(text, "negative")).get(0);
      assertThat(result.original()).isEqualTo(text);
      assertThat(result.outcome()).isNotEqualTo(Outcome.SUCCESSFUL);
    }
  }

  @Test
  void whatCannotBeAttackedIsRefusedByName() {
    Attack attack = attack(SYNONYMS);
    assertThatThrownBy(() -> run(attack, row(" \n", "positive")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("rows:1")
        .hasMessageContaining("blank");
    assertThatThrownBy(() -> run(attack, row("good", "positiv")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("rows:1")
        .hasMessageContaining("'positiv'")
        .hasMessageContaining("'positive'");
    assertThatThrownBy(() -> run(attack)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> run(Attacks.named("hotflip"), row("good", "positive")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("gradient");
    assertThatThrownBy(() -> Attacks.named("pws"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("did you mean pwws?");
  }

  @Test
  void answersThatAreNoProbabilitiesAreRefused() {
    for (float[] wrong :
        new float[][] {{Float.NaN, 1}, {0.5f}, {-0.1f, 1.1f}, {Float.POSITIVE_INFINITY, 0}}) {
      TextClassifier broken =
          new TextClassifier() {
            @Override
            public List<String> labels() {
              return List.of("negative", "positive");
            }

            @Override
            public float[][] probabilities(List<String> texts) {
              return new float[][] {wrong};
            }
          };
      assertThatThrownBy(
              () -> attack(SYNONYMS).run(broken, List.of(row("good", "positive")), 1, result -> {}))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("the classifier");
    }
  }
}
