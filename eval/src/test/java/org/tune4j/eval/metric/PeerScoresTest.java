package org.tune4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.eval.text.BleuTokenizer;
import org.tune4j.eval.text.PorterStemmer;
import org.tune4j.eval.text.RougeTokenizer;
import org.tune4j.eval.text.TerTokenizer;

/** Random texts, odd characters among them: {@code src/test/python/make_peer_scores.py}. */
class PeerScoresTest {
  private static final JsonNode PEERS = read();
  private static final List<String> HYPOTHESES = new ArrayList<>();
  private static final List<List<String>> REFERENCES = new ArrayList<>();

  static {
    for (JsonNode row : PEERS.get("rows")) {
      HYPOTHESES.add(row.get("hypothesis").asText());
      REFERENCES.add(strings(row.get("references")));
    }
  }

  private static JsonNode read() {
    try (InputStream file = PeerScoresTest.class.getResourceAsStream("peer-scores.json")) {
      return new ObjectMapper().readTree(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  static Stream<Arguments> metrics() {
    Stream<Arguments> bleu =
        Stream.of(BleuTokenizer.values())
            .map(cut -> Arguments.of("bleu " + cut.label(), Bleu.DEFAULT.with(cut)));
    return Stream.concat(
        bleu,
        Stream.of(
            Arguments.of(
                "bleu lowercase",
                new Bleu(Optional.of(BleuTokenizer.V13A), true, Bleu.Smoothing.EXP, 4, false)),
            Arguments.of("chrf", Chrf.DEFAULT),
            Arguments.of("chrf++", Chrf.PLUS_PLUS),
            Arguments.of("chrf space", new Chrf(6, 0, 2, false, true, false)),
            Arguments.of("ter", new Ter(new TerTokenizer(false, false, false, false))),
            Arguments.of("ter normalized", new Ter(new TerTokenizer(true, false, false, false))),
            Arguments.of("ter asian", Ter.DEFAULT),
            Arguments.of(
                "ter no punctuation", new Ter(new TerTokenizer(false, true, true, true)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("metrics")
  void statisticsAndScoresAreSacrebleus(String name, Metric metric) {
    JsonNode wanted = PEERS.get("metrics").get(name);
    MetricRows rows = MetricRows.of(metric, HYPOTHESES, REFERENCES);
    for (int i = 0; i < HYPOTHESES.size(); i++) {
      assertThat(rows.statistics().get(i))
          .as("%s against %s", HYPOTHESES.get(i), REFERENCES.get(i))
          .containsExactly(doubles(wanted.get("statistics").get(i)), within(1e-9));
    }
    assertThat(rows.score()).isEqualTo(wanted.get("score").asDouble(), within(1e-9));
    assertThat(rows.signature().replace("+tune4j", ""))
        .isEqualTo(wanted.get("signature").asText())
        .startsWith("nrefs:var");
  }

  @ParameterizedTest
  @EnumSource
  void tokensAreSacrebleus(BleuTokenizer tokenizer) {
    JsonNode wanted = PEERS.get("tokens").get(tokenizer.label());
    for (int i = 0; i < HYPOTHESES.size(); i++) {
      assertThat(tokenizer.tokens(HYPOTHESES.get(i))).isEqualTo(strings(wanted.get(i)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void agreementIsThatOfRougeScore(Rouge.Variant variant) {
    int compared = 0;
    for (RougeTokenizer tokenizer : List.of(RougeTokenizer.WORDS, RougeTokenizer.STEMS)) {
      Rouge rouge = new Rouge(variant, Optional.of(tokenizer));
      for (int i = 0; i < HYPOTHESES.size(); i++) {
        JsonNode wanted = PEERS.get("rouge").get(i);
        if (!wanted.isNull()) {
          Rouge.Agreement found = rouge.agreement(HYPOTHESES.get(i), REFERENCES.get(i));
          assertThat(new double[] {found.precision(), found.recall(), found.f1()})
              .as("%s against %s", HYPOTHESES.get(i), REFERENCES.get(i))
              .containsExactly(
                  doubles(wanted.get(tokenizer.label()).get(rouge.name())), within(1e-12));
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(20);
  }

  @Test
  void stemsAreNltks() {
    for (Map.Entry<String, JsonNode> stem : PEERS.get("stems").properties()) {
      assertThat(PorterStemmer.stem(stem.getKey()))
          .as(stem.getKey())
          .isEqualTo(stem.getValue().asText());
    }
  }

  @ParameterizedTest
  @CsvSource({"10, 3, 1, 0.3", "10, 0, 5, 0", "4, 2, 3, 1", "5, 1, 2, 0.4", "300, 300, 300, 1"})
  void passAtK(int samples, int correct, int k, double wanted) {
    assertThat(PassAtK.of(samples, correct, k)).isEqualTo(wanted, within(1e-12));
  }
}
