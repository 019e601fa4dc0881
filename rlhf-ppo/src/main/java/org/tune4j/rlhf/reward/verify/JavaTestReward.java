package org.tune4j.rlhf.reward.verify;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.Row;
import org.tune4j.rlhf.reward.Reward;
import org.tune4j.rlhf.reward.verify.JavaSandbox.Source;
import org.tune4j.rlhf.reward.verify.SandboxResult.Outcome;

/**
 * 1 for a response whose Java program passes its test, else 0: what does not compile, throws,
 * exits, hangs, or takes too much memory. The program is the last block fenced as {@code java}, or
 * the whole response.
 *
 * @param column of the row that has the test: a class of the unnamed package whose main method
 *     throws unless the program is right
 */
public record JavaTestReward(String column, JavaSandbox sandbox) implements Reward {
  @Override
  public double score(String prompt, String response, Row row)
      throws IOException, InterruptedException {
    return run(response, row).outcome() == Outcome.PASSED ? 1 : 0;
  }

  /**
   * Runs the test of a response.
   *
   * @throws DataException if the row has none
   */
  public SandboxResult run(String response, Row row) throws IOException, InterruptedException {
    String test = ResponseText.column(row, column);
    JavaTypes tests = JavaTypes.of(test);
    String main =
        tests
            .main()
            .orElseThrow(
                () ->
                    new DataException(
                        "%s: column %s: wanted a Java class with a main method, found none"
                            .formatted(row.where(), column)));
    String program = ResponseText.block(response, "java").orElse(response);
    Optional<String> file = JavaTypes.of(program).file();
    if (file.isEmpty()) {
      return new SandboxResult(Outcome.NOT_COMPILED, "has no class");
    }
    String testFile = tests.file().orElse(main);
    if (file.get().equals(testFile)) {
      return new SandboxResult(Outcome.NOT_COMPILED, "has a class with the name of its test");
    }
    return sandbox.run(main, List.of(new Source(testFile, test), new Source(file.get(), program)));
  }
}
