package org.tune4j.rlhf.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.source.Row;

class RewardScorerTest {
  private static final RewardLimits LENIENT = limits(4, 1);

  private static RewardLimits limits(int threads, double share) {
    return new RewardLimits(threads, Duration.ofMinutes(1), share);
  }

  private static List<RewardSample> samples(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new RewardSample(
                    "prompt " + i,
                    "x".repeat(i),
                    new Row(
                        JsonNodeFactory.instance.objectNode().put("i", i), "rows.jsonl", i + 1)))
        .toList();
  }

  private static RewardScores score(RewardLimits limits, int samples, RewardTerm... terms) {
    try (RewardScorer scorer = new RewardScorer(List.of(terms), limits)) {
      return scorer.score(samples(samples));
    }
  }

  private static RewardTerm length() {
    return RewardTerm.of("length", (prompt, response, row) -> response.length());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16})
  void weightedSumIsTheSameOnAnyNumberOfThreads(int threads) {
    RewardTerm row = RewardTerm.of("row", (p, r, at) -> at.columns().get("i").asInt() + 1.0);
    RewardScores scores = score(limits(threads, 0), 50, length().weighing(2), row.weighing(-0.5));
    for (int i = 0; i < 50; i++) {
      assertThat(scores.totals()[i]).isEqualTo(2.0 * i - 0.5 * (i + 1));
      assertThat(scores.byReward().get("row")[i]).isEqualTo(i + 1.0);
    }
    assertThat(scores.dropped()).isEmpty();
    assertThat(scores.kept()).hasSize(50);
  }

  @Test
  void callsRunInParallel() {
    CountDownLatch together = new CountDownLatch(4);
    RewardTerm meeting =
        RewardTerm.of(
            "meeting",
            (p, r, row) -> {
              together.countDown();
              together.await();
              return 1;
            });
    assertThat(score(limits(4, 0), 4, meeting).totals()).containsOnly(1);
  }

  @Test
  void failureThatPassesIsTriedOnceMore() {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    RewardTerm flaky =
        RewardTerm.of(
            "flaky",
            (prompt, r, row) -> {
              if (seen.add(prompt)) {
                throw new IllegalStateException("not yet");
              }
              return 3;
            });
    RewardScores scores = score(limits(2, 0), 5, flaky);
    assertThat(scores.totals()).containsOnly(3);
    assertThat(scores.dropped()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"throws", "error", "overflow", "nan", "infinite", "hangs", "spins"})
  void sampleOfAFailingRewardIsDroppedAfterTwoTries(String how) {
    AtomicInteger tries = new AtomicInteger();
    AtomicBoolean end = new AtomicBoolean();
    RewardTerm bad =
        RewardTerm.of(
            "bad",
            (p, r, row) -> {
              if (row.line() != 3) {
                return 1;
              }
              tries.incrementAndGet();
              return fail(how, end);
            });
    boolean hangs = how.equals("hangs") || how.equals("spins");
    RewardLimits limits = hangs ? new RewardLimits(4, Duration.ofSeconds(1), 1) : LENIENT;
    RewardScores scores = score(limits, 6, bad, length());
    end.set(true);
    assertThat(tries).hasValue(2);
    assertThat(scores.dropped()).hasSize(1);
    assertThat(scores.dropped().get(0).index()).isEqualTo(2);
    assertThat(scores.dropped().get(0).reward()).isEqualTo("bad");
    assertThat(scores.totals()[2]).isNaN();
    assertThat(scores.kept()).containsExactly(0, 1, 3, 4, 5);
    assertThat(scores.totals()[5]).isEqualTo(6);
  }

  private static double fail(String how, AtomicBoolean end) throws Exception {
    switch (how) {
      case "throws" -> throw new Exception("of any kind");
      case "error" -> throw new AssertionError("not right");
      case "overflow" -> {
        return overflow(0);
      }
      case "nan" -> {
        return Double.NaN;
      }
      case "infinite" -> {
        return Double.POSITIVE_INFINITY;
      }
      case "hangs" -> new CountDownLatch(1).await();
      default -> {
        while (!end.get()) {
          Thread.onSpinWait(); // It does not look at its interruption.
        }
      }
    }
    return 0;
  }

  private static double overflow(int depth) {
    return overflow(depth + 1) + 1;
  }

  @Test
  void rewardsThatAreNotForASampleAreLeftOut() {
    RewardTerm even =
        RewardTerm.of("even", (p, r, row) -> r.length() % 2 == 0 ? 10 : Double.NaN).leavingOutNaN();
    RewardTerm third =
        RewardTerm.of("third", (p, r, row) -> r.length() % 3 == 0 ? 1 : Double.NaN).leavingOutNaN();
    RewardScores scores = score(LENIENT, 6, even, third);
    assertThat(scores.totals()).containsExactly(11, Double.NaN, 10, 1, 10, Double.NaN);
    assertThat(scores.dropped()).extracting(DroppedSample::index).containsExactly(1, 5);
  }

  @Test
  void tooManyDropsStopTheRun() {
    RewardTerm bad =
        RewardTerm.of(
            "bad",
            (p, r, row) -> {
              if (row.line() <= 3) {
                throw new IllegalStateException("no answer");
              }
              return 1;
            });
    assertThat(score(limits(2, 0.3), 10, bad).dropped()).hasSize(3);
    assertThatThrownBy(() -> score(limits(2, 0.29), 10, bad))
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("3 of 10 samples dropped")
        .hasMessageContaining(
            "bad of rows.jsonl:1: threw java.lang.IllegalStateException: no answer")
        .hasMessageContaining("checkpoint");
  }

  @Test
  void batchRewardIsAskedAtOnceAndAfterAFailureOfEachAlone() {
    List<Integer> sizes = java.util.Collections.synchronizedList(new java.util.ArrayList<>());
    BatchReward all =
        samples -> {
          sizes.add(samples.size());
          if (samples.stream().anyMatch(each -> each.row().line() == 2)) {
            throw new IllegalStateException("too long");
          }
          return samples.stream().mapToDouble(each -> each.response().length()).toArray();
        };
    RewardScores scores = score(limits(1, 1), 4, RewardTerm.of("all", all));
    assertThat(sizes).containsExactly(4, 1, 1, 1, 1);
    assertThat(scores.totals()).containsExactly(0, Double.NaN, 2, 3);
  }

  @Test
  void batchRewardOfAnotherLengthFails() {
    RewardTerm wrong = RewardTerm.of("wrong", samples -> new double[samples.size() + 1]);
    assertThatThrownBy(() -> score(limits(2, 0), 3, wrong))
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("gave 2 rewards for 1 samples");
  }

  @Test
  void rewardsThatHangForGoodDoNotTakeThreadsForEver() {
    AtomicBoolean end = new AtomicBoolean();
    RewardTerm spins = RewardTerm.of("spins", (p, r, row) -> fail("spins", end));
    RewardLimits limits = new RewardLimits(1, Duration.ofMillis(5), 1);
    try {
      assertThatThrownBy(() -> score(limits, 100, spins))
          .isInstanceOf(RewardException.class)
          .hasMessageContaining("calls of rewards hang although they were interrupted");
    } finally {
      end.set(true);
    }
  }

  @Test
  void outOfMemoryIsNotASamplesFault() {
    RewardTerm large =
        RewardTerm.of(
            "large",
            (p, r, row) -> {
              throw new OutOfMemoryError("for the test");
            });
    assertThatThrownBy(() -> score(LENIENT, 1, large)).isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void interruptionEndsTheWait() throws InterruptedException {
    RewardTerm hangs = RewardTerm.of("hangs", (p, r, row) -> fail("hangs", new AtomicBoolean()));
    Throwable[] thrown = {null};
    Thread thread =
        new Thread(
            () -> {
              try {
                score(new RewardLimits(1, Duration.ofHours(1), 1), 1, hangs);
              } catch (RuntimeException e) {
                thrown[0] = e;
              }
            });
    thread.start();
    thread.interrupt();
    thread.join();
    assertThat(thrown[0]).isInstanceOf(RewardException.class).hasMessageContaining("interrupted");
  }

  /** What a reward computes with may be closed once the scorer is. */
  @Test
  void closingWaitsForCallsUnderWay() throws InterruptedException {
    AtomicBoolean computing = new AtomicBoolean();
    RewardTerm slow =
        RewardTerm.of(
            "slow",
            (p, r, row) -> {
              computing.set(true);
              for (long end = System.nanoTime() + 600_000_000L; System.nanoTime() < end; ) {
                Thread.onSpinWait(); // A native call does not look at its interruption.
              }
              computing.set(false);
              return 1;
            });
    boolean[] after = {true};
    Thread thread =
        new Thread(
            () -> {
              try {
                score(new RewardLimits(1, Duration.ofHours(1), 1), 1, slow);
              } catch (RewardException e) {
                after[0] = computing.get();
              }
            });
    thread.start();
    while (!computing.get()) {
      Thread.onSpinWait();
    }
    thread.interrupt();
    thread.join();
    assertThat(after[0]).isFalse();
  }

  @Test
  void nothingToScoreIsNothing() {
    assertThat(score(LENIENT, 0, length()).totals()).isEmpty();
  }

  @Test
  void wrongSettingsAreRefused() {
    Map<Runnable, String> wrong =
        Map.of(
            () -> new RewardLimits(0, Duration.ofSeconds(1), 0), "threads",
            () -> new RewardLimits(1, Duration.ZERO, 0), "timeout",
            () -> new RewardLimits(1, Duration.ofSeconds(1), 1.5), "share",
            () -> length().weighing(Double.NaN), "reward_weights",
            () -> new RewardScorer(List.of(), LENIENT), "at least one",
            () -> new RewardScorer(Arrays.asList(length(), length()), LENIENT), "name length");
    wrong.forEach(
        (call, message) ->
            assertThatThrownBy(call::run)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message));
  }

  @ParameterizedTest
  @CsvSource({"PT30S, 1, PT30S", "PT30S, 8, PT4M", "PT30S, 512, PT10M", "PT1H, 2, PT1H"})
  void callOfManySamplesThatHangsIsNotWaitedForLong(
      Duration ofSample, int samples, Duration wanted) {
    assertThat(new RewardLimits(1, ofSample, 0).timeout(samples)).isEqualTo(wanted);
  }
}
