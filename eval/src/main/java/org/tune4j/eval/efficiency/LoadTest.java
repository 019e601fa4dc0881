package org.tune4j.eval.efficiency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Puts a model under load in this process, and times every request as its client sees it.
 *
 * <p>The closed loop asks how fast the model is for so many clients. It cannot say how long
 * requests wait that come when they come: slow answers hold back the requests behind them
 * (coordinated omission). The open loop can: there a request's clock starts when it was to be sent.
 */
public final class LoadTest {
  private LoadTest() {}

  /**
   * Runs a load.
   *
   * @param inputs how many different inputs the model has; requests take them in turn
   * @param energy what the measured requests cost is read from
   * @throws org.tune4j.engine.Tune4jException what the model throws
   */
  public static LoadResult run(BatchModel model, int inputs, LoadPlan plan, EnergyMeter energy) {
    try (ModelServer server = new ModelServer(model, plan.maxBatchSize())) {
      closedLoop(server, inputs, plan.warmup(), plan.concurrency(), energy);
      energy.start();
      long start = System.nanoTime();
      List<RequestTiming> timings =
          plan.requestRate().isPresent()
              ? openLoop(server, inputs, plan.arrivals(), start, energy)
              : closedLoop(server, inputs, plan.requests(), plan.concurrency(), energy);
      long end = timings.stream().mapToLong(RequestTiming::done).max().orElse(start);
      energy.sample();
      return new LoadResult(plan, timings, end - start, energy.reading());
    }
  }

  private static List<RequestTiming> closedLoop(
      ModelServer server, int inputs, int requests, int clients, EnergyMeter energy) {
    RequestTiming[] timings = new RequestTiming[requests];
    AtomicInteger next = new AtomicInteger();
    Runnable client =
        () -> {
          for (int i = next.getAndIncrement(); i < requests; i = next.getAndIncrement()) {
            try {
              timings[i] = server.submit(i % inputs, System.nanoTime()).join();
            } catch (CompletionException e) {
              next.set(requests); // the other clients need not go on
              throw e;
            }
            energy.sample();
          }
        };
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      await(
          CompletableFuture.allOf(
              Stream.generate(() -> CompletableFuture.runAsync(client, threads))
                  .limit(clients)
                  .toArray(CompletableFuture<?>[]::new)));
    } finally {
      threads.shutdown();
    }
    return List.of(timings);
  }

  private static List<RequestTiming> openLoop(
      ModelServer server, int inputs, long[] arrivals, long start, EnergyMeter energy) {
    List<CompletableFuture<RequestTiming>> answers = new ArrayList<>();
    for (int i = 0; i < arrivals.length; i++) {
      long due = start + arrivals[i];
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      answers.add(server.submit(i % inputs, due));
      answers.get(i).thenRun(energy::sample);
    }
    return answers.stream().map(LoadTest::await).toList();
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }
}
