package org.tune4j.engine.tensor;

import com.sun.jna.Function;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The C heap: how much of it is in use, and its free pages given back to the system. Batches differ
 * in size, so glibc, left alone, keeps the free pieces of every size that it has met: a run of a
 * 135M model grew from 1.1 to 2.0 GB within 14 steps, and stays at 1.5 GB so. Work of the same size
 * again finds its pieces where it left them, and then it is dear to have given them back: each page
 * is a fault, a tenth of a step in all.
 */
public final class NativeHeap {
  /** It is worth its time (about 1.5 % of a step) once so much has come together. */
  private static final long WORTHWHILE = 128L << 20;

  private static final Function TRIM = find("malloc_trim");
  private static final Function INFO = find("mallinfo2");
  private static final AtomicLong AFTER_LAST = new AtomicLong();

  /** What was resident when it was first asked for growth after that; 0 if it was not. */
  private static final AtomicLong STEADY = new AtomicLong();

  /** {@code mallopt}'s numbers for what it sets. */
  private static final int M_TRIM_THRESHOLD = -1;

  private static final int M_MMAP_THRESHOLD = -3;

  /** The highest threshold that glibc takes, where it ends up by itself as pieces are freed. */
  private static final int LARGEST_PIECE = 32 << 20;

  private NativeHeap() {}

  /**
   * Bytes of the C heap that are in use: all of libtorch's tensors on the CPU, and what else the
   * process has allocated natively; known with glibc (from 2.33) only. Java's heap is not in it.
   */
  public static OptionalLong bytesInUse() {
    if (INFO == null) {
      return OptionalLong.empty();
    }
    AllocatorInfo info = (AllocatorInfo) INFO.invoke(AllocatorInfo.class, new Object[0]);
    return OptionalLong.of(info.uordblks + info.hblkhd);
  }

  /** glibc's {@code struct mallinfo2}. */
  @FieldOrder({
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost"
  })
  public static final class AllocatorInfo extends Structure implements Structure.ByValue {
    public long arena;
    public long ordblks;
    public long smblks;
    public long hblks;
    public long hblkhd;
    public long usmblks;
    public long fsmblks;
    public long uordblks;
    public long fordblks;
    public long keepcost;
  }

  /** Only glibc has these; elsewhere nothing is done and nothing known. */
  private static Function find(String name) {
    try {
      return Function.getFunction("c", name);
    } catch (UnsatisfiedLinkError e) {
      return null;
    }
  }

  /**
   * Has glibc keep the end of its heap, which is freed and taken again within each step, until it
   * is trimmed.
   */
  public static void keepUntilTrimmed() {
    Function set = find("mallopt");
    if (set != null) {
      set.invokeInt(new Object[] {M_MMAP_THRESHOLD, LARGEST_PIECE});
      set.invokeInt(new Object[] {M_TRIM_THRESHOLD, Integer.MAX_VALUE});
    }
  }

  /** Trims the heap if the process has grown noticeably since it was last trimmed. */
  public static void trim() {
    if (ProcessMemory.residentBytes().orElse(0) >= AFTER_LAST.get() + WORTHWHILE) {
      trimNow();
    }
  }

  /**
   * Trims the heap if the process has grown noticeably since this was first called after it was
   * last trimmed: between pieces of work of the same size, which need no more each time.
   */
  public static void trimGrowth() {
    long resident = ProcessMemory.residentBytes().orElse(0);
    if (!STEADY.compareAndSet(0, resident) && resident >= STEADY.get() + WORTHWHILE) {
      trimNow();
    }
  }

  /** Trims the heap. */
  static void trimNow() {
    if (TRIM == null) {
      return;
    }
    try (NativeGate.Pass pass = NativeGate.enterToRelease()) {
      if (pass != null) {
        TRIM.invokeInt(new Object[] {0L});
        AFTER_LAST.set(ProcessMemory.residentBytes().orElse(0));
        STEADY.set(0);
      }
    }
  }
}
