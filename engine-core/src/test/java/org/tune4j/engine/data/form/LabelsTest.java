package org.tune4j.engine.data.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;

class LabelsTest {
  private static ExampleForm row(String label) {
    return new ExampleForm.Labelled("t", label);
  }

  @Test
  void namesAreSortedWhateverTheOrderOfTheRows() {
    Labels labels = Labels.of(Stream.of(row("b "), row("a"), row("c"), row(""), row("a")));
    assertThat(labels.names()).containsExactly("a", "b", "c");
    assertThat(
            Labels.of(
                    Stream.of(
                        new ExampleForm.Tagged(List.of("x", "y"), List.of("O", "B-LOC")),
                        new ExampleForm.Tagged(List.of("z"), List.of("I-LOC"))))
                .names())
        .containsExactly("B-LOC", "I-LOC", "O");
    assertThat(Labels.of(Stream.of(new ExampleForm.MultiLabelled("t", List.of("q", "p")))).names())
        .containsExactly("p", "q");
  }

  @Test
  void numbersAreIdsAndGetTransformersNames() {
    assertThat(Labels.of(Stream.of(row("3"), row("0"), row("0"))).names())
        .containsExactly("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3");
    assertThat(Labels.of(Stream.of(new ExampleForm.LabelVector("t", List.of(false, true)))).names())
        .containsExactly("LABEL_0", "LABEL_1");
    assertThat(Labels.of(Stream.of(row("3"), row("x"))).names()).containsExactly("3", "x");
  }

  @Test
  void aLabelIsFoundByItsNameAndElseByItsNumber() throws BadColumnException {
    Labels labels = new Labels(List.of("negative", "positive", "0"));
    assertThat(labels.idOf("positive", "label")).isEqualTo(1);
    assertThat(labels.idOf(" positive ", "label")).isEqualTo(1);
    assertThat(labels.idOf("1", "label")).isEqualTo(1);
    assertThat(labels.idOf("0", "label")).as("a name goes before").isEqualTo(2);
    assertThatThrownBy(() -> labels.idOf("postive", "label"))
        .isInstanceOf(BadColumnException.class)
        .hasMessage(
            "column 'label' is 'postive', wanted is one of 3 labels, the nearest 'positive',"
                + " or a number from 0 to 2");
    for (String none : List.of("3", "-1", "1.0", "", "99999999999999999999")) {
      assertThat(labels.idOf(none)).isEmpty();
    }
  }

  @Test
  void labelsThatTellNothingApartAreRefused() {
    assertThatThrownBy(() -> new Labels(List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("at least one");
    assertThatThrownBy(() -> new Labels(List.of("a", "a ")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("name of its own");
    assertThatThrownBy(() -> Labels.of(Stream.of(new ExampleForm.Text("t"))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no row has one");
    assertThatThrownBy(() -> Labels.of(Stream.of(row("2000000000"))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("regression");
    assertThatThrownBy(
            () -> Labels.of(IntStream.range(0, 70_000).mapToObj(i -> row("weight " + i))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("more than 65536");
  }
}
