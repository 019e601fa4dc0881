package org.tune4j.engine.gguf.hub;

import java.nio.FloatBuffer;
import org.tune4j.engine.gguf.GgufTensorToWrite;

/** Numbers that come in groups, of which the last one read is kept. */
final class GroupedNumbers implements GgufTensorToWrite.Numbers {
  private final int size;
  private final Groups groups;
  private float[] group = {};
  private long number = -1;

  /** Gives the numbers of a group. */
  @FunctionalInterface
  interface Groups {
    float[] read(long number);
  }

  /**
   * @param size of every group but the last
   */
  GroupedNumbers(long size, Groups groups) {
    this.size = Math.toIntExact(size);
    this.groups = groups;
  }

  @Override
  public void read(long first, FloatBuffer dst) {
    long at = first;
    while (dst.hasRemaining()) {
      if (at / size != number) {
        number = at / size;
        group = groups.read(number);
      }
      int offset = (int) (at % size);
      int count = Math.min(group.length - offset, dst.remaining());
      dst.put(group, offset, count);
      at += count;
    }
  }
}
