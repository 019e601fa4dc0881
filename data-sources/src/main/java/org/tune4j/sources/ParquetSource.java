package org.tune4j.sources;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.Row;

/**
 * The rows of a Parquet file, through parquet-java's reader. Lists and structs become arrays and
 * objects, maps objects; decimals keep their digits; dates, times and UUIDs become text as {@code
 * java.time} writes it; JSON columns become what they say. The line of a row is its number.
 *
 * <p>To open such files by name: {@code new DataFiles().with("parquet", ParquetSource::new)}.
 *
 * <p>Pages may be uncompressed or packed by Snappy, gzip, Zstandard or LZ4_RAW. The packed bytes of
 * the columns of one row group are held in memory.
 *
 * <p>A pass throws {@link org.tune4j.engine.DataException} if the file is no Parquet file, is
 * damaged, or has a column of a type that fits no column value, such as plain bytes; {@link
 * org.tune4j.engine.ConfigException} if a column is not there; {@link
 * org.tune4j.engine.StorageException} if the file cannot be read.
 */
public final class ParquetSource implements ExampleSource {
  private final Path file;
  private final List<String> columns;

  /** All columns of a file. */
  public ParquetSource(Path file) {
    this(file, List.of());
  }

  /**
   * Some columns of a file; the others are not even read.
   *
   * @param columns names of columns, not of what is within them; empty for all
   */
  public ParquetSource(Path file, List<String> columns) {
    this.file = file;
    this.columns = List.copyOf(columns);
  }

  @Override
  public Stream<Row> rows(BadRows bad) {
    return new ParquetRows(file, columns).stream(file.toString(), bad);
  }
}
