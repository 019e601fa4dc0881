package org.tune4j.engine.tensor;

import com.sun.jna.Function;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives free pages of the C heap back to the system. Batches differ in size, so glibc, left alone,
 * keeps the free pieces of every size that it has met: a run of a 135M model grew from 1.1 to 2.0
 * GB within 14 steps, and stays at 1.5 GB so.
 */
public final class NativeHeap {
  /** It is worth its time (about 1.5 % of a step) once so much has come together. */
  private static final long WORTHWHILE = 128L << 20;

  private static final Function TRIM = find();
  private static final AtomicLong AFTER_LAST = new AtomicLong();

  private NativeHeap() {}

  /** Only glibc has it; elsewhere nothing is done. */
  private static Function find() {
    try {
      return Function.getFunction("c", "malloc_trim");
    } catch (UnsatisfiedLinkError e) {
      return null;
    }
  }

  /** Trims the heap if the process has grown noticeably since it was last trimmed. */
  public static void trim() {
    long resident = ProcessMemory.residentBytes().orElse(0);
    if (TRIM == null || resident < AFTER_LAST.get() + WORTHWHILE) {
      return;
    }
    try (NativeGate.Pass pass = NativeGate.enterToRelease()) {
      if (pass != null) {
        TRIM.invokeInt(new Object[] {0L});
        AFTER_LAST.set(ProcessMemory.residentBytes().orElse(0));
      }
    }
  }
}
