package org.tune4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.xml.sax.InputSource;

class HtmlTest {
  @Example
  void whatHtmlReadsIsEscaped() {
    assertThat(Html.escape("<a href=\"x\" id='y'>&amp;</a>\u0000\ud83d\ude00\ud83d"))
        .isEqualTo(
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;\ufffd\ud83d\ude00\ufffd");
  }

  @Property(tries = 300)
  void anyTextStaysOneText(@ForAll @StringLength(max = 30) String text) throws Exception {
    String escaped = Html.escape(text);
    assertThat(escaped).doesNotContain("<", ">", "\"", "'");
    String read =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader("<p>" + escaped + "</p>")))
            .getDocumentElement()
            .getTextContent();
    assertThat(read).hasSameSizeAs(text.replace("\r\n", "\n"));
  }
}
