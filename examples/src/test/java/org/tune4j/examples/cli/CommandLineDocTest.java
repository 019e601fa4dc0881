package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code docs/command-line.md} says all that there is, and nothing that there is not. */
class CommandLineDocTest {
  private static final Path DOC = Path.of("../docs/command-line.md");

  private static String section(String command) throws IOException {
    String text = Files.readString(DOC);
    int from = text.indexOf("\n## " + command + "\n");
    assertThat(from).as("section " + command).isPositive();
    int to = text.indexOf("\n## ", from + 1);
    return text.substring(from, to < 0 ? text.length() : to);
  }

  private static List<String> options(String command) {
    List<String> call = new ArrayList<>(Arrays.asList(command.split(" ")));
    call.add("--help");
    return CliRun.of(call.toArray())
        .out()
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("--"))
        .map(line -> line.split("[=\\[ ]")[0])
        .filter(option -> !List.of("--config", "--json").contains(option))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sft",
        "bench dpo",
        "predict",
        "score",
        "attack",
        "eval",
        "compare",
        "generate",
        "judge",
        "latency",
        "fisher",
        "soup",
        "combine",
        "adapters",
        "merge",
        "export gguf",
        "inspect",
        "bench sft",
        "bench adapters",
        "bench memory",
        "bench prepare",
        "bench kills"
      })
  void everyOptionIsExplained(String command) throws IOException {
    assertThat(explained(command)).containsExactlyElementsOf(options(command));
  }

  private static List<String> explained(String command) throws IOException {
    return section(command)
        .lines()
        .filter(line -> line.startsWith("| `--"))
        .map(line -> line.substring(3).split("[ `]")[0])
        .toList();
  }

  @Test
  void whatPreferTakesBesidesSftIsExplained() throws IOException {
    List<String> own = new ArrayList<>(options("prefer"));
    own.removeAll(explained("sft").stream().filter(option -> !option.equals("--beta")).toList());
    assertThat(explained("prefer")).containsExactlyElementsOf(own);
  }

  /** By these names sft means something else. */
  private static final List<String> OF_POLICIES = List.of("--temperature", "--beta");

  @ParameterizedTest
  @ValueSource(strings = {"grpo", "rloo"})
  void whatPoliciesWithoutACriticTakeBesidesSftIsExplained(String command) throws IOException {
    List<String> own = new ArrayList<>(options(command));
    own.removeAll(
        explained("sft").stream().filter(option -> !OF_POLICIES.contains(option)).toList());
    assertThat(explained(command)).containsExactlyElementsOf(own);
  }

  @ParameterizedTest
  @ValueSource(strings = {"classify", "ppo", "reward"})
  void whatIsTakenBesidesWhatSftTakesIsExplained(String command) throws IOException {
    List<String> own = new ArrayList<>(options(command));
    own.removeAll(explained("sft"));
    assertThat(explained(command)).containsExactlyElementsOf(own);
  }
}
