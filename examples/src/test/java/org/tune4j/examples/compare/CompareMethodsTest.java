package org.tune4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.examples.SmallModels;
import org.tune4j.lora.WeightMethod;
import org.tune4j.lora.WeightMethods;

class CompareMethodsTest {
  private static final Budget BUDGET = new Budget(ComparisonTask.SUMMARIES, 6, 2, 20);

  @TempDir Path folder;

  @Test
  void writesWhatMethodsCostAndAreWorthAndTrainsNoneTwice() throws IOException {
    SmallModels.write(folder.resolve("model"), "llama");
    ComparisonTable table = CompareMethods.run(folder, BUDGET, List.of("prefix", "lora"));
    assertThat(table.results())
        .extracting(MethodResult::method)
        .containsExactlyInAnyOrder("untrained", "lora", "prefix");
    assertThat(table.comparisons())
        .extracting(MethodComparison::baseline, MethodComparison::candidate)
        .hasSize(2)
        .allMatch(pair -> pair.toList().get(0).equals("lora"));
    for (MethodResult result : table.results()) {
      boolean trained = !result.method().equals("untrained");
      assertThat(result.cost().searched()).hasSize(trained ? RateSearch.TRIALS : 0);
      assertThat(result.cost().trained() > 0).isEqualTo(trained);
      assertThat(result.cost().fileBytes() > 0).isEqualTo(trained);
      assertThat(result.byRun()).hasSize(trained ? 2 : 1);
      assertThat(result.first().statistics().rows()).isEqualTo(20);
    }
    assertThat(Files.readString(folder.resolve("comparison.md")))
        .isEqualTo(table.markdown())
        .contains(
            "| lora ",
            "| prefix ",
            "| untrained ",
            "6 updates of 8 rows",
            "between prefix and lora: ")
        .doesNotContain("NaN", "null");
    assertThat(Files.readAllLines(folder.resolve("comparison.csv")))
        .hasSize(4)
        .allMatch(line -> line.split(",", -1).length == 19);
    JsonNode json = new ObjectMapper().readTree(folder.resolve("comparison.json").toFile());
    assertThat(json).hasSize(3);
    assertThat(json.get(0).path("bleu").isNumber()).isTrue();
    assertThat(Files.readString(folder.resolve("comparison.svg")))
        .startsWith("<svg ")
        .contains("lora (", "prefix (", ">untrained<");

    FileTime trained = Files.getLastModifiedTime(folder.resolve("lora/cost.json"));
    assertThat(CompareMethods.run(folder, BUDGET, List.of("prefix", "lora")).markdown())
        .isEqualTo(table.markdown());
    assertThat(Files.getLastModifiedTime(folder.resolve("lora/cost.json"))).isEqualTo(trained);
    Budget other = new Budget(ComparisonTask.SUMMARIES, 7, 2, 20);
    assertThatThrownBy(() -> CompareMethods.run(folder, other, List.of("lora")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("updates=6");
  }

  @Test
  void knowsEveryMethodThatThereIsByOneNameEach() throws IOException {
    SmallModels.write(folder.resolve("model"), "llama");
    try (Tokenizer tokenizer = Tokenizer.load(folder.resolve("model"))) {
      List<ComparedMethod> all = ComparedMethods.all(tokenizer, BUDGET.updates());
      assertThat(all).extracting(ComparedMethod::name).doesNotHaveDuplicates();
      assertThat(
              all.stream()
                  .map(ComparedMethod::config)
                  .filter(WeightMethod.class::isInstance)
                  .map(config -> ((WeightMethod) config).peftType())
                  .collect(Collectors.toSet()))
          .as("a method that is added to WeightMethods has a line in ComparedMethods")
          .isEqualTo(WeightMethods.peftTypes());
    }
    assertThatThrownBy(() -> CompareMethods.run(folder, BUDGET, List.of("prefx")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("did you mean prefix?");
  }

  @Test
  void aBudgetOfNothingIsRefused() {
    assertThatThrownBy(() -> new Budget(ComparisonTask.REVIEWS, 1, 0, 2))
        .isInstanceOf(ConfigException.class)
        .hasMessage("--seeds: wanted at least 1, found 0");
  }

  @Test
  void noRowIsInTwoFilesOfATask() throws IOException {
    for (ComparisonTask task : ComparisonTask.values()) {
      Path work = Files.createDirectories(folder.resolve(task.key()));
      task.writeRows(work, 64, 40);
      List<String> learned = Files.readAllLines(ComparisonTask.train(work));
      List<String> chosen = Files.readAllLines(ComparisonTask.validation(work));
      List<String> measured = Files.readAllLines(ComparisonTask.test(work));
      assertThat(learned).hasSize(64).doesNotContainAnyElementsOf(measured);
      assertThat(measured).hasSize(40).doesNotHaveDuplicates();
      assertThat(chosen).hasSize(20).doesNotContainAnyElementsOf(measured);
      assertThat(learned).doesNotContainAnyElementsOf(chosen);
    }
  }
}
