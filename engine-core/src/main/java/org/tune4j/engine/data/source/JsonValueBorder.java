package org.tune4j.engine.data.source;

/**
 * Finds where a JSON value ends: an object, array or text at its last character, anything else
 * before what cannot belong to it. Whether it is valid is for the parser to say.
 */
final class JsonValueBorder implements ByteInput.Border {
  private boolean began;
  private boolean plain;
  private boolean inText;
  private boolean escaped;
  private int depth;

  @Override
  public int behind(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (inText) {
        if (escaped) {
          escaped = false;
        } else if (b == '\\') {
          escaped = true;
        } else if (b == '"') {
          inText = false;
          if (depth == 0) {
            return i + 1;
          }
        }
      } else if (plain) {
        if (b == ',' || b == ']' || b == '}' || b == ':' || RowBytes.isSpace(b)) {
          return i;
        }
      } else if (b == '"') {
        inText = true;
      } else if (b == '{' || b == '[') {
        depth++;
      } else if (b == '}' || b == ']') {
        depth--;
        if (depth <= 0) {
          return i + 1;
        }
      } else if (!began) {
        plain = true;
      }
      began = true;
    }
    return -1;
  }
}
