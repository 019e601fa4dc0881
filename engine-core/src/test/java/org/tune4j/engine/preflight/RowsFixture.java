package org.tune4j.engine.preflight;

import static org.tune4j.engine.data.EncodedExample.NOT_LEARNED;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.preflight.PreflightRow.Form;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

/** Makes rows by hand; each byte is a token, and completions end with EOS. */
final class RowsFixture {
  static final Tokenizer TOKENIZER = load();
  static final String FILE = "train.jsonl";

  private RowsFixture() {}

  private static Tokenizer load() {
    try {
      Path folder = Files.createTempDirectory("preflight");
      Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
      return tokenizer;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static int[] ids(String text) {
    return TOKENIZER.encodeText(text).ids();
  }

  static int[] joined(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }

  /** Tokens that are learned from a place on, brought to a length by cutting the end. */
  static Encoded encoded(int[] ids, int learnedFrom, int maxLength) {
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, learnedFrom, NOT_LEARNED);
    EncodedExample whole = new EncodedExample(0, FILE, ids, labels);
    int length = Math.min(ids.length, maxLength);
    EncodedExample kept =
        new EncodedExample(0, FILE, Arrays.copyOf(ids, length), Arrays.copyOf(labels, length));
    return kept.labelCount() > 0
        ? new Encoded(whole, Optional.of(kept), Optional.empty())
        : new Encoded(whole, Optional.empty(), Optional.of("too long"));
  }

  static PreflightRow row(long line, String prompt, String completion, Encoded encoded) {
    return new PreflightRow(
        FILE, line, Form.ANSWER, prompt, List.of(completion), Optional.of(encoded));
  }

  static PreflightRow answer(long line, String prompt, String completion) {
    return answer(line, prompt, completion, 1000);
  }

  static PreflightRow answer(long line, String prompt, String completion, int maxLength) {
    int[] given = ids(prompt);
    int[] all = joined(given, ids(completion), new int[] {ByteTokenizer.EOS});
    return row(line, prompt, completion, encoded(all, given.length, maxLength));
  }

  static PreflightRow pair(long line, String prompt, String chosen, String rejected) {
    return new PreflightRow(
        FILE, line, Form.PAIR, prompt, List.of(chosen, rejected), Optional.empty());
  }

  static PreflightRow text(long line, String text) {
    return new PreflightRow(FILE, line, Form.TEXT, text, List.of(), Optional.empty());
  }

  static PreflightRow label(long line, String text, String label) {
    return new PreflightRow(FILE, line, Form.LABEL, text, List.of(label), Optional.empty());
  }

  static PreflightRow tags(long line, String... tags) {
    return new PreflightRow(
        FILE, line, Form.TAGS, "tokens of line " + line, List.of(tags), Optional.empty());
  }

  static PreflightReport report(PreflightRow... rows) {
    return report(List.of(rows), List.of(), Set.of());
  }

  static PreflightReport report(
      List<PreflightRow> rows, List<PreflightRow> heldOut, Set<String> allowed) {
    Preflight preflight = new Preflight(TOKENIZER, allowed);
    rows.forEach(preflight::add);
    heldOut.forEach(preflight::addHeldOut);
    return preflight.report(
        new FileRows(rows.size(), 0), new FileRows(heldOut.size(), 0), Optional.empty());
  }

  /** What a check found; null if it had nothing to judge. */
  static Finding finding(PreflightReport report, String key) {
    return report.findings().stream()
        .filter(finding -> finding.key().equals(key))
        .findFirst()
        .orElse(null);
  }
}
