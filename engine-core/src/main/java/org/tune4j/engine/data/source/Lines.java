package org.tune4j.engine.data.source;

/** The lines of a text, ends included, which are LF and nothing else. */
final class Lines implements Cuts {
  private final ByteInput in;
  private final RowBytes bytes;
  private long line;

  Lines(ByteInput in, int maxBytes) {
    this.in = in;
    this.bytes = new RowBytes(maxBytes);
  }

  @Override
  public boolean next() {
    bytes.clear();
    line = in.line();
    if (in.peek() < 0) {
      return false;
    }
    in.copyUntil(Lines::behind, bytes);
    return true;
  }

  private static int behind(byte[] bytes, int from, int to) {
    int end = Newlines.find(bytes, from, to);
    return end < 0 ? -1 : end + 1;
  }

  @Override
  public RowBytes bytes() {
    return bytes;
  }

  @Override
  public long line() {
    return line;
  }

  @Override
  public void close() {
    in.close();
  }
}
