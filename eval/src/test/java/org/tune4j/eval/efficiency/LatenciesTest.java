package org.tune4j.eval.efficiency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.stats.Interval;

/** Figures of requests whose instants are given. */
class LatenciesTest {
  private static final long MS = 1_000_000;

  private static double value(List<Figure> figures, String name) {
    return figures.stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow().value();
  }

  private static LoadResult result(LoadPlan plan, RequestTiming... timings) {
    return new LoadResult(
        plan,
        List.of(timings),
        2_000 * MS,
        new EnergyMeter.Reading(OptionalDouble.empty(), Optional.of("none here")));
  }

  private static LoadPlan plan(int clients) {
    return new LoadPlan(2, 0, clients, OptionalDouble.empty(), clients, 0);
  }

  @Test
  void latenciesAreThoseOfTheField() {
    RequestTiming timing =
        new RequestTiming(10 * MS, new long[] {110 * MS, 120 * MS, 160 * MS}, 160 * MS);
    assertThat(timing.timeToFirstToken()).hasValue(100 * MS);
    assertThat(timing.timePerOutputToken()).hasValue(25 * MS);
    assertThat(timing.interTokenLatencies()).containsExactly(10 * MS, 40 * MS);
    assertThat(timing.latency()).isEqualTo(150 * MS);
    RequestTiming one = new RequestTiming(0, new long[] {5}, 5);
    assertThat(one.timePerOutputToken()).isEmpty();
    assertThat(one.interTokenLatencies()).isEmpty();
    RequestTiming label = new RequestTiming(3, new long[0], 9);
    assertThat(label.timeToFirstToken()).isEmpty();
    assertThat(label.latency()).isEqualTo(6);
  }

  @Test
  void throughputIsWhatWasAnsweredByTheWholeTime() {
    List<Figure> figures =
        result(
                plan(1),
                new RequestTiming(0, new long[] {100 * MS, 120 * MS}, 120 * MS),
                new RequestTiming(120 * MS, new long[] {2_000 * MS}, 2_000 * MS))
            .figures("threads:2");
    assertThat(value(figures, "requests_per_s")).isEqualTo(1);
    assertThat(value(figures, "output_tokens_per_s")).isEqualTo(1.5);
    assertThat(value(figures, "tpot_p95_ms")).isCloseTo(20, withinPercentage(0.1));
    assertThat(value(figures, "ttft_p50_ms")).isCloseTo(100, withinPercentage(0.1));
    assertThat(value(figures, "ttft_p99_ms")).isCloseTo(1_880, withinPercentage(0.1));
    assertThat(value(figures, "ttft_mean_ms")).isCloseTo(990, withinPercentage(0.1));
    assertThat(value(figures, "peak_rss_mib")).isGreaterThan(1);
    assertThat(figures).allMatch(figure -> figure.signature().equals("threads:2"));
    assertThat(figures)
        .filteredOn(Figure::higherIsBetter)
        .extracting(Figure::name)
        .containsExactly("requests_per_s", "output_tokens_per_s");
  }

  @Test
  void labelsHaveNoTokensAndNoFiguresOfThem() {
    LoadResult labels = result(plan(1), new RequestTiming(0, new long[0], 20 * MS));
    assertThat(labels.figures(""))
        .extracting(Figure::name)
        .noneMatch(n -> n.matches("(ttft|tpot|itl|output).*"));
    assertThat(value(labels.figures(""), "labels_per_s")).isEqualTo(0.5);
  }

  @Test
  void energyIsAFigureOrAReason() {
    LoadResult unknown = result(plan(1), new RequestTiming(0, new long[] {1, 2}, 2));
    assertThat(unknown.figures("")).extracting(Figure::name).noneMatch(n -> n.contains("energy"));
    assertThat(unknown.missing()).containsEntry("energy_j", "none here");
    LoadResult known =
        new LoadResult(
            unknown.plan(),
            unknown.timings(),
            unknown.nanos(),
            new EnergyMeter.Reading(OptionalDouble.of(8), Optional.empty()));
    assertThat(value(known.figures(""), "energy_j")).isEqualTo(8);
    assertThat(value(known.figures(""), "power_w")).isEqualTo(4);
    assertThat(value(known.figures(""), "energy_per_output_token_j")).isEqualTo(4);
    assertThat(known.missing()).isEmpty();
    LoadResult labels =
        new LoadResult(
            known.plan(), List.of(new RequestTiming(0, new long[0], 2)), 2, known.energy());
    Set<String> named = new HashSet<>();
    Stream.of(known, labels)
        .flatMap(each -> each.figures("").stream())
        .forEach(figure -> named.add(figure.name()));
    assertThat(LoadResult.figureNames()).containsExactlyInAnyOrderElementsOf(named);
  }

  @Property(tries = 200)
  void percentilesAreRecordedLatenciesToThreeDigits(
      @ForAll @Size(min = 1, max = 300)
          List<@LongRange(min = 0, max = 3_600_000_000_000L) Long> all) {
    Latencies latencies = new Latencies("x");
    all.forEach(latencies::record);
    long[] sorted = all.stream().mapToLong(each -> each).sorted().toArray();
    for (int percentile : new int[] {50, 95, 99}) {
      long wanted = sorted[(int) Math.ceil(percentile * sorted.length / 100.0) - 1];
      assertThat(value(latencies.figures(false), "x_p" + percentile + "_ms") * MS)
          .isCloseTo(wanted, within(Math.max(1, wanted * 1e-3)));
    }
  }

  /** Only where requests do not wait for each other. */
  @Test
  void intervalsOfPercentilesCoverTheTruthAsOftenAsTheySay() {
    Random random = new Random(5);
    double[] truth = {Math.log(2), Math.log(20)};
    double[] covered = new double[2];
    int samples = 1500;
    for (int sample = 0; sample < samples; sample++) {
      Latencies latencies = new Latencies("x");
      IntStream.range(0, 200)
          .forEach(i -> latencies.record((long) (-Math.log(random.nextDouble()) * 1e9)));
      List<Figure> figures = latencies.figures(true);
      for (int i = 0; i < 2; i++) {
        Interval interval = figures.get(i + 1).interval().orElseThrow();
        assertThat(interval.contains(figures.get(i + 1).value())).isTrue();
        covered[i] += interval.contains(1e3 * truth[i]) ? 1.0 / samples : 0;
      }
    }
    // Ranks are whole numbers, so an interval covers at least as often as it says.
    assertThat(Arrays.stream(covered).boxed().toList()).allMatch(c -> c > 0.94 && c < 0.985);
  }

  @Test
  void fewOrDependentLatenciesHaveNoInterval() {
    Latencies few = new Latencies("x");
    IntStream.range(0, 20).forEach(i -> few.record(i * MS));
    assertThat(few.figures(true).get(1).interval()).isPresent();
    assertThat(few.figures(true).get(2).interval()).isEmpty();
    assertThat(few.figures(true).get(3).interval()).isEmpty();
    assertThat(few.figures(false)).allMatch(figure -> figure.interval().isEmpty());
    assertThat(new Latencies("x").figures(true)).isEmpty();
  }
}
