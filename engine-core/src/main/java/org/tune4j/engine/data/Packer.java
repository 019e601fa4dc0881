package org.tune4j.engine.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tune4j.engine.ConfigException;

/**
 * Packs sequences of tokens into rows of a limited length. Each piece of a row stays a document of
 * its own: packing saves memory and padding and changes no loss. Best fit means that each sequence,
 * longest first, goes to the row with the least room that still takes it, the oldest of several.
 */
public final class Packer {
  private Packer() {}

  /**
   * Packs sequences.
   *
   * @param lengths number of tokens of each sequence; those of length 0 are left out
   * @param maxLength most tokens of a row
   * @return the rows, each at most maxLength tokens
   * @throws ConfigException if a sequence is longer than a row and may be neither cut nor split
   */
  public static List<List<Piece>> pack(int[] lengths, int maxLength, Packing packing) {
    if (maxLength < 1) {
      throw new ConfigException("max_length " + maxLength + ": must be at least 1");
    }
    return packing == Packing.WRAPPED
        ? wrapped(lengths, maxLength)
        : bestFit(pieces(lengths, maxLength, packing), maxLength);
  }

  private static List<Piece> pieces(int[] lengths, int maxLength, Packing packing) {
    List<Piece> pieces = new ArrayList<>();
    for (int s = 0; s < lengths.length; s++) {
      if (lengths[s] > maxLength && packing == Packing.BEST_FIT) {
        throw new ConfigException(
            "sequence "
                + s
                + " has "
                + lengths[s]
                + " tokens and a row only "
                + maxLength
                + "; raise max_length, or choose a packing that cuts or splits");
      }
      int end = packing == Packing.BEST_FIT_SPLIT ? lengths[s] : Math.min(lengths[s], maxLength);
      for (int from = 0; from < end; from += maxLength) {
        pieces.add(new Piece(s, from, Math.min(maxLength, end - from)));
      }
    }
    return pieces;
  }

  private static List<List<Piece>> bestFit(List<Piece> pieces, int maxLength) {
    List<List<Piece>> rows = new ArrayList<>();
    TreeMap<Integer, Deque<List<Piece>>> rowsByRoom = new TreeMap<>();
    pieces.sort(Comparator.comparingInt(Piece::length).reversed());
    for (Piece piece : pieces) {
      Map.Entry<Integer, Deque<List<Piece>>> fitting = rowsByRoom.ceilingEntry(piece.length());
      List<Piece> row;
      int room;
      if (fitting == null) {
        row = new ArrayList<>();
        room = maxLength;
        rows.add(row);
      } else {
        row = fitting.getValue().removeFirst();
        room = fitting.getKey();
        if (fitting.getValue().isEmpty()) {
          rowsByRoom.remove(room);
        }
      }
      row.add(piece);
      rowsByRoom.computeIfAbsent(room - piece.length(), r -> new ArrayDeque<>()).addLast(row);
    }
    return rows;
  }

  private static List<List<Piece>> wrapped(int[] lengths, int maxLength) {
    List<List<Piece>> rows = new ArrayList<>();
    int room = 0;
    for (int s = 0; s < lengths.length; s++) {
      for (int from = 0; from < lengths[s]; ) {
        if (room == 0) {
          rows.add(new ArrayList<>());
          room = maxLength;
        }
        int length = Math.min(room, lengths[s] - from);
        rows.get(rows.size() - 1).add(new Piece(s, from, length));
        from += length;
        room -= length;
      }
    }
    return rows;
  }
}
