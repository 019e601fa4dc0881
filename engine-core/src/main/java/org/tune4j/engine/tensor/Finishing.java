package org.tune4j.engine.tensor;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Work that is brought to a good end when the JVM exits: its thread's next native call is refused
 * with {@link org.tune4j.engine.EngineClosedException}, and then the gate stays open for what the
 * work does inside {@link #insist}, until it is closed or {@value #PATIENCE_SECONDS} seconds have
 * gone by.
 */
public final class Finishing implements AutoCloseable {
  static final int PATIENCE_SECONDS = 8;

  private static final Set<Finishing> OPEN = ConcurrentHashMap.newKeySet();
  private static final ThreadLocal<Integer> INSISTING = ThreadLocal.withInitial(() -> 0);

  private final Thread thread = Thread.currentThread();
  private final CountDownLatch ended = new CountDownLatch(1);

  private Finishing() {}

  /** What the calling thread does from now on is waited for. */
  public static Finishing begin() {
    Finishing finishing = new Finishing();
    OPEN.add(finishing);
    return finishing;
  }

  /** Calls that must not be left half done; close it to end them. */
  public static final class Insisted implements AutoCloseable {
    private Insisted() {
      INSISTING.set(INSISTING.get() + 1);
    }

    @Override
    public void close() {
      INSISTING.set(INSISTING.get() - 1);
    }
  }

  /** Native calls of this thread are let through while the JVM is exiting. */
  public static Insisted insist() {
    return new Insisted();
  }

  static boolean isInsisting() {
    return INSISTING.get() > 0;
  }

  /** Waits for the work of all threads but one that is exiting the JVM itself. */
  static void await() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    for (Finishing finishing : OPEN) {
      if (!finishing.isExiting()) {
        finishing.await(deadline - System.nanoTime());
      }
    }
  }

  /** A thread in System.exit waits for the shutdown hooks, which must not wait for it. */
  private boolean isExiting() {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals("java.lang.Shutdown"));
  }

  private void await(long nanoseconds) {
    try {
      ended.await(Math.max(0, nanoseconds), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The work is done. */
  @Override
  public void close() {
    OPEN.remove(this);
    ended.countDown();
  }
}
