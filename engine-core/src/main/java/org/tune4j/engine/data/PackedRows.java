package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.List;

/** Examples put into rows as the configuration says: one a row, or packed. */
final class PackedRows {
  private PackedRows() {}

  static List<List<EncodedExample>> of(List<EncodedExample> examples, BatchConfig config) {
    if (config.packing().isEmpty()) {
      return examples.stream().map(List::of).toList();
    }
    int[] lengths = examples.stream().mapToInt(EncodedExample::length).toArray();
    List<List<EncodedExample>> rows = new ArrayList<>();
    for (List<Piece> row : Packer.pack(lengths, config.maxLength(), config.packing().get())) {
      rows.add(
          row.stream().map(p -> examples.get(p.sequence()).piece(p.from(), p.length())).toList());
    }
    return rows;
  }
}
