package org.tune4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.tune4j.eval.stats.Interval;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class IntervalChartTest {
  /** Names from top to bottom, none over another, whatever they hold. */
  @Test
  void isAPictureOfItsOwnWithALineEach() throws Exception {
    List<IntervalChart.Row> rows =
        List.of(
            new IntervalChart.Row("good", 42.5, Optional.of(new Interval(40, 45, 0.95)), true),
            new IntervalChart.Row("<b>&", 7, Optional.empty(), false),
            new IntervalChart.Row("none", 0, Optional.of(new Interval(0, 0, 0.95)), false));
    String svg = IntervalChart.svg("bleu < 100", rows).orElseThrow();
    Document picture =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertThat(picture.getDocumentElement().getAttribute("xmlns"))
        .isEqualTo("http://www.w3.org/2000/svg");
    NodeList texts = picture.getElementsByTagName("text");
    List<String> said = new ArrayList<>();
    List<Double> heights = new ArrayList<>();
    for (int i = 0; i < texts.getLength(); i++) {
      Element text = (Element) texts.item(i);
      said.add(text.getTextContent());
      if (rows.stream().anyMatch(row -> row.name().equals(text.getTextContent()))) {
        heights.add(Double.parseDouble(text.getAttribute("y")));
      }
    }
    assertThat(said).contains("bleu < 100", "good", "<b>&", "none", "0", "40");
    assertThat(said.indexOf("good")).isNotNegative();
    assertThat(heights).hasSize(3);
    List<Double> sorted = heights.stream().sorted().toList();
    assertThat(sorted.get(1) - sorted.get(0)).isGreaterThan(12);
    assertThat(sorted.get(2) - sorted.get(1)).isGreaterThan(12);
    assertThat(svg).contains("var(--line1)", "var(--line2)").doesNotContain("rgb(");
  }
}
