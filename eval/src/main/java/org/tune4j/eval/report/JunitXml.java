package org.tune4j.eval.report;

import java.util.List;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.gate.GateResult.Line;
import org.tune4j.eval.gate.GateResult.Status;

/**
 * Gates as a build's tests: a suite for each gate, a test case for each line. What was not measured
 * is a skipped test.
 */
final class JunitXml {
  private final GateResult gate;
  private final StringBuilder xml = new StringBuilder();
  private int tests;
  private int failures;

  private JunitXml(GateResult gate) {
    this.gate = gate;
  }

  static String text(List<GateResult> gates) {
    StringBuilder xml =
        new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    gates.forEach(gate -> xml.append(new JunitXml(gate).suite()));
    return xml.append("</testsuites>\n").toString();
  }

  private String suite() {
    for (Line line : gate.lines()) {
      test(line.name(), line.status(), GateSection.found(line));
    }
    if (gate.count(Status.PASS) == 0 && gate.count(Status.FAIL) == 0) {
      test("something was measured", Status.FAIL, "no figure of the gate was measured");
    }
    return "<testsuite name=\"%s\" tests=\"%s\" failures=\"%s\" errors=\"0\" skipped=\"%s\" time=\"0\">\n%s</testsuite>\n"
        .formatted(
            Html.escape(gate.gate() + " of " + gate.model()),
            tests,
            failures,
            gate.count(Status.NOT_MEASURED),
            xml);
  }

  private void test(String name, Status status, String found) {
    tests++;
    failures += status == Status.FAIL ? 1 : 0;
    String told = Html.escape(found);
    xml.append(
            "<testcase classname=\"%s\" name=\"%s\" time=\"0\">"
                .formatted(Html.escape(gate.model()), Html.escape(name)))
        .append(
            switch (status) {
              case PASS -> "<system-out>%s</system-out>".formatted(told);
              case FAIL -> "<failure message=\"%s\"/>".formatted(told);
              case NOT_MEASURED -> "<skipped message=\"%s\"/>".formatted(told);
            })
        .append("</testcase>\n");
  }
}
