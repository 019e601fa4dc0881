package org.tune4j.examples.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.testdata.DemoFiles;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Trains the small bilingual demo model by every adaptation method, with the same rows in the same
 * order, as many updates, and as long a search for a learning rate, and writes what each costs and
 * is worth: a table and a picture.
 */
@Command(
    name = "CompareMethods",
    mixinStandardHelpOptions = true,
    description =
        "Trains the demo model by every adaptation method with an equal budget, and writes what each"
            + " costs and is worth.")
public final class CompareMethods implements Callable<Integer> {
  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description =
          "Where to work and write. Methods that are there already are not trained again.")
  private Path output;

  @Option(
      names = "--methods",
      split = ",",
      paramLabel = "NAME,…",
      description = "Only these, beside the untrained model. Default: all.")
  private List<String> methods = List.of();

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private ComparisonTask task = ComparisonTask.SUMMARIES;

  @Option(
      names = "--updates",
      paramLabel = "N",
      description =
          "Updates of a run, of 8 rows each; the search for a rate takes as many again. Default: ${DEFAULT-VALUE}.")
  private int updates = 150;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Runs of each method. Default: ${DEFAULT-VALUE}.")
  private int seeds = 2;

  @Option(
      names = "--test-rows",
      paramLabel = "N",
      description = "Rows that are measured on. Default: ${DEFAULT-VALUE}.")
  private int testRows = 200;

  private CompareMethods() {}

  /** Options: see {@code --help}. */
  public static void main(String[] arguments) {
    CommandLine command = new CommandLine(new CompareMethods());
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setExecutionExceptionHandler(
        (e, line, parsed) -> {
          if (e instanceof Tune4jException) {
            line.getErr().println(e.getMessage());
            return 1;
          }
          throw e;
        });
    System.exit(command.execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    Budget budget = new Budget(task, updates, seeds, testRows);
    ComparisonFolder folder = new ComparisonFolder(Files.createDirectories(output));
    DemoFiles.copyBaseTo(folder.model());
    System.out.println(run(output, budget, methods).markdown());
    return 0;
  }

  /**
   * Trains and measures what is not there yet, and writes table and picture.
   *
   * @param work has the base in {@code model}
   * @param names of the methods; empty for all
   */
  static ComparisonTable run(Path work, Budget budget, List<String> names) throws IOException {
    ComparisonFolder folder = new ComparisonFolder(work);
    List<String> wanted = wanted(folder.model(), budget.updates(), names);
    if (folder.open(budget)) {
      budget.task().writeRows(work, budget.updates() * Budget.BATCH, budget.testRows());
    }
    for (String method : wanted) {
      if (!folder.isComplete(method)) {
        measure(work, folder, method);
      }
    }
    ComparisonTable table = ComparisonTable.of(folder, wanted);
    table.write(work);
    return table;
  }

  private static void measure(Path work, ComparisonFolder folder, String method)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of(work.toString(), method));
    long start = System.nanoTime();
    if (!method.equals(ComparedMethods.UNTRAINED)) {
      MethodProcess.run(arguments);
      arguments.add(Double.toString(RateSearch.best(folder.readSearch(method))));
    }
    MethodProcess.run(arguments);
    System.err.printf(Locale.ROOT, "%s: %.0f s%n", method, (System.nanoTime() - start) / 1e9);
  }

  private static List<String> wanted(Path model, int updates, List<String> names) {
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      List<String> all =
          ComparedMethods.all(tokenizer, updates).stream().map(ComparedMethod::name).toList();
      for (String name : names) {
        if (!all.contains(name)) {
          throw new ConfigException(
              "--methods: there is no %s; did you mean %s? There are %s"
                  .formatted(name, NearestName.of(name, all), all));
        }
      }
      return Stream.concat(
              Stream.of(ComparedMethods.UNTRAINED),
              (names.isEmpty() ? all : names).stream().distinct())
          .toList();
    }
  }
}
