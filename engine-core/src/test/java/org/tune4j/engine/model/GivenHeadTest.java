package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.model.arch.Architectures;

class GivenHeadTest {
  private static final Labels NAMES = new Labels(List.of("no", "是"));

  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    List<HeadTask> tasks =
        List.of(
            new HeadTask.SingleLabel(NAMES),
            new HeadTask.MultiLabel(NAMES),
            new HeadTask.Regression(),
            new HeadTask.WordLabels(NAMES, false));
    for (int i = 0; i < tasks.size(); i++) {
      GivenHead head = new GivenHead(tasks.get(i), Long.MIN_VALUE + i);
      Path adapter = folder.resolve("adapter-" + i);
      AtomicFolder.write(adapter, head::writeTo);
      assertThat(GivenHead.read(adapter)).contains(head);
      JsonNode fields = new ObjectMapper().readTree(adapter.resolve("head.json").toFile());
      assertThat(fields.path("id2label").size()).isEqualTo(tasks.get(i).outputs());
    }
    assertThat(GivenHead.read(folder)).isEmpty();
  }

  /** transformers: one output is a number where nothing else is said. */
  @Test
  void aConfigurationWithoutAProblemTypeSaysItByItsLabels() throws IOException {
    String one =
        "{\"architectures\":[\"BertForSequenceClassification\"],\"id2label\":{\"0\":\"x\"}}";
    String two = one.replace("\"0\":\"x\"", "\"0\":\"x\",\"1\":\"y\"");
    assertThat(task(one)).isEqualTo(new HeadTask.Regression());
    assertThat(task(two)).isEqualTo(new HeadTask.SingleLabel(new Labels(List.of("x", "y"))));
    assertThat(Architectures.task(folder, json("{\"architectures\":[\"BertModel\"]}"))).isEmpty();
  }

  private HeadTask task(String config) throws IOException {
    return Architectures.task(folder, json(config)).orElseThrow();
  }

  private static com.fasterxml.jackson.databind.node.ObjectNode json(String text)
      throws IOException {
    return (com.fasterxml.jackson.databind.node.ObjectNode) new ObjectMapper().readTree(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"architectures\":[\"BertModel\"],\"seed\":1}; architectures",
        "{\"architectures\":[\"ForSequenceClassification\"],\"seed\":\"x\"}; seed",
        "{\"architectures\":[\"ForSequenceClassification\"]}; seed",
        "{\"architectures\":[\"ForSequenceClassification\"],\"problem_type\":\"ranking\",\"seed\":1}; problem_type",
        "{\"architectures\":[\"ForSequenceClassification\"],\"problem_type\":\"regression\",\"seed\":1}; id2label",
        "{\"architectures\":[\"ForTokenClassification\"],\"id2label\":{\"0\":7},\"seed\":1}; field 0",
        "[]; head.json"
      })
  void anotherFileIsRefusedByFileAndField(String content, String named) throws IOException {
    Files.writeString(folder.resolve("head.json"), content);
    assertThatThrownBy(() -> GivenHead.read(folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("head.json")
        .hasMessageContaining(named);
  }
}
