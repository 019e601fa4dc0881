package org.tune4j.rlhf.reward;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes calls on a bounded number of threads, each for a bounded time. One that takes longer is
 * interrupted and left behind, since no thread can be stopped from outside; its place is given to
 * the next. Its daemon thread ends with the call, or with the process.
 */
final class TimedCalls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TimedCalls.class);
  private static final int LEFT_BEHIND_A_THREAD = 8;

  /** A pass of a reward model does not look at interrupts, and ends sooner. */
  private static final int SECONDS_TO_END = 5;

  private final int threads;
  private final AtomicInteger alive = new AtomicInteger();
  private final ExecutorService pool =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "reward");
            thread.setDaemon(true);
            return thread;
          });

  TimedCalls(int threads) {
    this.threads = threads;
  }

  /**
   * A call.
   *
   * @param timeout how long it may take from its beginning
   */
  record Call<T>(Callable<T> work, Duration timeout) {}

  /**
   * How a call ended.
   *
   * @param value null if it failed
   * @param failure what it did instead; null if it gave a value
   */
  record Outcome<T>(T value, String failure) {}

  /** A call under way. */
  private static final class Running<T> extends FutureTask<T> {
    private final int index;
    private final long deadline;
    private final BlockingQueue<Running<T>> ended;

    Running(int index, Call<T> call, BlockingQueue<Running<T>> ended) {
      super(call.work());
      this.index = index;
      this.deadline = System.nanoTime() + call.timeout().toNanos();
      this.ended = ended;
    }

    @Override
    protected void done() {
      ended.add(this);
    }
  }

  /**
   * Makes calls, and waits for them.
   *
   * @return how each ended, in their order
   * @throws RewardException if too many calls hang for good, or the thread is interrupted
   */
  <T> List<Outcome<T>> run(List<Call<T>> calls) {
    List<Outcome<T>> outcomes = new ArrayList<>();
    calls.forEach(call -> outcomes.add(null));
    BlockingQueue<Running<T>> ended = new LinkedBlockingQueue<>();
    List<Running<T>> running = new ArrayList<>();
    int next = 0;
    try {
      while (next < calls.size() || !running.isEmpty()) {
        for (; next < calls.size() && running.size() < threads; next++) {
          running.add(start(next, calls.get(next), ended));
        }
        long first = running.stream().mapToLong(each -> each.deadline).min().getAsLong();
        Running<T> done = ended.poll(first - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (done != null && running.remove(done)) {
          outcomes.set(done.index, outcome(done));
        }
        for (Iterator<Running<T>> each = running.iterator(); each.hasNext(); ) {
          Running<T> late = each.next();
          if (late.deadline <= System.nanoTime() && !late.isDone()) {
            late.cancel(true);
            each.remove();
            Duration limit = calls.get(late.index).timeout();
            outcomes.set(
                late.index, new Outcome<>(null, "took longer than " + limit.toMillis() + " ms"));
          }
        }
      }
      return outcomes;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RewardException("interrupted while rewards were computed", e);
    } finally {
      running.forEach(each -> each.cancel(true));
    }
  }

  private <T> Running<T> start(int index, Call<T> call, BlockingQueue<Running<T>> ended) {
    int most = threads * (1 + LEFT_BEHIND_A_THREAD);
    if (alive.get() >= most) {
      throw new RewardException(
          "%d calls of rewards hang although they were interrupted; a reward has to end when its thread is"
                  .formatted(alive.get())
              + " interrupted");
    }
    Running<T> running = new Running<>(index, call, ended);
    alive.incrementAndGet();
    pool.execute(
        () -> {
          try {
            running.run();
          } finally {
            alive.decrementAndGet();
          }
        });
    return running;
  }

  private static <T> Outcome<T> outcome(Running<T> done) throws InterruptedException {
    try {
      return new Outcome<>(done.get(), null);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof OutOfMemoryError fatal) {
        throw fatal; // Of the process, not of this sample.
      }
      return new Outcome<>(null, "threw " + e.getCause());
    } catch (CancellationException e) {
      return new Outcome<>(null, "was cancelled");
    }
  }

  /**
   * Interrupts calls under way and waits for them a while, even where this thread is interrupted:
   * what a reward model computes with may be closed next.
   */
  @Override
  public void close() {
    pool.shutdownNow();
    boolean interrupted = Thread.interrupted();
    try {
      if (!pool.awaitTermination(SECONDS_TO_END, TimeUnit.SECONDS)) {
        LOG.warn("{} calls of rewards go on although they were interrupted", alive.get());
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
