package org.tune4j.examples.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.preflight.Forecast;
import org.tune4j.engine.preflight.PreflightReport;

/** Holds forecasts of memory against what runs took, each in a process of its own. */
public final class MemoryBench {
  private static final double CLOSE = 0.1;

  private MemoryBench() {}

  /**
   * Runs the benchmark.
   *
   * @param data rows as for {@code sft}, enough for each configuration
   * @param only run those configurations alone whose shape or options contain it; may be empty
   * @param lines takes the figures of each configuration, and at the end how many were close
   */
  public static void run(Path data, String only, Consumer<Map<String, Object>> lines) {
    try {
      Path work = Files.createTempDirectory("tune4j-memory");
      int close = 0;
      List<MemoryConfiguration> all =
          MemoryConfiguration.ALL.stream()
              .filter(each -> (each.shape() + " " + each.options()).contains(only))
              .toList();
      try {
        for (MemoryConfiguration configuration : all) {
          Map<String, Object> line = measure(configuration, data, work);
          close += Math.abs((double) line.get("ratio") - 1) <= CLOSE ? 1 : 0;
          lines.accept(line);
        }
      } finally {
        delete(work);
      }
      Map<String, Object> last = new LinkedHashMap<>();
      last.put("configurations", all.size());
      last.put("within_10_percent", close);
      lines.accept(last);
    } catch (IOException e) {
      throw new StorageException("The benchmark cannot write: " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> measure(
      MemoryConfiguration configuration, Path data, Path work) throws IOException {
    Path model = work.resolve(configuration.shape().replace(' ', '-'));
    if (!Files.exists(model)) {
      RandomCheckpoint.write(model, configuration.config());
    }
    Path rows = work.resolve("rows.jsonl");
    try (Stream<String> all = Files.lines(data)) {
      Files.write(rows, (Iterable<String>) all.limit(configuration.rows())::iterator);
    }
    Path run = work.resolve("run");
    delete(run);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(WeighedRun.class.getName());
    command.addAll(List.of("sft", "--model", model.toString(), "--data", rows.toString()));
    command.addAll(List.of("--output", run.toString(), "--num-train-epochs", "1"));
    command.addAll(List.of("--save-steps", "2", "--learning-rate", "1e-3"));
    command.addAll(Arrays.asList(configuration.options().split(" ")));
    List<String> said = output(command);
    Forecast forecast = PreflightReport.read(run).orElseThrow().measured().forecast();
    double measured = Long.parseLong(said.get(said.size() - 1));
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("model", configuration.shape());
    line.put("options", configuration.options());
    line.put("forecast_mib", forecast.bytesNeeded() >> 20);
    line.put("measured_mib", (long) measured >> 20);
    line.put("ratio", Math.round(forecast.bytesNeeded() / measured * 1000) / 1000.0);
    return line;
  }

  private static List<String> output(List<String> command) throws IOException {
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (child.onExit().join().exitValue() != 0) {
      throw new IllegalStateException(String.join(" ", command) + "\n" + text);
    }
    return text.lines().toList();
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(MemoryBench::deleteOne);
    }
  }

  private static void deleteOne(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
