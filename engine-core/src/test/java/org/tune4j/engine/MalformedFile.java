package org.tune4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A file that must be refused, and how.
 *
 * @param what is wrong with it
 * @param content its bytes
 * @param type the exception
 * @param parts what its message must say
 */
public record MalformedFile(String what, byte[] content, Class<?> type, List<String> parts) {
  /** A file of a model or adapter. */
  public static MalformedFile of(String what, String content, String... parts) {
    return of(what, content.getBytes(StandardCharsets.UTF_8), parts);
  }

  /** A file of a model or adapter that is no text. */
  public static MalformedFile of(String what, byte[] content, String... parts) {
    return new MalformedFile(what, content, ModelFormatException.class, List.of(parts));
  }

  /** The same file where another exception is due. */
  public MalformedFile as(Class<?> other) {
    return new MalformedFile(what, content, other, parts);
  }

  /**
   * Asserts that reading it is refused as it must be, within memory and stack.
   *
   * @param file its name, which the message must have too
   * @param read reads the file
   */
  public void assertRefused(Object file, Runnable read) {
    Throwable thrown = catchThrowable(read::run);
    assertThat(thrown).as(what).isExactlyInstanceOf(type);
    assertThat(thrown.getMessage())
        .as(what)
        .contains(file.toString())
        .contains(parts)
        .hasSizeLessThan(2000);
  }

  @Override
  public String toString() {
    return what;
  }
}
