package org.tune4j.engine.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.tune4j.engine.preflight.RowsFixture.TOKENIZER;
import static org.tune4j.engine.preflight.RowsFixture.answer;
import static org.tune4j.engine.preflight.RowsFixture.finding;
import static org.tune4j.engine.preflight.RowsFixture.label;
import static org.tune4j.engine.preflight.RowsFixture.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForms;
import org.tune4j.engine.preflight.Finding.Level;
import org.tune4j.engine.preflight.PreflightRow.Form;

class PreflightTest {
  private static final List<String> PRIVATE =
      List.of(
          "alice@example.com",
          "13800138000",
          "4111 1111 1111 1111",
          "GB29NWBK60161331926819",
          "11010519491231002X",
          "AKIA" + "IOSFODNN7EXAMPLE");

  private Path folder;

  @BeforeProperty
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory("preflight");
  }

  @AfterProperty
  void deleteFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Rows of every kind: good, cut, empty, broken, twice, nearly twice, private. */
  private static List<PreflightRow> rows(Random random, int count) {
    List<PreflightRow> rows = new ArrayList<>();
    for (int line = 1; line <= count; line++) {
      String prompt = "The prompt of this row has the number " + random.nextInt(count);
      rows.add(
          switch (random.nextInt(9)) {
            case 0 -> answer(line, prompt + " 和中文的文字", "好");
            case 1 -> answer(line, prompt, "long ".repeat(random.nextInt(60)), 60);
            case 2 -> answer(line, "", " ");
            case 3 -> answer(line, prompt + " \ufffd\u0007\ud83d caf\u00c3\u00a9", "broken");
            case 4 -> answer(line, prompt, PRIVATE.get(random.nextInt(PRIVATE.size())));
            case 5 -> label(line, prompt, "label " + random.nextInt(3));
            case 6 -> RowsFixture.tags(line, "O", "B-" + random.nextInt(3));
            default -> answer(line, prompt, "yes");
          });
    }
    return rows;
  }

  @Property(tries = 25)
  void doesNotDependOnOrderOrThreads(@ForAll @IntRange(max = 10_000) int seed) {
    List<PreflightRow> rows = rows(new Random(seed), 60);
    List<PreflightRow> heldOut = rows(new Random(seed + 1), 15);
    PreflightReport straight = report(rows, heldOut, Set.of());
    Collections.shuffle(rows, new Random(seed));
    Collections.shuffle(heldOut, new Random(seed));
    assertThat(report(rows, heldOut, Set.of())).isEqualTo(straight);
    Preflight preflight = new Preflight(TOKENIZER, List.of());
    rows.parallelStream().forEach(preflight::add);
    heldOut.parallelStream().forEach(preflight::addHeldOut);
    assertThat(preflight.report(new FileRows(60, 0), new FileRows(15, 0), Optional.empty()))
        .isEqualTo(straight);
  }

  @Property(tries = 25)
  void whatIsWrittenIsRead(@ForAll @IntRange(max = 10_000) int seed) {
    Preflight preflight = new Preflight(TOKENIZER, List.of());
    rows(new Random(seed), 30).forEach(preflight::add);
    PreflightReport report =
        preflight.report(
            new FileRows(50, 2),
            FileRows.NONE,
            seed % 2 == 0 ? Optional.empty() : Optional.of(new Forecast(1, 2, 0.5, 9, null)));
    report.writeTo(folder.resolve("run"));
    assertThat(PreflightReport.read(folder.resolve("run"))).contains(report);
  }

  @Example
  void namesInTheFileAreSnakeCase() throws IOException {
    report(rows(new Random(1), 30), rows(new Random(2), 3), Set.of()).writeTo(folder);
    JsonNode json = new ObjectMapper().readTree(folder.resolve("preflight.json").toFile());
    assertThat(names(json)).isNotEmpty().allMatch(name -> name.matches("[a-z0-9_]+"));
    assertThat(json.path("findings").path(0).path("level").asText()).isEqualTo("ok");
    assertThat(json.path("measured").path("private_data").path(0).path("kind").asText())
        .isEqualTo("email");
    assertThat(json.path("measured").path("shown").path(0).path("pieces").path(0).path("mask"))
        .hasToString("\"read\"");
  }

  /** Names of fields; reasons why rows are dropped are no names. */
  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fields()
        .forEachRemaining(
            field -> {
              names.add(field.getKey());
              names.addAll(field.getKey().equals("dropped") ? List.of() : names(field.getValue()));
            });
    if (node.isArray()) {
      node.forEach(element -> names.addAll(names(element)));
    }
    return names;
  }

  @Example
  void aBrokenFileIsRefused() throws IOException {
    assertThat(PreflightReport.read(folder)).isEmpty();
    for (String broken : List.of("{", "{}", "[]", "{\"findings\":[],\"measured\":{}}")) {
      Files.writeString(folder.resolve("preflight.json"), broken);
      assertThatThrownBy(() -> PreflightReport.read(folder))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("preflight.json: not what a run writes");
    }
  }

  @Property(tries = 50)
  void noSecretIsTold(
      @ForAll @IntRange(max = 5) int secret,
      @ForAll @IntRange(max = 3) int place,
      @ForAll @IntRange(max = 100) int seed) {
    String text = PRIVATE.get(secret);
    List<PreflightRow> rows = new ArrayList<>();
    for (int line = 1; line <= 8; line++) {
      rows.add(
          switch (place) {
            case 0 -> answer(line, "Tell me: " + text, "no");
            case 1 -> answer(line, "What is it?", text);
            case 2 -> label(line, "a text", text);
            default -> RowsFixture.text(line, text + " " + seed);
          });
    }
    PreflightReport report = report(rows, rows, Set.of());
    assertThat(report.json()).doesNotContain(text);
    assertThat(report.text(false)).doesNotContain(text);
  }

  @Example
  void refusalsAreListedWithTheirKeys() {
    PreflightReport report =
        report(label(1, "same", "1"), label(2, "same", "1"), label(3, "same", "1"));
    assertThat(report.refused()).extracting(Finding::key).containsExactly("duplicates", "labels");
    assertThatThrownBy(report::refuseIfAny)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("--preflight-allow duplicates,labels:")
        .hasMessageContaining("\nduplicates: 2 of 3 rows (66.7 %) are copies")
        .hasMessageContaining("\nlabels: all labels are the same");
  }

  @Example
  void whatIsAllowedIsAWarningThatSaysSo() {
    List<PreflightRow> rows = List.of(label(1, "one", "1"), label(2, "two", "1"));
    PreflightReport report = report(rows, List.of(), Set.of("labels", "secrets"));
    report.refuseIfAny();
    assertThat(finding(report, "labels"))
        .isEqualTo(
            new Finding(
                "labels",
                Level.WARN,
                "all labels are the same, so there is nothing to tell apart; allowed by"
                    + " preflight_allow",
                true));
    assertThat(finding(report, "secrets").overridden()).isFalse();
  }

  @Example
  void rowsWithAnyNumberOfLabelsAreLookedAtLikeThoseWithOne() throws Exception {
    ObjectMapper json = new ObjectMapper();
    List<PreflightRow> rows = new ArrayList<>();
    for (String row :
        List.of(
            "{'text':'the first of them','labels':['a','b']}",
            "{'text':'another one entirely','labels':[]}",
            "{'text':'something else again','labels':['b']}",
            "{'text':'something else again','labels':['a']}",
            "{'text':'a fifth and last text','labels':[0,1,1]}")) {
      ObjectNode columns = (ObjectNode) json.readTree(row.replace('\'', '"'));
      rows.add(
          PreflightRow.of(
              new org.tune4j.engine.data.Example(
                  rows.size(),
                  "train.jsonl",
                  rows.size() + 1,
                  ExampleForms.of(columns),
                  ChatContext.NONE),
              Optional.empty()));
    }
    PreflightReport report = report(rows, List.of(), Set.of());
    assertThat(report.measured().classes().of()).isEqualTo("labels");
    assertThat(report.measured().classes().counts())
        .containsExactlyInAnyOrder(
            new Measured.ClassCount("a", 2),
            new Measured.ClassCount("b", 2),
            new Measured.ClassCount("1", 1),
            new Measured.ClassCount("2", 1));
    assertThat(finding(report, "conflicts").level()).isNotEqualTo(Level.OK);
    assertThat(report.refused()).isEmpty();
  }

  @Example
  void unknownKeysAreRefusedAtOnce() {
    assertThatThrownBy(() -> new Preflight(TOKENIZER, List.of("bos", "stop_tokens")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no check 'stop_tokens'; did you mean 'stop_token'?");
  }

  @Example
  void rowsAndFilesMustFitTogether() {
    Preflight preflight = new Preflight(TOKENIZER, List.of());
    preflight.add(answer(1, "a", "b"));
    assertThatThrownBy(() -> preflight.report(new FileRows(3, 3), FileRows.NONE, Optional.empty()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("1 rows were added and 3 are bad");
    assertThatThrownBy(() -> new FileRows(1, 2)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new Forecast(1, 0, 1, 1, null)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new PreflightRow("f", 7, Form.LABEL, "a", List.of(), Optional.empty()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("f:7");
  }

  @Example
  void threeRowsAreShown() {
    List<PreflightRow> rows = new ArrayList<>();
    for (int line = 2; line < 43; line++) {
      rows.add(answer(line, "p".repeat(line), "c"));
    }
    rows.add(answer(1, "write to " + PRIVATE.get(0), "c"));
    assertThat(report(rows, List.of(), Set.of()).measured().shown())
        .extracting(ShownRow::where, ShownRow::which, ShownRow::tokens, ShownRow::learned)
        .containsExactly(
            tuple("train.jsonl:2", "the first", 4, 2),
            tuple("train.jsonl:22", "of about median length", 24, 2),
            tuple("train.jsonl:42", "one of the longest", 44, 2));
    List<PreflightRow> alike =
        List.of(answer(5, "a", "b"), answer(6, "c", "d"), answer(7, "e", "f"));
    assertThat(report(alike, List.of(), Set.of()).measured().shown()).hasSize(3);
    assertThat(report(answer(5, "only", "one")).measured().shown()).hasSize(1);
  }
}
