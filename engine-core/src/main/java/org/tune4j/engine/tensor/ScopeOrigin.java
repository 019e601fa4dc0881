package org.tune4j.engine.tensor;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Where a {@link TensorScope} was opened, for finding one that nobody closes. Taken only in a JVM
 * that was started with {@code -Dtune4j.leaks=true}, since it costs some microseconds a scope.
 *
 * @param number counts the scopes of this JVM in the order they were opened in
 * @param thread the name of the thread that opened it
 * @param frames the calls that led there, innermost first, without those of scopes themselves
 */
public record ScopeOrigin(long number, String thread, List<StackTraceElement> frames) {
  private static final boolean ON = Boolean.getBoolean("tune4j.leaks");

  /** Enough to get from a scope to the code that uses the engine. */
  private static final int MOST_FRAMES = 24;

  private static final AtomicLong OPENED = new AtomicLong();

  public ScopeOrigin {
    frames = List.copyOf(frames);
  }

  /** The origin of a scope that is being opened; null unless origins are taken. */
  static ScopeOrigin ofCaller() {
    if (!ON) {
      return null;
    }
    List<StackTraceElement> frames =
        StackWalker.getInstance()
            .walk(
                all ->
                    all.map(StackWalker.StackFrame::toStackTraceElement)
                        .dropWhile(ScopeOrigin::isOfScopes)
                        .limit(MOST_FRAMES)
                        .toList());
    return new ScopeOrigin(OPENED.incrementAndGet(), Thread.currentThread().getName(), frames);
  }

  private static boolean isOfScopes(StackTraceElement frame) {
    return frame.getClassName().equals(ScopeOrigin.class.getName())
        || frame.getClassName().equals(TensorScope.class.getName());
  }

  @Override
  public String toString() {
    return frames.stream()
        .map(frame -> "\n    at " + frame)
        .collect(Collectors.joining("", "tensor scope " + number + " opened by " + thread, ""));
  }
}
