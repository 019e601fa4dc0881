package org.tune4j.engine.tokenize.jinja;

import java.math.BigInteger;

/** What Python counts as true. */
final class Truth {
  private Truth() {}

  static boolean of(Object value) {
    if (value instanceof Boolean flag) {
      return flag;
    }
    if (value instanceof Text text) {
      return !text.isEmpty();
    }
    if (value == None.NONE || value instanceof Undefined) {
      return false;
    }
    if (value instanceof SequenceValue sequence) {
      return !sequence.items().isEmpty();
    }
    if (value instanceof DictValue dict) {
      return dict.size() > 0;
    }
    if (value instanceof Long number) {
      return number != 0;
    }
    if (value instanceof Double number) {
      return number != 0;
    }
    if (value instanceof BigInteger) {
      return true;
    }
    if (value instanceof DictView view) {
      return view.dict().size() > 0;
    }
    return !(value instanceof RangeValue range) || range.size() > 0;
  }
}
