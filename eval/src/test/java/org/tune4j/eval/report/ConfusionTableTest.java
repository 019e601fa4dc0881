package org.tune4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tune4j.eval.label.ConfusionMatrix;

class ConfusionTableTest {
  @Test
  void cellsTellCountsAndSharesOfTheirRow() {
    ConfusionMatrix matrix =
        ConfusionMatrix.of(new int[] {0, 0, 0, 0, 1}, new int[] {0, 0, 0, 1, 1}, 2);
    assertThat(ConfusionTable.html("", List.of("a<", "b"), matrix))
        .contains(
            "<tr><th>a&lt;</th><td class=\"same\" style=\"--share:0.750\">3</td>"
                + "<td class=\"other\" style=\"--share:0.250\">1</td></tr>")
        .contains("<td class=\"other\" style=\"--share:0.000\">0</td>");
  }

  @Test
  void ofManyLabelsThoseThatAreMistakenAreShown() {
    List<String> names = IntStream.range(0, 50).mapToObj(label -> "label" + label).toList();
    ConfusionMatrix matrix = new ConfusionMatrix(50);
    matrix.add(49, 37);
    String html = ConfusionTable.html("m", names, matrix);
    assertThat(html)
        .contains("20 of 50 labels that are mistaken most often", ">label37<", ">label49<")
        .doesNotContain(">label36<");
  }
}
