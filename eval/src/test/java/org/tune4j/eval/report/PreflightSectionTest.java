package org.tune4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.preflight.FileRows;
import org.tune4j.engine.preflight.Forecast;
import org.tune4j.engine.preflight.Preflight;
import org.tune4j.engine.preflight.PreflightRow;
import org.tune4j.engine.preflight.PreflightRow.Form;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class PreflightSectionTest {
  private static final String HOSTILE = "<script>alert('x')</script>&amp;\"";

  @TempDir Path folder;
  private Path run;

  @BeforeEach
  void place() {
    run = folder.resolve("run");
  }

  /** A page about rows with this prompt and these answers, cut after 60 tokens. */
  private Document page(String file, String prompt, List<String> answers) throws Exception {
    Path tokens = Files.createDirectories(folder.resolve("tokens"));
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(tokens, false))) {
      Preflight preflight = new Preflight(tokenizer, List.of());
      for (int i = 0; i < answers.size(); i++) {
        preflight.add(row(tokenizer, file, i + 1, prompt + i, answers.get(i)));
      }
      preflight
          .report(
              new FileRows(answers.size() + 2, 1),
              FileRows.NONE,
              Optional.of(new Forecast(90L << 20, 100L << 20, 120, 8, null)))
          .writeTo(run);
    }
    String html = Files.readString(new RunReport(run).write());
    String body = html.substring(html.indexOf("<body>"), html.indexOf("</body>") + 7);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(body)));
  }

  private static PreflightRow row(
      Tokenizer tokenizer, String file, long line, String prompt, String answer) {
    int[] given = tokenizer.encodeText(prompt).ids();
    int[] ids = tokenizer.encodeText(prompt + answer).ids();
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, given.length, EncodedExample.NOT_LEARNED);
    EncodedExample whole = new EncodedExample(line, file, ids, labels);
    int length = Math.min(60, ids.length);
    EncodedExample kept =
        new EncodedExample(line, file, Arrays.copyOf(ids, length), Arrays.copyOf(labels, length));
    return new PreflightRow(
        file,
        line,
        Form.ANSWER,
        prompt,
        List.of(answer),
        Optional.of(new Encoded(whole, Optional.of(kept), Optional.empty())));
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
  void whatWasToldIsShown() throws Exception {
    Document page = page("reviews.jsonl", "Review: ", List.of("好", "bad", "bad", "好", "好", "bad"));
    assertThat(texts(page, "h2")).containsExactly("Pre-flight", "Versions");
    assertThat(texts(page, "tr"))
        .contains(
            "warnrows7 of 8 rows were looked at; 1 cannot be used",
            "warnmemoryabout 90 MiB of 100 MiB of memory (90 %) will be needed; a smaller micro"
                + " batch or max_length, or recompute, need less",
            "training rows6 looked at, of 8, 1 bad",
            "time expected2 minutes",
            "好3")
        .anyMatch(text -> text.startsWith("refusestop_tokenno row learns a stop token"));
    assertThat(texts(page, "h3")).contains("reviews.jsonl:1, the first: 12 tokens, 3 learned");
    assertThat(texts(page, "mark")).contains("好", "b", "a", "d");
    assertThat(texts(page, "figcaption")).containsExactly("Rows by tokens ", "Classes completions");
  }

  @Test
  void whatIsCutIsStruckThrough() throws Exception {
    Document page = page("f", "x".repeat(55), List.of("answer\nof", "answer"));
    assertThat(String.join("", texts(page, "s"))).contains("r↵\nof");
    assertThat(String.join("", texts(page, "mark"))).contains("answ");
  }

  @Test
  void textOfTheDataIsTextOnThePage() throws Exception {
    List<String> answers = List.of(HOSTILE.substring(0, 30), HOSTILE.substring(0, 30));
    List<String> few = new ArrayList<>(answers);
    few.add(HOSTILE.substring(0, 30));
    Document page = page("</h3>" + HOSTILE, HOSTILE, few);
    String html = Files.readString(run.resolve("report.html"));
    assertThat(html).doesNotContain("<script");
    assertThat(texts(page, "h3")).anyMatch(text -> text.startsWith("</h3>" + HOSTILE + ":1, the"));
    assertThat(texts(page, "th")).contains(HOSTILE.substring(0, 30));
    assertThat(String.join("", texts(page, "span"))).contains(HOSTILE);
  }

  @Test
  void aRunWithoutOneHasNoSection() throws IOException {
    Files.createDirectories(run);
    assertThat(Files.readString(new RunReport(run).write())).doesNotContain("Pre-flight");
  }
}
