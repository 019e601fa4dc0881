package org.tune4j.examples.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs every golden case that it finds and prints each comparison as a line of JSON: {@code case,
 * check, max_abs_diff, tolerance, ok}.
 */
public final class Conformance {
  private static final Logger LOG = LoggerFactory.getLogger(Conformance.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private final PrintStream out;
  private boolean allOk = true;
  private boolean allKnown = true;

  private Conformance(PrintStream out) {
    this.out = out;
  }

  /**
   * Checks all cases at and below some paths.
   *
   * @param paths folders, case folders, or single cases that are files
   * @return 0 when all is well, 1 when a comparison fails, 2 when a path holds no case, or a case
   *     that nothing checks
   */
  public static int run(List<Path> paths, PrintStream out) {
    Conformance conformance = new Conformance(out);
    for (Path path : paths) {
      conformance.run(path);
    }
    boolean wrongCall = paths.isEmpty() || !conformance.allKnown;
    return wrongCall ? 2 : conformance.allOk ? 0 : 1;
  }

  private void run(Path path) {
    List<Path> cases = new ArrayList<>();
    if (Files.exists(path)) {
      collect(path, cases);
    }
    if (cases.isEmpty()) {
      unknown(path, "holds no golden case");
    }
    cases.forEach(this::runCase);
  }

  /** Depth first, in the order of names. A case is not looked into. */
  private static void collect(Path path, List<Path> cases) {
    if (GoldenKind.of(path).isPresent()) {
      cases.add(path);
      return;
    }
    if (!Files.isDirectory(path)) {
      return;
    }
    if (GoldenKind.looksGolden(path)) {
      cases.add(path);
    }
    try (Stream<Path> entries = Files.list(path)) {
      entries.sorted().forEach(entry -> collect(entry, cases));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void runCase(Path path) {
    Optional<GoldenKind> kind = GoldenKind.of(path);
    Optional<CaseCheck> check = kind.flatMap(GoldenKind::check);
    if (check.isEmpty()) {
      unknown(path, "is a case that nothing checks");
      return;
    }
    try {
      check.get().check(path, this::report);
    } catch (RuntimeException e) {
      LOG.debug("{}", path, e);
      String name = kind.get().name() + "/" + path.toAbsolutePath().normalize().getFileName();
      report(name, "ended early: " + e, Double.NaN, 0, false);
    }
  }

  private void unknown(Path path, String why) {
    LOG.error("{} {}", path, why);
    allKnown = false;
  }

  private void report(
      String caseName, String check, double maxAbsDiff, double tolerance, boolean ok) {
    allOk &= ok;
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("case", caseName);
    line.put("check", check);
    line.put("max_abs_diff", maxAbsDiff);
    line.put("tolerance", tolerance);
    line.put("ok", ok);
    try {
      out.println(JSON.writeValueAsString(line));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    out.flush();
  }
}
