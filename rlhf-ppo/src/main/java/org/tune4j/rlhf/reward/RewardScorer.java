package org.tune4j.rlhf.reward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ConfigException;
import org.tune4j.rlhf.reward.RewardTerm.OnNaN;
import org.tune4j.rlhf.reward.TimedCalls.Call;
import org.tune4j.rlhf.reward.TimedCalls.Outcome;

/**
 * Scores responses by a weighted sum of rewards, whatever these do. Calls are made in batches and
 * in parallel. A sample of which a reward throws, takes too long, or gives NaN or infinity is tried
 * once more, alone; then it is dropped. What is given for a sample depends on nothing but what the
 * rewards say of it.
 */
public final class RewardScorer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RewardScorer.class);
  private static final int TOLD = 3;
  private final List<RewardTerm> terms;
  private final RewardLimits limits;
  private final TimedCalls calls;

  /**
   * A scorer.
   *
   * @param terms rewards with different names, at least one
   * @throws ConfigException if there is none, or two have the same name
   */
  public RewardScorer(List<RewardTerm> terms, RewardLimits limits) {
    Set<String> names = new HashSet<>();
    for (RewardTerm term : terms) {
      if (!names.add(term.name())) {
        throw new ConfigException("rewards: two have the name " + term.name());
      }
    }
    if (terms.isEmpty()) {
      throw new ConfigException("rewards: wanted at least one");
    }
    this.terms = List.copyOf(terms);
    this.limits = limits;
    this.calls = new TimedCalls(limits.threads());
  }

  /**
   * Scores samples.
   *
   * @throws RewardException if more than the allowed share of them has to be dropped, or calls hang
   *     for good, or the thread is interrupted
   */
  public RewardScores score(List<RewardSample> samples) {
    Map<String, double[]> values = new LinkedHashMap<>();
    for (RewardTerm term : terms) {
      double[] none = new double[samples.size()];
      Arrays.fill(none, Double.NaN);
      values.put(term.name(), none);
    }
    List<Asked> failed = ask(firstRound(samples.size()), samples, values);
    List<Asked> alone =
        failed.stream()
            .flatMap(each -> Arrays.stream(each.samples).mapToObj(s -> each.alone(s)))
            .toList();
    Map<Integer, DroppedSample> dropped = new TreeMap<>();
    for (Asked each : ask(alone, samples, values)) {
      int index = each.samples[0];
      dropped.putIfAbsent(index, new DroppedSample(index, each.term.name(), each.failure));
    }
    double[] totals = totals(values, samples.size(), dropped);
    refuse(dropped.values(), samples);
    return new RewardScores(totals, values, new ArrayList<>(dropped.values()));
  }

  /**
   * Samples of which a reward is asked in one call.
   *
   * @param failure what it did; null before it was asked
   */
  private record Asked(RewardTerm term, int[] samples, String failure) {
    Asked alone(int sample) {
      return new Asked(term, new int[] {sample}, failure);
    }
  }

  private List<Asked> firstRound(int samples) {
    List<Asked> round = new ArrayList<>();
    for (RewardTerm term : terms) {
      int size = Math.max(1, term.reward().batchSize());
      for (int from = 0; from < samples; from += Math.min(size, samples - from)) {
        int to = (int) Math.min(samples, (long) from + size);
        round.add(new Asked(term, IntStream.range(from, to).toArray(), null));
      }
    }
    return round;
  }

  /** Asks, and says what failed: of a call that gave numbers, the samples whose number is none. */
  private List<Asked> ask(
      List<Asked> round, List<RewardSample> samples, Map<String, double[]> values) {
    List<Outcome<double[]>> outcomes =
        calls.run(round.stream().map(a -> call(a, samples)).toList());
    List<Asked> failed = new ArrayList<>();
    for (int c = 0; c < round.size(); c++) {
      Asked asked = round.get(c);
      Outcome<double[]> outcome = outcomes.get(c);
      if (outcome.failure() != null) {
        failed.add(new Asked(asked.term, asked.samples, outcome.failure()));
        continue;
      }
      for (int i = 0; i < asked.samples.length; i++) {
        double value = outcome.value()[i];
        if (Double.isFinite(value)) {
          values.get(asked.term.name())[asked.samples[i]] = value;
        } else if (!Double.isNaN(value) || asked.term.onNaN() == OnNaN.DROP) {
          failed.add(new Asked(asked.term, new int[] {asked.samples[i]}, "gave " + value));
        }
      }
    }
    return failed;
  }

  private Call<double[]> call(Asked asked, List<RewardSample> samples) {
    List<RewardSample> these = Arrays.stream(asked.samples).mapToObj(samples::get).toList();
    return new Call<>(
        () -> {
          double[] scores = asked.term.reward().scores(these);
          if (scores == null || scores.length != these.size()) {
            throw new RewardException(
                "gave %s rewards for %d samples"
                    .formatted(
                        scores == null ? "no" : String.valueOf(scores.length), these.size()));
          }
          return scores.clone();
        },
        limits.timeout(these.size()));
  }

  private double[] totals(
      Map<String, double[]> values, int samples, Map<Integer, DroppedSample> dropped) {
    double[] totals = new double[samples];
    for (int s = 0; s < samples; s++) {
      boolean said = false;
      for (RewardTerm term : terms) {
        double value = values.get(term.name())[s];
        said |= !Double.isNaN(value);
        totals[s] += Double.isNaN(value) ? 0 : term.weight() * value;
      }
      if (!said && !dropped.containsKey(s)) {
        String all = String.join(", ", values.keySet());
        dropped.put(s, new DroppedSample(s, all, "gave NaN: no reward is for this sample"));
      }
      totals[s] = dropped.containsKey(s) ? Double.NaN : totals[s];
    }
    return totals;
  }

  private void refuse(Iterable<DroppedSample> dropped, List<RewardSample> samples) {
    List<String> told = new ArrayList<>();
    int count = 0;
    for (DroppedSample each : dropped) {
      if (count++ < TOLD) {
        told.add(
            "%s of %s: %s"
                .formatted(each.reward(), samples.get(each.index()).row().where(), each.why()));
      }
    }
    if (count == 0) {
      return;
    }
    String message =
        String.format(
            Locale.ROOT,
            "rewards: %d of %d samples dropped, each after two tries (%s)",
            count,
            samples.size(),
            String.join("; ", told));
    if (count > limits.maxDroppedShare() * samples.size()) {
      throw new RewardException(
          message
              + String.format(
                  Locale.ROOT,
                  "; at most a share of %s may be. Mend the reward; the run goes on from its last"
                      + " checkpoint",
                  limits.maxDroppedShare()));
    }
    LOG.warn(message);
  }

  /** Interrupts what is still being computed, and waits a few seconds for it to end. */
  @Override
  public void close() {
    calls.close();
  }
}
