package org.tune4j.engine.misuse;

import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.NativeMemoryException;

/**
 * A call that cannot be meant, and what it must end with.
 *
 * @param name unique among all
 * @param call what is done
 * @param wanted the exception; null when the call has a defined result
 * @param named what its message must contain
 */
public record Misuse(String name, Call call, Class<? extends Throwable> wanted, String named) {
  /** What is done. */
  @FunctionalInterface
  public interface Call {
    void run() throws Exception;
  }

  /** An argument that the programmer can know to be wrong. */
  public static Misuse argument(String name, String named, Call call) {
    return new Misuse(name, call, IllegalArgumentException.class, named);
  }

  /** A call at a wrong time: mostly after closing. */
  public static Misuse state(String name, String named, Call call) {
    return new Misuse(name, call, IllegalStateException.class, named);
  }

  /** Null where something is needed; Java's own message names it. */
  public static Misuse missing(String name, String named, Call call) {
    return new Misuse(name, call, NullPointerException.class, named);
  }

  /** A kernel that fails: the engine, or an extension of it, is wrong. */
  public static Misuse bug(String name, String named, Call call) {
    return new Misuse(name, call, EngineBugException.class, named);
  }

  /** A setting that cannot be used. */
  public static Misuse config(String name, String named, Call call) {
    return new Misuse(name, call, ConfigException.class, named);
  }

  /** Rows that cannot be used. */
  public static Misuse data(String name, String named, Call call) {
    return new Misuse(name, call, DataException.class, named);
  }

  /** A file that cannot be used. */
  public static Misuse format(String name, String named, Call call) {
    return new Misuse(name, call, ModelFormatException.class, named);
  }

  /** More native memory than there is. */
  public static Misuse memory(String name, String named, Call call) {
    return new Misuse(name, call, NativeMemoryException.class, named);
  }

  /** A call that looks wrong and is not. */
  public static Misuse harmless(String name, Call call) {
    return new Misuse(name, call, null, "");
  }

  /** {@code as wanted}, or what happened instead. */
  String outcome() {
    try {
      call.run();
    } catch (Throwable e) {
      return wanted != null
              && wanted.isInstance(e)
              && e.getMessage() != null
              && e.getMessage().contains(named)
          ? MisuseRun.AS_WANTED
          : "wanted " + wanted + " with " + named + ", found " + e;
    }
    return wanted == null ? MisuseRun.AS_WANTED : "wanted " + wanted + ", found no exception";
  }
}
