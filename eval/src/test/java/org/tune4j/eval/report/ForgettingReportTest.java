package org.tune4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.EvalRow;
import org.tune4j.eval.stats.Proportion;
import org.tune4j.eval.task.EvalTask;

/** Tasks whose answers are given: how many of 40 are right, and what the new task's texts cost. */
class ForgettingReportTest {
  private int right;
  private double loss;
  private final EvalTask reviews =
      new EvalTask("reviews", List.of("exact_match"), model -> answers(right));
  private final EvalTask sums = new EvalTask("sums", List.of("perplexity"), model -> losses(loss));
  private final ForgettingReport report = new ForgettingReport(reviews, sums, Certainty.DEFAULT);

  @TempDir Path folder;

  private static List<EvalRow> answers(int right) {
    List<EvalRow> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(new EvalRow.Completion("r:" + i, "q" + i, List.of("yes"), i < right ? "yes" : "no"));
    }
    return rows;
  }

  private static List<EvalRow> losses(double loss) {
    List<EvalRow> rows = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      rows.add(new EvalRow.TextLoss("s:" + i, "t" + i, loss * (i + 1), i + 1, 1, 1));
    }
    return rows;
  }

  private ForgettingReport.Row measured(String way, int answered, double nats) {
    right = answered;
    loss = nats;
    return report.measure(way, null);
  }

  @Test
  void saysWhatIsKeptAndHowSureThatIs() throws Exception {
    ForgettingReport.Row before = measured("before", 40, 1);
    ForgettingReport.Row without = measured("without", 10, 0);
    ForgettingReport.Row ewc = measured("EWC", 38, 0.5);
    assertThat(before.kept()).isEqualTo(1);
    assertThat(before.change()).isEmpty();
    assertThat(without.kept()).isEqualTo(0.25);
    assertThat(without.oldTask().interval()).contains(new Proportion(10, 40).wilson(0.95));
    assertThat(without.change().orElseThrow().difference()).isEqualTo(-0.75);
    assertThat(without.change().orElseThrow().interval().orElseThrow().high()).isNegative();
    assertThat(ewc.kept()).isEqualTo(0.95);
    assertThat(ewc.newTask().value()).isEqualTo(Math.exp(0.5));
    assertThat(report.rows()).containsExactly(before, without, ewc);
    Path page = report.write(folder);
    assertThat(Files.readString(page)).contains("without", "EWC");
    List<String> table = Files.readAllLines(folder.resolve("forgetting.md"));
    assertThat(table).hasSize(5);
    assertThat(table.get(0))
        .isEqualTo("|  | reviews: exact_match | kept | change | sums: perplexity |");
    assertThat(table.get(2)).startsWith("| before | 1 (").contains("| 100 % | – |");
    assertThat(table.get(3)).startsWith("| without | 0.25 (").contains("| 25 % | -0.75 (");
  }

  /** Of a loss less is better, and a share of it says nothing. */
  @Test
  void aLossHasAChangeAndNoShare() {
    ForgettingReport losses = new ForgettingReport(sums, reviews, Certainty.DEFAULT);
    loss = 0;
    losses.measure("before", null);
    loss = 1;
    ForgettingReport.Row after = losses.measure("after", null);
    assertThat(after.kept()).isNaN();
    assertThat(after.change().orElseThrow().difference()).isEqualTo(Math.E - 1);
  }

  @Test
  void refusesWhatCannotBeTold() {
    assertThatThrownBy(report::markdown).isInstanceOf(ConfigException.class);
    measured("before", 40, 1);
    assertThatThrownBy(() -> measured("before", 40, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("before was measured already");

    assertThatThrownBy(() -> new ForgettingReport(reviews, reviews, Certainty.DEFAULT))
        .isInstanceOf(ConfigException.class);
  }
}
