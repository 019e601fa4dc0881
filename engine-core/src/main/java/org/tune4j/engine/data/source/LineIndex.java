package org.tune4j.engine.data.source;

import java.util.Arrays;
import org.tune4j.engine.DataException;

/**
 * Where the rows of a text begin, in two to three bytes a row: the first of each block of rows is
 * noted, the others are told by how far they lie behind the one before.
 */
final class LineIndex {
  private static final int BLOCK = 64;

  /** Most bytes of a row's code: two numbers of 64 bits, seven bits a byte. */
  private static final int LONGEST_CODE = 20;

  private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

  private int size;
  private long lastStart;
  private long lastLine;

  private long[] starts = new long[16];
  private long[] lines = new long[16];
  private int[] codesAt = new int[16];
  private byte[] codes = new byte[1 << 10];
  private int codesEnd;

  /**
   * Where a row is.
   *
   * @param start its first byte in the text
   * @param line what it says of itself
   */
  record Place(long start, long line) {}

  /**
   * Appends a row.
   *
   * @param start behind the start of the row before
   * @param line mostly one more than that of the row before, which costs nothing then
   */
  void add(long start, long line) {
    if (size % BLOCK == 0) {
      addBlock(start, line);
    } else {
      ensureCodes();
      long onward = line - lastLine;
      put((start - lastStart) << 1 | (onward == 1 ? 0 : 1));
      if (onward != 1) {
        put(onward << 1 ^ onward >> (Long.SIZE - 1));
      }
    }
    lastStart = start;
    lastLine = line;
    size++;
  }

  private void addBlock(long start, long line) {
    int block = size / BLOCK;
    if (block == starts.length) {
      starts = Arrays.copyOf(starts, 2 * block);
      lines = Arrays.copyOf(lines, 2 * block);
      codesAt = Arrays.copyOf(codesAt, 2 * block);
    }
    starts[block] = start;
    lines[block] = line;
    codesAt[block] = codesEnd;
  }

  private void ensureCodes() {
    if (codes.length - codesEnd >= LONGEST_CODE) {
      return;
    }
    if (codes.length == LONGEST_ARRAY) {
      throw new DataException("more rows than can be indexed; split the data");
    }
    long longer = codes.length + (codes.length >> 1);
    codes = Arrays.copyOf(codes, (int) Math.min(longer, LONGEST_ARRAY));
  }

  private void put(long number) {
    long rest = number;
    while ((rest & ~0x7FL) != 0) {
      codes[codesEnd++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    codes[codesEnd++] = (byte) rest;
  }

  int size() {
    return size;
  }

  /** The place of a row, from 0. */
  Place place(int row) {
    int block = row / BLOCK;
    long start = starts[block];
    long line = lines[block];
    int at = codesAt[block];
    for (int i = block * BLOCK; i < row; i++) {
      long code = number(at);
      at += length(at);
      start += code >>> 1;
      line++;
      if ((code & 1) != 0) {
        long zigzag = number(at);
        at += length(at);
        line += (zigzag >>> 1 ^ -(zigzag & 1)) - 1;
      }
    }
    return new Place(start, line);
  }

  private long number(int at) {
    long number = 0;
    int i = at;
    int shift = 0;
    while (codes[i] < 0) {
      number |= (codes[i++] & 0x7FL) << shift;
      shift += 7;
    }
    return number | (long) codes[i] << shift;
  }

  private int length(int at) {
    int i = at;
    while (codes[i] < 0) {
      i++;
    }
    return i + 1 - at;
  }

  /** Heap that it takes, roughly. */
  long bytes() {
    return codes.length + starts.length * 20L;
  }
}
