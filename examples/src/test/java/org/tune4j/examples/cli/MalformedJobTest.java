package org.tune4j.examples.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.Fuzz;
import org.tune4j.engine.MalformedFile;

/** Job files that are refused, and what each is told. */
class MalformedJobTest {
  private static final String VALID =
      """
      # A job.
      model: base
      data: [rows.jsonl, more.jsonl]
      lora:
        r: 4
        target_modules: [q_proj, "v_proj"]
      train:
        learning_rate: 1e-4
        seed: 7
      """;

  @TempDir Path folder;

  static List<MalformedFile> files() {
    String laughs = "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\nr: *d\n";
    return List.of(
        job("empty", "", "wanted keys with values"),
        job("a list", "- r\n", "found array"),
        job("an unknown key", "learning_rat: 1\n", "unknown key learning_rat", "learning_rate"),
        job("a key twice", "r: 4\nr: 8\n", "Duplicate field 'r'"),
        job(
            "two names of one setting",
            "train:\n  learning_rate: 1\nlearning_rate: 2\n",
            "set the same thing"),
        job("a setting in another group", "train:\n  r: 4\n", "wanted r at the top or under lora"),
        job("two documents", "r: 4\n---\nr: 8\n", "no valid YAML"),
        job("a tab", "train:\n\tseed: 1\n", "no valid YAML"),
        job("a billion laughs", laughs, "line 1 has an anchor or alias"),
        job("an alias of nothing", "r: *x\n", "an anchor or alias"),
        job("a tag of Java", "model: !!javax.script.ScriptEngineManager [x]\n", "has a tag (!)"),
        job("a tag of Python", "model: !!python/object/apply:os.system [x]\n", "has a tag (!)"),
        job("deep nesting", "r: " + "[".repeat(20_000), "no valid YAML"),
        job("a NUL", "r: \0\n", "no valid YAML"),
        MalformedFile.of(
                "no UTF-8", "r: \u00ff\n".getBytes(StandardCharsets.ISO_8859_1), "wanted UTF-8")
            .as(ConfigException.class),
        job("too large", "# ".repeat(600_000), "at most 1048576 bytes"));
  }

  private static MalformedFile job(String what, String content, String... parts) {
    return MalformedFile.of(what, content, parts).as(ConfigException.class);
  }

  private Runnable reading(byte[] content) {
    Path file = folder.resolve("run.yaml");
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return () -> SettingsFile.read(file, SftSettings.TABLE, note -> {});
  }

  @ParameterizedTest
  @MethodSource("files")
  void isRefused(MalformedFile file) {
    file.assertRefused(folder.resolve("run.yaml"), reading(file.content()));
  }

  @Test
  void damagedJobsGiveOurExceptions() {
    Fuzz.check(1000, VALID.getBytes(StandardCharsets.UTF_8), content -> reading(content).run());
  }
}
