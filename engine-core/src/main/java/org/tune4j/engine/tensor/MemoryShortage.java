package org.tune4j.engine.tensor;

import ai.djl.engine.EngineException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.engine.NativeMemoryException;

/** Knows libtorch's words for memory that the system did not give. */
public final class MemoryShortage {
  private static final Pattern WORDS =
      Pattern.compile("can't allocate memory|out of memory|std::bad_alloc");
  private static final Pattern ASKED =
      Pattern.compile(
          "tried to allocate ([\\d.]+ ?[KMGT]?i?(?:bytes|B))", Pattern.CASE_INSENSITIVE);

  private MemoryShortage() {}

  /**
   * Turns an exception of DJL that says so into the engine's own.
   *
   * @param doing what was being done, for the message
   */
  public static void throwIf(EngineException e, Supplier<String> doing) {
    String message = String.valueOf(e.getMessage());
    if (!WORDS.matcher(message).find()) {
      return;
    }
    Matcher asked = ASKED.matcher(message);
    throw new NativeMemoryException(
        "%s: the system did not give %s of native memory; about %d MiB can be had in all. Make per_device_train_batch_size or max_length smaller, set recompute to blocks, choose bf16, or give the process more memory"
            .formatted(
                doing.get(),
                asked.find() ? asked.group(1) : "a piece",
                ProcessMemory.availableBytes() >> 20),
        e);
  }
}
