package org.tune4j.eval.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.eval.robustness.CharacterSwaps.Places;

/**
 * Searches, constraints and figures against TextAttack 0.3.11, text by text. {@code
 * eval/src/test/python/make_attacks.py} writes what they are compared with.
 */
class TextAttackTest {
  /** TextAttack rounds percentages and means so. */
  private static final double ROUNDED = 0.005 + 1e-9;

  private static JsonNode golden() throws IOException {
    return new ObjectMapper().readTree(TextAttackTest.class.getResource("textattack.json"));
  }

  private static WordSwap dictionary(JsonNode synonyms) {
    Map<String, List<String>> words = new HashMap<>();
    synonyms
        .fields()
        .forEachRemaining(
            each -> {
              List<String> others = new ArrayList<>();
              each.getValue().forEach(other -> others.add(other.asText()));
              words.put(each.getKey(), others);
            });
    return (word, random) -> words.getOrDefault(word, List.of());
  }

  private static WordSwap bugs(boolean edges) {
    return CharacterSwaps.all(
        CharacterSwaps.neighbours(Places.ALL, edges), CharacterSwaps.deletion(Places.ALL, edges));
  }

  private static Attack attack(String name, JsonNode golden) {
    Transformation synonyms = Transformation.of(dictionary(golden.path("synonyms")));
    return switch (name) {
      case "delete" ->
          new Attack(
              name,
              "",
              Search.ranked(WordImportance.DELETION),
              synonyms,
              Constraints.NONE.withShareOfWords(0.2));
      case "unk" ->
          new Attack(
              name,
              "",
              Search.ranked(WordImportance.UNKNOWN),
              Transformation.of(bugs(true)),
              Constraints.NONE.withEdits(5));
      case "weighted-saliency" ->
          new Attack(
              name,
              "",
              Search.ranked(WordImportance.WEIGHTED_SALIENCY),
              synonyms,
              Constraints.NONE);
      default ->
          new Attack(
              name,
              "",
              Search.greedy(),
              Transformation.of(bugs(false)),
              Constraints.NONE.withWords(2).withWordLength(4));
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "unk", "weighted-saliency", "greedy"})
  void everyTextEndsAsInTextAttack(String name) throws IOException {
    JsonNode golden = golden();
    JsonNode wanted = golden.path("attacks").path(name);
    List<LabelledText> rows = new ArrayList<>();
    for (JsonNode row : wanted.path("rows")) {
      rows.add(
          new LabelledText(
              "row " + rows.size(), row.path("text").asText(), row.path("label").asText()));
    }
    List<AttackResult> results = new ArrayList<>();
    AttackSummary summary =
        attack(name, golden)
            .run(new ToyClassifier(ToyClassifier::weightByLetters), rows, 1, results::add);
    for (int r = 0; r < results.size(); r++) {
      JsonNode row = wanted.path("rows").get(r);
      AttackResult found = results.get(r);
      assertThat(found.outcome().lowerName()).isEqualTo(row.path("outcome").asText());
      assertThat(found.perturbed()).isEqualTo(row.path("perturbed").asText());
      assertThat(found.queries()).as(found.original()).isEqualTo(row.path("queries").asInt());
      assertThat(found.wordsChanged()).isEqualTo(row.path("words_changed").asInt());
      assertThat(found.score()).isCloseTo(row.path("score").asDouble(), within(1e-6));
    }
    JsonNode figures = wanted.path("figures");
    assertThat(summary.successful()).isEqualTo(figures.path("successful_attacks").asInt());
    assertThat(summary.failed()).isEqualTo(figures.path("failed_attacks").asInt());
    assertThat(summary.skipped()).isEqualTo(figures.path("skipped_attacks").asInt());
    close(summary.originalAccuracy().value() * 100, figures.path("original_accuracy"));
    close(summary.accuracyUnderAttack().value() * 100, figures.path("attack_accuracy_perc"));
    close(summary.successRate().orElseThrow().value() * 100, figures.path("attack_success_rate"));
    close(summary.wordsChanged().orElseThrow() * 100, figures.path("avg_word_perturbed_perc"));
    close(summary.queries().orElseThrow(), figures.path("avg_num_queries"));
  }

  private static void close(double found, JsonNode wanted) {
    assertThat(found).isCloseTo(wanted.asDouble(), within(ROUNDED));
  }
}
