package org.tune4j.eval.efficiency;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.eval.result.Figure;

/**
 * What a load found.
 *
 * @param timings of the measured requests, in the order in which they were sent
 * @param nanos from the first of them sent to the last of them answered
 */
public record LoadResult(
    LoadPlan plan, List<RequestTiming> timings, long nanos, EnergyMeter.Reading energy) {
  private static final double MIB = 1 << 20;
  private static final List<String> LATENCIES = List.of("ttft", "tpot", "itl", "e2e");
  private static final List<String> OTHERS =
      List.of(
          "requests_per_s",
          "output_tokens_per_s",
          "labels_per_s",
          "peak_rss_mib",
          "energy_j",
          "power_w",
          "energy_per_output_token_j",
          "energy_per_label_j");

  public LoadResult {
    timings = List.copyOf(timings);
  }

  /** The names of all figures that some load may have. */
  public static List<String> figureNames() {
    return Stream.concat(LATENCIES.stream().flatMap(Latencies::figureNames), OTHERS.stream())
        .toList();
  }

  /**
   * The figures: {@code ttft}, {@code tpot}, {@code itl} and {@code e2e} as {@code _mean}, {@code
   * _p50}, {@code _p95} and {@code _p99_ms}, throughput, the process's peak memory, and the
   * machine's energy. What could not be measured is not among them.
   *
   * @param signature what the figures depend on besides the requests
   */
  public List<Figure> figures(String signature) {
    List<Figure> figures = new ArrayList<>();
    Latencies ttft = latencies("ttft", RequestTiming::timeToFirstToken);
    Latencies tpot = latencies("tpot", RequestTiming::timePerOutputToken);
    Latencies e2e = latencies("e2e", timing -> OptionalLong.of(timing.latency()));
    Latencies itl = new Latencies("itl");
    long tokens = 0;
    for (RequestTiming timing : timings) {
      tokens += timing.tokens().length;
      for (long gap : timing.interTokenLatencies()) {
        itl.record(gap);
      }
    }
    boolean independent = plan.isSequential();
    figures.addAll(ttft.figures(independent));
    figures.addAll(tpot.figures(independent));
    figures.addAll(itl.figures(false));
    figures.addAll(e2e.figures(independent));
    double seconds = nanos / 1e9;
    figures.add(figure("requests_per_s", timings.size() / seconds, true));
    if (tokens > 0) {
      figures.add(figure("output_tokens_per_s", tokens / seconds, true));
    } else {
      figures.add(figure("labels_per_s", timings.size() / seconds, true));
    }
    ProcessMemory.peakResidentBytes()
        .ifPresent(bytes -> figures.add(figure("peak_rss_mib", bytes / MIB, false)));
    if (energy.joules().isPresent()) {
      double joules = energy.joules().getAsDouble();
      figures.add(figure("energy_j", joules, false));
      figures.add(figure("power_w", joules / seconds, false));
      figures.add(
          tokens > 0
              ? figure("energy_per_output_token_j", joules / tokens, false)
              : figure("energy_per_label_j", joules / timings.size(), false));
    }
    return figures.stream().map(each -> signed(each, signature)).toList();
  }

  /** What could not be measured, and why. */
  public Map<String, String> missing() {
    Map<String, String> missing = new LinkedHashMap<>();
    if (ProcessMemory.peakResidentBytes().isEmpty()) {
      missing.put("peak_rss_mib", "this system does not tell it (no /proc/self/status)");
    }
    energy.missing().ifPresent(why -> missing.put("energy_j", why));
    return missing;
  }

  private Latencies latencies(String name, Function<RequestTiming, OptionalLong> of) {
    Latencies latencies = new Latencies(name);
    timings.forEach(timing -> of.apply(timing).ifPresent(latencies::record));
    return latencies;
  }

  private Figure figure(String name, double value, boolean higherIsBetter) {
    return Figure.of(name, value, timings.size(), higherIsBetter);
  }

  private static Figure signed(Figure figure, String signature) {
    return new Figure(
        figure.name(),
        figure.value(),
        figure.interval(),
        figure.count(),
        figure.higherIsBetter(),
        signature);
  }
}
