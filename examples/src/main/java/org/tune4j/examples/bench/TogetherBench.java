package org.tune4j.examples.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.tune4j.engine.EngineClosedException;
import org.tune4j.engine.train.RunListener;

/**
 * Two trainings and a generation at once in one JVM, over one model: each must give what it gives
 * alone.
 */
public final class TogetherBench {
  private static final int UPDATES = 50;

  private TogetherBench() {}

  /**
   * What was made beside each other.
   *
   * @param equal trainings and generations that gave the same as alone
   */
  public record Result(int trainings, int generations, int equal) {}

  /** A kind of work: how often it was done, and how often it gave what it gives alone. */
  private record Done(int times, int equal) {}

  /**
   * Runs the bench.
   *
   * @param time for how long new work is begun
   */
  public static Result run(Duration time) {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (DemoRuns demo = new DemoRuns()) {
      List<Callable<Object>> works =
          List.of(() -> train(demo, 1), () -> train(demo, 2), demo::generate);
      List<Object> alone = new ArrayList<>();
      for (Callable<Object> work : works) {
        alone.add(result(threads.submit(work)));
      }
      long end = System.nanoTime() + time.toNanos();
      List<Future<Done>> together = new ArrayList<>();
      for (int i = 0; i < works.size(); i++) {
        Callable<Object> work = works.get(i);
        Object wanted = alone.get(i);
        together.add(threads.submit(() -> repeat(work, wanted, end)));
      }
      List<Done> done = together.stream().map(TogetherBench::result).toList();
      return new Result(
          done.get(0).times() + done.get(1).times(),
          done.get(2).times(),
          done.stream().mapToInt(Done::equal).sum());
    } finally {
      threads.shutdownNow();
    }
  }

  private static String train(DemoRuns demo, long seed) {
    return demo.train(seed, UPDATES, new RunListener() {});
  }

  private static Done repeat(Callable<Object> work, Object wanted, long end) throws Exception {
    int times = 0;
    int equal = 0;
    while (times == 0 || System.nanoTime() < end) {
      times++;
      equal += work.call().equals(wanted) ? 1 : 0;
    }
    return new Done(times, equal);
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineClosedException("Interrupted while work was under way");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
