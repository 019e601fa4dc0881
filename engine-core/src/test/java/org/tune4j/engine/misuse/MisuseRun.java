package org.tune4j.engine.misuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ChildJvm;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Misuses in a JVM of their own, so that the test lives on where that one dies. */
public final class MisuseRun {
  static final String AS_WANTED = "as wanted";
  private static final String BEFORE = "> ";
  private static final String AFTER = "= ";

  private MisuseRun() {}

  /** Runs misuses one after the other; for the program. */
  public static void all(List<Misuse> misuses) {
    for (Misuse misuse : misuses) {
      System.out.println(BEFORE + misuse.name());
      String outcome = misuse.outcome() + workingOn();
      System.out.println(AFTER + outcome.replace('\n', ' '));
    }
  }

  /** Whatever was done, the engine computes as before. */
  private static String workingOn() {
    try (TensorScope scope = TensorScope.open()) {
      float[] zeros = TensorOps.zeros(scope, DType.FLOAT32, 2).toFloats();
      return zeros.length == 2 && zeros[0] == 0 && zeros[1] == 0 ? "" : ", zeros are wrong";
    } catch (RuntimeException e) {
      return ", the engine is broken: " + e;
    }
  }

  /**
   * Starts a program that calls {@link #all}, for the test: asserts that it ends in order, and that
   * each misuse has a name of its own.
   *
   * @return name to outcome
   */
  public static Map<String, String> outcomes(Class<?> program, Path folder) throws Exception {
    Process process = ChildJvm.start(folder, program, folder.toString());
    Map<String, String> outcomes = new LinkedHashMap<>();
    String open = null;
    try (BufferedReader out = process.inputReader()) {
      for (String line : out.lines().toList()) {
        if (line.startsWith(BEFORE)) {
          open = line.substring(BEFORE.length());
          assertThat(outcomes.put(open, "the JVM died")).as("two called " + open).isNull();
        } else if (line.startsWith(AFTER)) {
          outcomes.put(open, line.substring(AFTER.length()));
        }
      }
    }
    assertThat(ChildJvm.exit(process)).as("exit code, the last misuse being " + open).isZero();
    ChildJvm.assertNoCrashReport(folder);
    return outcomes;
  }

  /** The outcomes that are not as wanted. */
  public static List<String> faults(Map<String, String> outcomes) {
    return outcomes.entrySet().stream()
        .filter(outcome -> !outcome.getValue().equals(AS_WANTED))
        .map(outcome -> outcome.getKey() + ": " + outcome.getValue())
        .toList();
  }
}
