package org.tune4j.eval.efficiency;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * How a Java application shares one model among its clients: one thread owns the model, requests
 * wait in a queue, and those that wait are answered together, up to a limit. A batch runs to its
 * end before the next begins.
 */
final class ModelServer implements AutoCloseable {
  /**
   * How long a batch that has room waits for more. Clients that were answered together send their
   * next requests within microseconds, but not at once.
   */
  private static final long QUEUE_DELAY = TimeUnit.MILLISECONDS.toNanos(2);

  private final BatchModel model;
  private final int maxBatchSize;
  private final BlockingQueue<Request> waiting = new LinkedBlockingQueue<>();
  private final Thread owner = new Thread(this::serve, "tune4j-load");

  ModelServer(BatchModel model, int maxBatchSize) {
    this.model = model;
    this.maxBatchSize = maxBatchSize;
    owner.setDaemon(true);
    owner.start();
  }

  /**
   * Takes a request.
   *
   * @return its timing once it is answered; exceptional if the model failed
   */
  CompletableFuture<RequestTiming> submit(int input, long sent) {
    Request request = new Request(input, sent);
    waiting.add(request);
    return request.answer();
  }

  private void serve() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        answer(nextBatch());
      }
    } catch (InterruptedException e) {
      // Closed: nobody waits any more.
    }
  }

  private List<Request> nextBatch() throws InterruptedException {
    List<Request> batch = new ArrayList<>();
    batch.add(waiting.take());
    long until = System.nanoTime() + QUEUE_DELAY;
    while (batch.size() < maxBatchSize) {
      Request next = waiting.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        return batch;
      }
      batch.add(next);
    }
    return batch;
  }

  private void answer(List<Request> batch) {
    try {
      model.answer(batch);
      batch.forEach(Request::done);
    } catch (RuntimeException | Error e) {
      batch.forEach(request -> request.failed(e));
    }
  }

  /** Waits for the batch that is being answered. */
  @Override
  public void close() {
    owner.interrupt();
    boolean interrupted = false;
    while (owner.isAlive()) {
      try {
        owner.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
