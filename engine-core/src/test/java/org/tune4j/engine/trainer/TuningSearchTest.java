package org.tune4j.engine.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.train.Tuning;
import org.tune4j.engine.train.TuningReport;
import org.tune4j.engine.train.TuningReport.Tried;

class TuningSearchTest {
  private static final Tuning START = new Tuning(4, 8, Recompute.NONE, 0, 64);

  private static List<Tuning> threads(Tuning best) {
    return Stream.of(2, 1).map(best::withThreads).toList();
  }

  private static List<Tuning> sizes(Tuning best) {
    return Stream.of(8, 4, 2).map(rows -> best.withDivision(rows, Recompute.NONE)).toList();
  }

  private static final List<Function<Tuning, List<Tuning>>> COORDINATES =
      List.of(TuningSearchTest::threads, TuningSearchTest::sizes);

  /** Rates by threads and rows at once; what has none does not fit. */
  private static TuningReport search(Map<List<Integer>, Double> rates, int attempts) {
    int[] left = {attempts};
    return new TuningSearch(
            tuning -> {
              left[0]--;
              List<Integer> place = List.of(tuning.threads(), tuning.perDeviceTrainBatchSize());
              return new Tried(tuning, rates.getOrDefault(place, Double.NaN), 0);
            },
            () -> left[0] > 0)
        .run(START, COORDINATES);
  }

  private static Tuning tuning(int threads, int rows) {
    return new Tuning(threads, rows, Recompute.NONE, 0, 64);
  }

  private static final Map<List<Integer>, Double> RATES =
      Map.of(
          List.of(4, 8), 100.0,
          List.of(2, 8), 120.0,
          List.of(1, 8), 90.0,
          List.of(2, 4), 150.0,
          List.of(4, 4), 500.0);

  @Test
  void eachSettingIsSearchedWhereTheOnesBeforeAreBest() {
    TuningReport report = search(RATES, 99);
    assertThat(report.tried())
        .extracting(Tried::tuning)
        .containsExactly(START, tuning(2, 8), tuning(1, 8), tuning(2, 4), tuning(2, 2));
    assertThat(report.chosen()).isEqualTo(tuning(2, 4));
    assertThat(report.text()).contains("no memory", "\n*       2              4 ");
  }

  @Test
  void whatIsHardlyFasterIsLeftAsItIs() {
    Map<List<Integer>, Double> rates = Map.of(List.of(4, 8), 100.0, List.of(2, 8), 102.0);
    assertThat(search(rates, 99).chosen()).isEqualTo(START);
  }

  @Test
  void whatFitsIsTakenWhereTheStartDoesNot() {
    assertThat(search(Map.of(List.of(4, 2), 10.0), 99).chosen()).isEqualTo(tuning(4, 2));
    assertThat(search(Map.of(), 99).chosen()).isEqualTo(START);
  }

  @Test
  void nothingIsTriedOnceTheTimeIsUp() {
    TuningReport report = search(RATES, 2);
    assertThat(report.tried()).hasSize(2);
    assertThat(report.chosen()).isEqualTo(tuning(2, 8));
    assertThat(search(RATES, 0).tried()).hasSize(1);
  }
}
