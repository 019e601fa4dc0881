package org.tune4j.engine.checkpoint;

import java.nio.ByteBuffer;
import org.tune4j.engine.ModelFormatException;

/**
 * The bytes of a header, one after the other through a small window, so that a header of 100 MB
 * never lies in memory as a whole.
 */
final class HeaderBytes {
  private static final int WINDOW = 1 << 16;

  private final UnchangingFile file;
  private final long start;
  private final int length;
  private final ByteBuffer window;
  private int loaded;

  HeaderBytes(UnchangingFile file, long start, int length) {
    this.file = file;
    this.start = start;
    this.length = length;
    this.window = ByteBuffer.allocate(Math.min(length, WINDOW)).limit(0);
  }

  int length() {
    return length;
  }

  /** The next byte as 0 to 255 without moving on, or -1 at the end. */
  int peek() {
    if (!window.hasRemaining() && !load()) {
      return -1;
    }
    return window.get(window.position()) & 0xFF;
  }

  /** The next byte as 0 to 255, or -1 at the end. */
  int next() {
    if (!window.hasRemaining() && !load()) {
      return -1;
    }
    return window.get() & 0xFF;
  }

  private boolean load() {
    int wanted = Math.min(window.capacity(), length - loaded);
    if (wanted == 0) {
      return false;
    }
    window.clear().limit(wanted);
    file.read(window, start + loaded, "the header");
    loaded += wanted;
    window.flip();
    return true;
  }

  /** A fault of the header at the place that was read last. */
  ModelFormatException fault(String problem) {
    return new ModelFormatException(
        file.path()
            + ": the safetensors header is not valid at byte "
            + (start + loaded - window.remaining())
            + ": "
            + problem
            + "; the file is damaged or was not written by a safetensors library,"
            + " get it again from its source");
  }
}
