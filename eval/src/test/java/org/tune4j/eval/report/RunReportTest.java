package org.tune4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.eval.metric.Answer;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class RunReportTest {
  @TempDir Path folder;
  private Path run;

  @BeforeEach
  void place() {
    run = folder.resolve("sentiment-lora");
  }

  private String whole() throws IOException {
    RunReport report = new RunReport(run);
    FakeRun.play(run, 240, report);
    FakeRun.record(run, folder.resolve("demo-base"));
    report.before(FakeRun.values(0), FakeRun.BEFORE).after(FakeRun.values(1), FakeRun.AFTER);
    return Files.readString(report.write());
  }

  /** The page read as XML, which its body is apart from void elements in its head. */
  private static Document parsed(String html) throws Exception {
    String body = html.substring(html.indexOf("<body>"), html.indexOf("</body>") + 7);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(body)));
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
  void headlineSaysWhatARunWasWorth() throws Exception {
    String html = whole();
    Document page = parsed(html);
    assertThat(texts(page, "h1")).containsExactly("sentiment-lora");
    assertThat(html)
        .contains("Fine-tuning of demo-base: finished.")
        .contains(folder.resolve("demo-base").toString())
        .contains(run.resolve("adapter").toString());
    assertThat(texts(page, "span"))
        .contains("240", "of 240", "5.25 %", "155,648 of 2,966,208 parameters")
        .anyMatch(text -> text.matches("0\\.02 → 0\\.9\\d+"));
    assertThat(texts(page, "h2"))
        .containsExactly(
            "Curves",
            "Evaluations",
            "Answers to held-out prompts",
            "Configuration",
            "Versions",
            "Files by SHA-256");
  }

  @Test
  void everyCurveIsThere() throws Exception {
    Document page = parsed(whole());
    assertThat(texts(page, "figcaption"))
        .extracting(text -> text.replaceAll(" .*", ""))
        .containsExactly("Loss", "Held-out", "Learning", "Gradient", "Speed", "Resident");
    assertThat(page.getElementsByTagName("svg").getLength()).isEqualTo(6);
    assertThat(texts(page, "text")).contains("50", "100", "200", "1e-4");
  }

  @Test
  void heldOutCurvesReachFromBeforeToAfter() throws IOException {
    whole();
    RunMetrics metrics = RunMetrics.read(run);
    Map<String, Double> before = Map.of("eval_loss", 3.5);
    Map<String, Double> after = Map.of("eval_loss", 0.25);
    assertThat(ChartSection.html(metrics, before, after, new ChartFigure()))
        .contains("held out 3.5 at step 0, 0.4731 at step 240\"");
    RunMetrics unmeasured =
        new RunMetrics(metrics.steps(), List.of(), List.of(), List.of(), List.of());
    assertThat(ChartSection.html(unmeasured, before, after, new ChartFigure()))
        .contains("held out 3.5 at step 0, 0.25 at step 240\"");
  }

  @Test
  void withoutFontsCurvesAreTold() throws IOException {
    whole();
    assertThat(ChartSection.html(RunMetrics.read(run), Map.of(), Map.of(), new ChartFigure(false)))
        .doesNotContain("<svg")
        .contains(
            "<p>training ", " at step 240; held out 2.179 at step 30, 0.4731 at step 240</p>");
  }

  @Test
  void textOfARunIsTextOnThePage() throws Exception {
    String html = whole();
    assertThat(html).doesNotContain("<script").doesNotContain("<b>Never");
    assertThat(html).contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
    List<String> samples = texts(parsed(html), "p");
    assertThat(samples)
        .contains("Review: <script>alert(\"x\")</script>\nSentiment:", "</p>", "nothing")
        .contains("Review: <b>Never</b> again & again.\nSentiment:");
  }

  @Test
  void pageNeedsNothingElse() throws IOException {
    String html = whole();
    assertThat(Pattern.compile("(src|href)=|url\\((?!#)|@import|https?://").matcher(html).find())
        .as("a link to something outside")
        .isFalse();
    assertThat(html).contains("prefers-color-scheme: dark").contains("width=device-width");
    assertThat(html.length()).isLessThan(200_000);
  }

  @Test
  void theSameRunGivesTheSamePage() throws IOException {
    whole();
    String once = Files.readString(new RunReport(run).write());
    assertThat(Files.readString(new RunReport(run).write())).isEqualTo(once);
  }

  @Test
  void aFolderAloneIsEnough() throws Exception {
    whole();
    Document page = parsed(Files.readString(new RunReport(run).write()));
    assertThat(page.getElementsByTagName("svg").getLength()).isEqualTo(6);
    assertThat(texts(page, "h2")).contains("Evaluations").doesNotContain("Answers");
    Path empty = Files.createDirectory(folder.resolve("nothing-happened"));
    Document none = parsed(Files.readString(new RunReport(empty).write()));
    assertThat(texts(none, "h2")).containsExactly("Versions");
  }

  @Test
  void unfinishedLinesAndNumbersThatAreNoneAreBorne() throws Exception {
    Files.createDirectories(run);
    Files.writeString(
        run.resolve("metrics.jsonl"),
        """
        {"step":1,"loss":2.5,"grad_norm":"NaN","learning_rate":1.0E-4,"tokens":10,"labels":5,"seconds":0.1}
        {"step":1,"eval_loss":800.0,"eval_perplexity":"Infinity"}
        {"step":2,"lo""");
    Document page = parsed(Files.readString(new RunReport(run).write()));
    assertThat(texts(page, "figcaption")).hasSize(3).noneMatch(text -> text.contains("Gradient"));
    assertThat(texts(page, "td")).contains("800", "∞");
  }

  /** What is told of each update is no evaluation, and its loss is none of tokens. */
  @Test
  void learningFromJudgedAnswersIsShown() throws Exception {
    Files.createDirectories(run);
    Files.writeString(
        run.resolve("metrics.jsonl"),
        """
        {"step":1,"loss":0.69,"grad_norm":1,"learning_rate":1.0E-4,"tokens":10,"labels":5,"seconds":0.1}
        {"step":1,"rewards/chosen":0.0,"logps/chosen":-7.5,"rewards/margins":0.0,\
        "rewards/accuracies":0.25,"rewards/rejected":0.0,"logps/rejected":-8.0}
        {"step":2,"loss":0.51,"grad_norm":1,"learning_rate":1.0E-4,"tokens":10,"labels":5,"seconds":0.1}
        {"step":2,"rewards/chosen":0.5,"logps/chosen":-7.0,"rewards/margins":1.5,\
        "rewards/accuracies":0.75,"rewards/rejected":-1.0,"logps/rejected":-9.0}
        {"step":2,"eval_loss":0.6,"eval_rewards/margins":1.25}
        {"step":3,"eval_loss":0.5,"eval_rewards/margins":1.5}
        """);
    RunMetrics metrics = RunMetrics.read(run);
    assertThat(metrics.evaluations()).hasSize(2);
    assertThat(metrics.evaluations().get(0).values())
        .containsExactly(entry("eval_loss", 0.6), entry("eval_rewards/margins", 1.25));
    String html = Files.readString(new RunReport(run).write());
    Document page = parsed(html);
    assertThat(texts(page, "h2")).contains("Learning from judged answers", "Evaluations");
    assertThat(texts(page, "figcaption"))
        .extracting(text -> text.replaceAll(" .*", ""))
        .startsWith("Rewards", "Margin", "Accuracy", "Log-probabilities", "Loss");
    assertThat(html)
        .contains("75 %", "a pair, or an answer judged alone")
        .doesNotContain("nats a token");
    assertThat(texts(page, "td")).contains("1.25").doesNotContain("-7");
    // Held-out margins stand beside those of the updates, and in no chart of their own.
    assertThat(html).contains("held out 1.25 at step 2, 1.5 at step 3");
    assertThat(texts(page, "figcaption")).noneMatch(text -> text.startsWith("Held-out"));
  }

  @Test
  void stepsThatWereNotLearnedFromAreListed() throws Exception {
    Files.createDirectories(run);
    Files.writeString(
        run.resolve("metrics.jsonl"),
        """
        {"step":7,"fault":"not_finite","verdict":"the gradient of a.<b> is not finite",\
        "action":"skipped","examples":[3,4]}
        """);
    assertThat(Files.readString(new RunReport(run).write()))
        .contains(
            "<h2>Faults</h2>",
            "<tr><th>step 7</th><td>not finite, skipped: the gradient of a.&lt;b&gt; is not finite;"
                + " examples [3,4]</td></tr>");
  }

  @Test
  void worseIsCalledWorse() throws IOException {
    Files.createDirectories(run);
    String html =
        Files.readString(
            new RunReport(run)
                .before(Map.of("eval_loss", 1.0, "eval_accuracy", 0.5), List.of())
                .after(Map.of("eval_loss", 1.5, "eval_accuracy", 0.75), List.of())
                .write());
    assertThat(html)
        .contains("<span class=\"worse\">1.5</span>")
        .contains("<span class=\"better\">0.75</span>");
  }

  @Test
  void longAnswersAreCutAloud() throws IOException {
    Files.createDirectories(run);
    Answer answer = new Answer("prompt", "wanted", "y".repeat(5000));
    String html = Files.readString(new RunReport(run).after(Map.of(), List.of(answer)).write());
    assertThat(html).contains("… 3,500 characters more").doesNotContain("y".repeat(1501));
  }
}
