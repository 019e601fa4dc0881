package org.tune4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.tune4j.eval.report.Curve.Point;

class CurveTest {
  @Property(tries = 50)
  void longCurvesAreThinnedToMeans(@ForAll @IntRange(max = 5000) int length) {
    List<Point> points = new ArrayList<>();
    for (int step = 1; step <= length; step++) {
      points.add(new Point(step, step % 7 == 0 ? Double.NaN : 2.0 * step));
    }
    List<Point> thinned = new Curve("loss", points, Curve.Style.LINE).points();
    assertThat(thinned).hasSizeLessThanOrEqualTo(Curve.MOST_POINTS);
    assertThat(thinned).allSatisfy(p -> assertThat(p.y()).isCloseTo(2 * p.x(), within(1e-6)));
  }
}
