package org.tune4j.eval.efficiency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

/** Loads on a model that only counts. */
class LoadTestTest {
  private static final OptionalDouble CLOSED = OptionalDouble.empty();

  /** Answers with as many tokens as the input says. */
  private static final class Counting implements BatchModel {
    final List<Integer> inputs = Collections.synchronizedList(new ArrayList<>());
    final Set<Integer> batchSizes = ConcurrentHashMap.newKeySet();
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    @Override
    public void answer(List<Request> requests) {
      threads.add(Thread.currentThread());
      batchSizes.add(requests.size());
      for (Request request : requests) {
        inputs.add(request.input());
        for (int token = 0; token < request.input(); token++) {
          request.token();
        }
      }
    }
  }

  private static LoadResult run(BatchModel model, LoadPlan plan) {
    return LoadTest.run(model, 4, plan, EnergyMeter.of(Path.of("nowhere")));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 8", "5, 1", "5, 3", "5, 8"})
  void everyRequestIsAnsweredOnceAndTheWarmUpLeftOut(int clients, int maxBatchSize) {
    Counting model = new Counting();
    LoadResult found = run(model, new LoadPlan(23, 6, clients, CLOSED, maxBatchSize, 0));
    assertThat(found.timings()).hasSize(23);
    assertThat(model.inputs).hasSize(29);
    int[] tokens = found.timings().stream().mapToInt(timing -> timing.tokens().length).toArray();
    int[] wanted = new int[23];
    Arrays.setAll(wanted, i -> i % 4);
    assertThat(tokens).isEqualTo(wanted);
    assertThat(model.batchSizes).allMatch(size -> size <= Math.min(clients, maxBatchSize));
    assertThat(model.threads).hasSize(1);
  }

  @Test
  void requestsAreTimedFromTheirSendingToTheirEnd() {
    LoadResult found = run(new Counting(), new LoadPlan(40, 0, 3, CLOSED, 3, 0));
    long last = Long.MIN_VALUE;
    for (RequestTiming timing : found.timings()) {
      long[] all = new long[timing.tokens().length + 2];
      System.arraycopy(timing.tokens(), 0, all, 1, timing.tokens().length);
      all[0] = timing.sent();
      all[all.length - 1] = timing.done();
      assertThat(all).isSorted();
      last = Math.max(last, timing.done());
    }
    long first = found.timings().stream().mapToLong(RequestTiming::sent).min().orElseThrow();
    assertThat(found.nanos()).isGreaterThanOrEqualTo(last - first);
  }

  /** A client that waits for an answer sends nothing, so no more than all clients wait at once. */
  @Test
  void theClosedLoopHasNoMoreRequestsThanClients() {
    AtomicInteger most = new AtomicInteger();
    List<Request> seen = new ArrayList<>();
    BatchModel model =
        requests -> {
          seen.addAll(requests);
          int open = (int) seen.stream().filter(each -> !each.answer().isDone()).count();
          most.accumulateAndGet(open, Math::max);
        };
    run(model, new LoadPlan(30, 0, 4, CLOSED, 4, 0));
    assertThat(most.get()).isBetween(1, 4);
  }

  @Test
  void arrivalsAreAPoissonProcessBySeed() {
    LoadPlan plan = new LoadPlan(20_000, 0, 1, OptionalDouble.of(50), 4, 7);
    long[] arrivals = plan.arrivals();
    assertThat(arrivals).isSorted().isEqualTo(plan.arrivals());
    assertThat(arrivals[0]).isZero();
    double mean = arrivals[19_999] / 19_999.0 / 1e9;
    assertThat(mean).isBetween(0.0196, 0.0204); // 1/50, 3 standard errors
    long within = 0;
    for (int i = 1; i < arrivals.length; i++) {
      within += arrivals[i] - arrivals[i - 1] < 0.02e9 ? 1 : 0;
    }
    assertThat(within / 19_999.0).isBetween(0.622, 0.643); // 1 - 1/e
    LoadPlan other = new LoadPlan(20_000, 0, 1, OptionalDouble.of(50), 4, 8);
    assertThat(other.arrivals()).isNotEqualTo(arrivals);
  }

  @Test
  void underARateEveryRequestIsSentWhenItIsDue() {
    LoadPlan plan = new LoadPlan(12, 2, 1, OptionalDouble.of(2000), 4, 7);
    LoadResult found = run(new Counting(), plan);
    long start = found.timings().get(0).sent();
    long[] sent = found.timings().stream().mapToLong(timing -> timing.sent() - start).toArray();
    assertThat(sent).isEqualTo(plan.arrivals());
  }

  @Test
  void whatTheModelThrowsEndsTheLoad() {
    BatchModel failing =
        requests -> {
          throw new DataException("row 7 is bad");
        };
    for (OptionalDouble rate : List.of(CLOSED, OptionalDouble.of(1000))) {
      assertThatThrownBy(() -> run(failing, new LoadPlan(5, 0, 2, rate, 2, 0)))
          .isInstanceOf(DataException.class)
          .hasMessage("row 7 is bad");
    }
  }

  @Test
  void plansThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new LoadPlan(0, -1, 0, OptionalDouble.of(0), 0, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("requests: wanted at least 1, found 0")
        .hasMessageContaining("warmup")
        .hasMessageContaining("concurrency")
        .hasMessageContaining("request_rate")
        .hasMessageContaining("max_batch_size");
    assertThatThrownBy(() -> new LoadPlan(1, 0, 1, OptionalDouble.of(Double.NaN), 1, 0))
        .isInstanceOf(ConfigException.class);
  }
}
