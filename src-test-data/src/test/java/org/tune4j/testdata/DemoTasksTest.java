package org.tune4j.testdata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** On the committed files, which {@link WriteResourcesTest} ties to the generator. */
class DemoTasksTest {
  private final DemoTasks tasks = new DemoTasks();

  @Test
  void rowsAreAFunctionOfTheSeed() {
    assertThat(tasks.sentiment(40, 5, false)).isEqualTo(new DemoTasks().sentiment(40, 5, false));
    assertThat(tasks.sentiment(40, 5, false)).isNotEqualTo(tasks.sentiment(40, 6, false));
    assertThat(tasks.arithmetic(40, 5, true)).isEqualTo(new DemoTasks().arithmetic(40, 5, true));
  }

  @Test
  void everyLabelOfEveryLanguageIsEquallyFrequent() throws IOException {
    assertBalanced("sentiment_train", 75);
    assertBalanced("sentiment_test", 10);
  }

  private static void assertBalanced(String name, long each) throws IOException {
    Map<String, Long> counts =
        TestResources.lines("demo/" + name + ".jsonl").stream()
            .map(line -> column(line, "completion"))
            .collect(Collectors.groupingBy(label -> label, Collectors.counting()));
    assertThat(counts).hasSize(20).allSatisfy((label, count) -> assertThat(count).isEqualTo(each));
  }

  @Test
  void trainingAndHeldOutShareNoTextWhateverTheirSeeds() throws IOException {
    assertDisjoint(prompts("sentiment_train", "prompt"), prompts("sentiment_test", "prompt"));
    assertDisjoint(prompts("arithmetic_train", "question"), prompts("arithmetic_test", "question"));
    List<Map<String, Object>> heldOut = tasks.sentiment(200, 1, true);
    List<Map<String, Object>> train = tasks.sentiment(3000, 1, false);
    assertThat(Collections.disjoint(values(heldOut, "prompt"), values(train, "prompt"))).isTrue();
  }

  private static void assertDisjoint(List<String> train, List<String> heldOut) {
    assertThat(train).doesNotHaveDuplicates();
    assertThat(heldOut).doesNotHaveDuplicates().doesNotContainAnyElementsOf(train);
  }

  private static List<String> prompts(String name, String column) throws IOException {
    return TestResources.lines("demo/" + name + ".jsonl").stream()
        .map(line -> column(line, column))
        .toList();
  }

  private static Set<Object> values(List<Map<String, Object>> rows, String column) {
    return rows.stream().map(row -> row.get(column)).collect(Collectors.toCollection(HashSet::new));
  }

  @Test
  void noReviewSpellsOutItsSentiment() throws IOException {
    for (String name : List.of("sentiment_train", "sentiment_test")) {
      assertThat(prompts(name, "prompt"))
          .noneMatch(prompt -> prompt.matches("(?is).*(positive|negative|正面|负面).*"));
    }
  }

  /** The value of a string column in a line without escapes other than of line breaks. */
  private static String column(String line, String name) {
    String start = "\"" + name + "\": \"";
    int from = line.indexOf(start) + start.length();
    return line.substring(from, line.indexOf('"', from));
  }
}
