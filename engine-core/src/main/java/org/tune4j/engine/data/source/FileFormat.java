package org.tune4j.engine.data.source;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The formats of text files that are known, by the endings of their names. */
enum FileFormat {
  JSON_LINES("jsonl", "ndjson") {
    @Override
    RowReader read(ByteInput in, int maxBytes) {
      return new JsonRows(new Lines(in, maxBytes));
    }
  },
  JSON("json") {
    @Override
    RowReader read(ByteInput in, int maxBytes) {
      return new JsonRows(new JsonElements(in, maxBytes));
    }
  },
  CSV("csv") {
    @Override
    RowReader read(ByteInput in, int maxBytes) {
      return new CsvRows(in, ',', maxBytes);
    }
  },
  TSV("tsv") {
    @Override
    RowReader read(ByteInput in, int maxBytes) {
      return new CsvRows(in, '\t', maxBytes);
    }
  },
  TAGGED("iob2", "conll", "bio") {
    @Override
    RowReader read(ByteInput in, int maxBytes) {
      return new TaggedSentences(in, maxBytes);
    }
  };

  private final List<String> endings;

  FileFormat(String... endings) {
    this.endings = List.of(endings);
  }

  /** A pass over the rows of a file; closing it closes the file. */
  abstract RowReader read(ByteInput in, int maxBytes);

  static Optional<FileFormat> of(String ending) {
    return Arrays.stream(values()).filter(format -> format.endings.contains(ending)).findFirst();
  }

  static List<String> allEndings() {
    return Arrays.stream(values())
        .flatMap(format -> format.endings.stream())
        .collect(Collectors.toList());
  }
}
