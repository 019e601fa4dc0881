package org.tune4j.lora.algebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;

/** What is said of adapters, beside what is known of them or multiplied out. */
class AdapterReportTest {
  @TempDir Path parent;

  /** B's columns and A's rows are orthogonal, so the singular values are known: 6 and 2. */
  private Path known() throws IOException {
    return new SmallAdapter(parent.resolve("known"), 2)
        .with("lora_alpha", "4")
        .update("w", new float[] {0, 1, 3, 0, 0, 0}, new float[] {0, 0, 1, 0, 1, 0, 0, 0}, 2)
        .write();
  }

  @Test
  void theSpectrumIsThatOfTheUpdate() throws IOException {
    AdapterReport report = AdapterReport.of(known());
    assertThat(report.sites()).hasSize(1);
    AdapterReport.Site site = report.sites().get(0);
    assertThat(site.outputs()).isEqualTo(3);
    assertThat(site.inputs()).isEqualTo(4);
    assertThat(site.singularValues().get(0)).isCloseTo(6, within(1e-12));
    assertThat(site.singularValues().get(1)).isCloseTo(2, within(1e-12));
    assertThat(site.norm()).isCloseTo(Math.sqrt(40), within(1e-12));
    assertThat(site.energy(1)).isCloseTo(0.9, within(1e-12));
    assertThat(site.energy(5)).isEqualTo(1);
    assertThat(site.rankFor(0.89)).isEqualTo(1);
    assertThat(site.rankFor(0.91)).isEqualTo(2);
    double entropy = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
    assertThat(site.effectiveRank()).isCloseTo(Math.exp(entropy), within(1e-12));
  }

  @Test
  void anUpdateThatIsNothingHasNoRank() throws IOException {
    Path zero =
        new SmallAdapter(parent.resolve("zero"), 1)
            .update("w", new float[3], new float[4], 1)
            .write();
    AdapterReport report = AdapterReport.of(zero);
    assertThat(report.norm()).isZero();
    assertThat(report.sites().get(0).effectiveRank()).isZero();
    assertThat(report.energy(1)).isEqualTo(1);
    AdapterComparison comparison = AdapterComparison.of(zero, zero);
    assertThat(comparison.cosine()).isZero();
    assertThat(comparison.sites().get(0).cosine()).isZero();
  }

  @Test
  void theWholeIsOfAllSites() throws IOException {
    Path both =
        new SmallAdapter(parent.resolve("both"), 3)
            .update("a.q_proj", 7, 5, 3, 1)
            .update("b.q_proj", 2, 9, 3, 2)
            .write();
    Map<String, double[]> updates = Updates.of(both);
    AdapterReport report = AdapterReport.of(both);
    double squares = 0;
    double kept = 0;
    for (AdapterReport.Site site : report.sites()) {
      double norm = Updates.norm(updates.get(site.module()));
      assertThat(site.norm()).isCloseTo(norm, within(1e-9 * norm));
      squares += norm * norm;
      kept += Math.pow(site.singularValues().get(0), 2);
    }
    assertThat(report.norm()).isCloseTo(Math.sqrt(squares), within(1e-9));
    assertThat(report.energy(1)).isCloseTo(kept / squares, within(1e-9));
  }

  @Test
  void twoAreComparedAsIfMultipliedOut() throws IOException {
    Path one =
        new SmallAdapter(parent.resolve("one"), 2)
            .update("a.q_proj", 9, 8, 2, 1)
            .update("b.q_proj", 6, 5, 2, 2)
            .write();
    Path other =
        new SmallAdapter(parent.resolve("other"), 3)
            .with("lora_alpha", "-2")
            .update("a.q_proj", 9, 8, 3, 3)
            .update("c.q_proj", 6, 5, 3, 4)
            .write();
    AdapterComparison comparison = AdapterComparison.of(one, other);
    assertThat(comparison.onlyFirst()).containsExactly("b.q_proj");
    assertThat(comparison.onlySecond()).containsExactly("c.q_proj");
    assertThat(comparison.sites()).hasSize(1);
    double[] d = Updates.of(one).get("a.q_proj");
    double[] e = Updates.of(other).get("a.q_proj");
    double inner = 0;
    double opposite = 0;
    for (int i = 0; i < d.length; i++) {
      inner += d[i] * e[i];
      opposite += d[i] * e[i] < 0 ? 1 : 0;
    }
    AdapterComparison.Site site = comparison.sites().get(0);
    assertThat(site.cosine()).isCloseTo(inner / Updates.norm(d) / Updates.norm(e), within(1e-12));
    assertThat(site.signConflicts()).isEqualTo(opposite / d.length);
    assertThat(comparison.cosine())
        .isCloseTo(
            inner / AdapterReport.of(one).norm() / AdapterReport.of(other).norm(), within(1e-12));
  }

  /** Columns of the first span axes 0 and 1, of the second axis 1: the smaller is in the larger. */
  @Test
  void spacesOverlapByTheirAngles() throws IOException {
    Path second =
        new SmallAdapter(parent.resolve("second"), 1)
            .update("w", new float[] {0, 5, 0}, new float[] {0, 0, 1, 1}, 1)
            .write();
    AdapterComparison.Site site = AdapterComparison.of(known(), second).sites().get(0);
    assertThat(site.outputOverlap()).isCloseTo(1, within(1e-12));
    // The first reads axes 0 and 2, the second halfway between axes 2 and 3.
    assertThat(site.inputOverlap()).isCloseTo(0.5, within(1e-12));
    AdapterComparison.Site self = AdapterComparison.of(known(), known()).sites().get(0);
    assertThat(List.of(self.cosine(), self.outputOverlap(), self.inputOverlap()))
        .allSatisfy(value -> assertThat(value).isCloseTo(1, within(1e-12)));
    assertThat(self.signConflicts()).isZero();
  }

  @Test
  void adaptersOfDifferentBasesAreNotCompared() throws IOException {
    Path other = new SmallAdapter(parent.resolve("wide"), 1).update("w", 3, 7, 1, 1).write();
    assertThatThrownBy(() -> AdapterComparison.of(known(), other))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("w is a matrix of 3 x 4 and of 3 x 7");
  }
}
