package org.tune4j.engine.tokenize.jinja;

import java.util.AbstractList;
import java.util.List;

/** A Python range, at most as long as jinja2's sandbox allows. */
record RangeValue(long start, long stop, long step, int size) {

  static RangeValue of(long start, long stop, long step) {
    if (step == 0) {
      throw Failure.error("range() arg 3 must not be zero");
    }
    double about = ((double) stop - start) / step;
    long size = 0;
    if (about > 0 && about < 2.0 * Limits.MAX_RANGE) {
      size = (stop - start - Long.signum(step)) / step + 1;
    }
    if (about >= 2.0 * Limits.MAX_RANGE || size > Limits.MAX_RANGE) {
      throw Failure.error(
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE ("
              + Limits.MAX_RANGE
              + ").");
    }
    return new RangeValue(start, stop, step, (int) size);
  }

  long at(int index) {
    return start + index * step;
  }

  /** Its numbers, as a view. */
  List<Object> items() {
    return new AbstractList<>() {
      @Override
      public Object get(int index) {
        return at(index);
      }

      @Override
      public int size() {
        return size;
      }
    };
  }
}
