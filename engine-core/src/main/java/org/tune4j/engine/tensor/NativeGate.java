package org.tune4j.engine.tensor;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import com.sun.jna.Function;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineClosedException;

/**
 * The one door to native code. Every call into libtorch is made between {@link #enter()} and {@link
 * Pass#close()}.
 *
 * <p>libtorch's static destructors run when the JVM exits; a native call that is still under way
 * then dies with SIGSEGV and takes the JVM along. So a shutdown hook closes this gate: it lets no
 * further call in but those that work needs to come to a good end ({@link Finishing}), and waits
 * for the calls inside (none is longer than about a second, a call does one block). Calls from
 * different threads run side by side.
 *
 * <p>The executor's optimizer and the gradient mode are per thread in libtorch, so both are set at
 * every entry: the optimizer off, without which {@code torch.grad} inside a kernel fails, and
 * gradients off, since backward passes are written out.
 */
public final class NativeGate {
  private static final ReentrantReadWriteLock LOCK = new ReentrantReadWriteLock();
  private static final Pass PASS = new Pass();
  private static volatile boolean closing;
  private static volatile boolean closed;

  static {
    // Nothing is downloaded and nothing is reported, ever; both must be set before DJL's classes
    // load.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
    spinBriefly();
    Engine.getEngine("PyTorch");
    Runtime.getRuntime().addShutdownHook(new Thread(NativeGate::shut, "tune4j-native-gate"));
  }

  private NativeGate() {}

  /**
   * libtorch's threads wait for each other some thousand times a step. GNU OpenMP lets them spin
   * for long, which is ruinous beside another busy process: two runs on two cores fell to a tenth
   * of their rate. So they spin for a moment only, unless the environment says how to wait: just
   * longer than the gap from one small operation to the next, since threads that fall asleep there
   * made decoding a seventh slower. Two runs on two cores then take 7 % longer for each other; at
   * twice as much, 41 %. OpenMP reads it when its library is loaded, hence this comes before DJL
   * loads libtorch.
   */
  private static void spinBriefly() {
    if (System.getenv("OMP_WAIT_POLICY") == null && System.getenv("GOMP_SPINCOUNT") == null) {
      try {
        Function.getFunction("c", "setenv").invokeInt(new Object[] {"GOMP_SPINCOUNT", "2000", 0});
      } catch (UnsatisfiedLinkError e) {
        // No such function on this system: its OpenMP keeps its own way.
      }
    }
  }

  /** Proof of being inside; close it to leave. */
  public static final class Pass implements AutoCloseable {
    private Pass() {}

    @Override
    public void close() {
      LOCK.readLock().unlock();
    }
  }

  /**
   * Enters native code from this thread.
   *
   * @throws EngineClosedException when the JVM is shutting down
   */
  public static Pass enter() {
    LOCK.readLock().lock();
    if (closed || closing && !Finishing.isInsisting()) {
      LOCK.readLock().unlock();
      throw new EngineClosedException("The JVM is shutting down: no further native call is made");
    }
    JniUtils.setGraphExecutorOptimize(false);
    JniUtils.setGradMode(false);
    return PASS;
  }

  /**
   * Like {@link #enter()} for releasing memory: null instead of an exception when the gate is
   * closed.
   */
  public static Pass enterToRelease() {
    LOCK.readLock().lock();
    if (closed) {
      LOCK.readLock().unlock();
      return null;
    }
    return PASS;
  }

  /** The version of libtorch. */
  public static String libraryVersion() {
    return Engine.getEngine("PyTorch").getVersion();
  }

  /** Threads that libtorch uses inside one operation. */
  public static int threads() {
    try (Pass pass = enter()) {
      return JniUtils.getNumThreads();
    }
  }

  /** Sets the threads that libtorch uses inside one operation, for the whole process. */
  public static void setThreads(int threads) {
    if (threads < 1 || threads > 4096) {
      throw new ConfigException("threads: wanted 1 to 4096, found " + threads);
    }
    try (Pass pass = enter()) {
      JniUtils.setNumThreads(threads);
    }
  }

  private static void shut() {
    closing = true;
    Finishing.await();
    LOCK.writeLock().lock();
    closed = true;
    LOCK.writeLock().unlock();
  }
}
