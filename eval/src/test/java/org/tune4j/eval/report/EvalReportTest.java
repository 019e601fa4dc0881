package org.tune4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.gate.GateCondition;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.gate.QualityGate;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.EvalRow;
import org.tune4j.eval.result.FigureComparison;
import org.tune4j.eval.stats.Interval;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class EvalReportTest {
  private static final List<String> GOOD =
      List.of(
          "The room was clean and the staff was friendly.",
          "Delivery took three days longer than promised.",
          "房间很干净，服务周到。",
          "I would buy it again.",
          FakeEvaluation.HOSTILE);

  private static final List<EvalResult> LORA =
      List.of(
          FakeEvaluation.sentiment("lora", 1.9, 200),
          FakeEvaluation.translation("lora", GOOD),
          FakeEvaluation.attack("lora", 0.09));
  private static final List<EvalResult> FULL =
      List.of(
          FakeEvaluation.sentiment("full", 0.5, 200),
          FakeEvaluation.translation(
              "full", List.of("The room.", "Delivery took long.", "", "", "")));

  @TempDir Path folder;

  private static Document parsed(String xml) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  /** The page's body, which is XML as well. */
  private Document page(EvalReport report) throws Exception {
    String html = Files.readString(report.write(folder));
    return parsed(html.substring(html.indexOf("<body>"), html.indexOf("</body>") + 7));
  }

  private static List<String> texts(Document page, String element) {
    NodeList nodes = page.getElementsByTagName(element);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }

  @Test
  void onePageShowsAModel() throws Exception {
    GateResult gate = QualityGate.standard().judge(LORA);
    Document page = page(EvalReport.of(LORA).gate(gate));
    assertThat(texts(page, "h1")).containsExactly("lora");
    assertThat(texts(page, "h2")).containsExactly("Gate", "sentiment", "translation", "attack");
    assertThat(texts(page, "h3")).containsExactly("Worst rows", "Worst rows");
    assertThat(texts(page, "b"))
        .contains("Gate", "sentiment accuracy", "translation bleu", "attack attack_success_rate")
        .contains("Confusion", "Reliability", "Risk and coverage", "ROC");
    assertThat(page.getElementsByTagName("svg").getLength()).isEqualTo(3);
    String accuracy = Numbers.shorter(LORA.get(0).figure("accuracy").orElseThrow().value());
    assertThat(texts(page, "td")).anyMatch(text -> text.startsWith(accuracy));
    assertThat(texts(page, "th")).anyMatch(text -> text.startsWith("bleun = 5; nrefs:1|"));
  }

  @Test
  void severalModelsStandSideBySide() throws Exception {
    Document page = page(EvalReport.of(LORA).and(FULL).and(LORA));
    assertThat(texts(page, "h1")).containsExactly("lora, full, lora (2)");
    assertThat(texts(page, "thead").get(0)).contains("lora", "full", "lora (2)");
    double difference =
        FULL.get(0).figure("accuracy").orElseThrow().value()
            - LORA.get(0).figure("accuracy").orElseThrow().value();
    assertThat(texts(page, "span")).contains(Numbers.shorter(difference), "0");
    assertThat(texts(page, "h3"))
        .containsExactly("Rows that the models differ about", "Rows that the models differ about");
    assertThat(texts(page, "summary"))
        .containsExactly(
            "Worst rows of lora",
            "Worst rows of full",
            "Worst rows of lora (2)",
            "Worst rows of lora",
            "Worst rows of full",
            "Worst rows of lora (2)");
    assertThat(texts(page, "figcaption"))
        .filteredOn(text -> text.startsWith("Confusion"))
        .hasSize(3);
  }

  @Test
  void whatModelsSayIsTextOnThePage() throws Exception {
    EvalResult hostile =
        new EvalResult(
            "<b>task</b>",
            "</title><script>",
            List.of(),
            List.of(
                new EvalRow.Completion(
                    FakeEvaluation.HOSTILE,
                    FakeEvaluation.HOSTILE,
                    List.of(FakeEvaluation.HOSTILE + " "),
                    "x" + FakeEvaluation.HOSTILE)));
    GateResult gate =
        new QualityGate(FakeEvaluation.HOSTILE, List.of(GateCondition.atLeast("<i>|</i>", 1)))
            .judge(List.of(hostile));
    Document page = page(EvalReport.of(List.of(hostile)).gate(gate));
    assertThat(texts(page, "h2")).contains("<b>task</b>");
    assertThat(Files.readString(folder.resolve("report.html"))).doesNotContain("<script");
    assertThat(Files.readString(folder.resolve("results.md"))).doesNotContain("<", "<script");
    Document junit = parsed(Files.readString(folder.resolve("junit.xml")));
    assertThat(((Element) junit.getElementsByTagName("testcase").item(0)).getAttribute("name"))
        .isEqualTo("<i>|</i> >= 1.0");
    new JsonMapper().readTree(folder.resolve("gate.json").toFile());
  }

  @Test
  void longTextsAreShortenedAloud() throws Exception {
    EvalRow row =
        new EvalRow.Completion(
            "f:1", "x".repeat(1_000_000), List.of("z".repeat(2000)), "y".repeat(1_000_000));
    EvalResult result = new EvalResult("t", "m", List.of(), List.of(row));
    Document page = page(EvalReport.of(List.of(result)));
    assertThat(texts(page, "i"))
        .containsExactly(
            "… 998,500 characters more", "… 500 characters more", "… 998,500 characters more");
    assertThat(Files.size(folder.resolve("report.html"))).isLessThan(50_000);
  }

  @Test
  void pageNeedsNothingElse() throws IOException {
    String html = Files.readString(EvalReport.of(LORA).and(FULL).write(folder));
    assertThat(
            Pattern.compile("(src|href)=|url\\((?!#)|@import|https?://|<script")
                .matcher(html)
                .find())
        .as("a link to something outside")
        .isFalse();
    assertThat(Files.readString(EvalReport.of(LORA).and(FULL).write(folder))).isEqualTo(html);
    assertThat(folder.resolve("gate.json")).doesNotExist();
    assertThat(folder.resolve("junit.xml")).doesNotExist();
  }

  @Test
  void aRunKeepsItsOwnReport() throws IOException {
    Files.writeString(folder.resolve("run.json"), "{}");
    Files.writeString(folder.resolve("report.html"), "of the run");
    assertThat(EvalReport.of(LORA).write(folder)).hasFileName("evaluation.html").exists();
    assertThat(folder.resolve("report.html")).hasContent("of the run");
  }

  @Test
  void differencesAreShownAsTheyWereTested() throws Exception {
    FigureComparison tested =
        new FigureComparison(
            "sentiment",
            "accuracy",
            0.9,
            0.8,
            true,
            Optional.of(new Interval(-0.15, -0.05, 0.95)),
            0.004,
            "McNemar",
            200,
            OptionalLong.of(90));
    Document page = page(EvalReport.of(LORA).and(FULL, List.of(tested)));
    assertThat(texts(page, "span")).containsOnlyOnce("-0.15 to -0.05; p = 0.004");
  }

  @Test
  void aBuildReadsTheGate() throws Exception {
    GateResult good = QualityGate.standard().judge(LORA.subList(0, 1));
    GateResult bad = QualityGate.standard().judge(FULL);
    EvalReport.of(LORA).and(FULL).gate(good).gate(bad).write(folder);
    JsonNode json = new JsonMapper().readTree(folder.resolve("gate.json").toFile());
    assertThat(json.path("passed").asBoolean()).isFalse();
    assertThat(json.path("gates")).hasSize(2);
    assertThat(json.path("gates").path(0).path("passed").asBoolean()).isTrue();
    Document junit = parsed(Files.readString(folder.resolve("junit.xml")));
    Element suite = (Element) junit.getElementsByTagName("testsuite").item(1);
    assertThat(suite.getAttribute("tests")).isEqualTo(String.valueOf(bad.lines().size()));
    assertThat(suite.getAttribute("failures"))
        .isEqualTo(String.valueOf(suite.getElementsByTagName("failure").getLength()))
        .isNotEqualTo("0");
    assertThat(suite.getAttribute("skipped"))
        .isEqualTo(String.valueOf(suite.getElementsByTagName("skipped").getLength()));
  }

  @Test
  void aGateThatJudgedNothingIsAFailedTest() throws Exception {
    EvalResult nothing = new EvalResult("t", "m", List.of(), List.of());
    GateResult gate = QualityGate.standard().judge(List.of(nothing));
    EvalReport.of(List.of(nothing)).gate(gate).write(folder);
    Document junit = parsed(Files.readString(folder.resolve("junit.xml")));
    assertThat(junit.getElementsByTagName("failure").getLength()).isEqualTo(1);
  }

  @Test
  void everyKindOfRowIsShown() throws Exception {
    List<List<EvalRow>> kinds =
        List.of(
            List.of(
                new EvalRow.Choice("f:1", "q", List.of("yes", "no"), 0, List.of(-3.0, -1.0)),
                new EvalRow.Choice("f:2", "q", List.of("yes", "no"), 1, List.of(-3.0, -1.0))),
            List.of(
                new EvalRow.Tags(
                    "f:3", "Ada in Rome", List.of("B-P", "O", "B-L"), List.of("B-P", "O", "O"))),
            List.of(
                new EvalRow.Value("f:4", "t", 1.5, 2.25), new EvalRow.Value("f:4b", "t", 2, 2.25)),
            List.of(new EvalRow.TextLoss("f:5", "t", 35, 7, 2, 11)),
            List.of(
                new EvalRow.Label(
                    "f:6", "t", List.of("a", "b"), List.of("a"), Map.of("a", 0.9, "b", 0.4)),
                new EvalRow.Label(
                    "f:7", "t", List.of("a"), List.of("a"), Map.of("a", 0.9, "b", 0.4))));
    List<EvalResult> results = new ArrayList<>();
    for (List<EvalRow> rows : kinds) {
      results.add(FakeEvaluation.measured("task" + results.size(), "m", rows, List.of()));
    }
    Document page = page(EvalReport.of(results));
    assertThat(texts(page, "h4"))
        .containsExactly(
            "f:1",
            "Expected",
            "Output, log-likelihood 2 apart",
            "f:3",
            "Expected",
            "Output, 1 of 3 words wrong",
            "f:4",
            "Expected",
            "Output, 0.75 apart",
            "f:4b",
            "Expected",
            "Output, 0.25 apart",
            "f:5",
            "Output, 5 nats a token",
            "f:6",
            "Expected",
            "Output, sure to 60 %");
    assertThat(texts(page, "del")).containsExactly("Rome/B-L");
    assertThat(texts(page, "ins")).containsExactly("Rome");
  }

  @Test
  void rowsWithoutReferencesAreNeitherRightNorWrong() throws Exception {
    EvalRow row = new EvalRow.Completion("f:1", "write a poem", List.of(), "roses");
    EvalResult judged = new EvalResult("poems", "m", List.of(), List.of(row));
    assertThat(texts(page(EvalReport.of(List.of(judged))), "h4")).isEmpty();
    assertThat(texts(page(EvalReport.of(List.of(judged)).and(List.of(judged))), "h3"))
        .containsExactly("Rows that the models differ about");
  }

  @Test
  void aConsoleIsToldTheSame() {
    String gate = EvalText.gate(QualityGate.standard().judge(FULL));
    assertThat(gate)
        .startsWith("full does not pass default: 0 passed, 3 failed, 4 not measured\n")
        .containsPattern(
            "\n  FAIL +sentiment: accuracy >= 0.85: 0\\.\\d+ \\(.*, 95 %\\): 0\\.\\d+ is not")
        .containsPattern("\n  NOT_MEASURED +rougeL >= 0.45: no task measured it");
    String worst = EvalText.worstRows(LORA.get(1), 2);
    assertThat(worst)
        .startsWith("3 rows of translation are not right; the worst:\n  pairs.jsonl:")
        .contains(
            "\n    input:    Translate: sentence 5\n    expected: nothing\n    output:   </p>")
        .hasSizeLessThan(1000);
    assertThat(EvalText.worstRows(LORA.get(2), 2)).isEmpty();
  }

  @Test
  void aModelWithoutResultsIsRefused() {
    assertThatThrownBy(() -> EvalReport.of(List.of())).isInstanceOf(ConfigException.class);
  }
}
