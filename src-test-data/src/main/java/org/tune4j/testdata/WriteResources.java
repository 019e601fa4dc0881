package org.tune4j.testdata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes every committed resource of the demo again, byte for byte, except the base model's
 * weights. From the repository's root, after {@code mvn -pl src-test-data compile}:
 *
 * <pre>java -cp src-test-data/target/classes org.tune4j.testdata.WriteResources</pre>
 */
public final class WriteResources {
  private static final String PACKAGE = "org/tune4j/testdata";
  private static final long TRAIN_SEED = 1;
  private static final long TEST_SEED = 2;

  private WriteResources() {}

  /**
   * Writes the resources.
   *
   * @param arguments the resource root to write to; without one, that of the source tree
   */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments.length > 0 ? arguments[0] : "src-test-data/src/main/resources");
    if (arguments.length > 1 || !Files.isDirectory(root)) {
      System.err.println("Wanted: one existing folder to write to, not " + root);
      System.exit(2);
    }
    writeTo(root.resolve(PACKAGE));
  }

  /** Writes {@code demo-base} and {@code demo} below a folder. */
  static void writeTo(Path folder) throws IOException {
    Path base = Files.createDirectories(folder.resolve(DemoFiles.BASE));
    BpeVocabulary bpe = DemoTokenizer.train();
    write(base, "tokenizer.json", Json.pretty(DemoTokenizer.tokenizerJson(bpe)));
    write(base, "tokenizer_config.json", Json.pretty(DemoTokenizer.configJson()));
    write(base, "config.json", Json.pretty(DemoBase.configJson(bpe.tokens().size())));
    write(base, "generation_config.json", Json.pretty(DemoBase.generationJson()));

    Path data = Files.createDirectories(folder.resolve(DemoFiles.DATA));
    DemoTasks tasks = new DemoTasks();
    write(data, "sentiment_train.jsonl", lines(tasks.sentiment(1500, TRAIN_SEED, false)));
    write(data, "sentiment_test.jsonl", lines(tasks.sentiment(200, TEST_SEED, true)));
    write(data, "arithmetic_train.jsonl", lines(tasks.arithmetic(500, TRAIN_SEED, false)));
    write(data, "arithmetic_test.jsonl", lines(tasks.arithmetic(100, TEST_SEED, true)));
  }

  private static String lines(List<Map<String, Object>> rows) {
    return rows.stream().map(row -> Json.line(row) + "\n").collect(Collectors.joining());
  }

  private static void write(Path folder, String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }
}
