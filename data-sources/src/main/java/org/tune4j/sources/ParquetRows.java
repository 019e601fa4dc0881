package org.tune4j.sources;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.data.source.RowReader;

/** One pass over the rows of a Parquet file, row group by row group. */
final class ParquetRows implements RowReader {
  private final Path file;
  private final ParquetFileReader reader;
  private final MessageType schema;
  private final ParquetStruct row;
  private int groupsRead;
  private RecordReader<Group> records;
  private long leftInGroup;
  private ObjectNode columns;
  private DataException problem;
  private long number;

  ParquetRows(Path file, List<String> columns) {
    this.file = file;
    this.reader = opened(file);
    try {
      this.schema = chosen(reader.getFileMetaData().getSchema(), columns);
      this.row = new ParquetStruct(schema, file.toString());
      reader.setRequestedSchema(schema);
    } catch (Tune4jException e) {
      close();
      throw e;
    }
  }

  private static ParquetFileReader opened(Path file) {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .usePageChecksumVerification()
            .build();
    try {
      return ParquetFileReader.open(new LocalInputFile(file), options);
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private MessageType chosen(MessageType all, List<String> columns) {
    if (columns.isEmpty()) {
      return all;
    }
    List<Type> types = new ArrayList<>();
    for (String column : columns) {
      if (!all.containsField(column)) {
        List<String> known = all.getFields().stream().map(Type::getName).toList();
        throw new ConfigException(
            file
                + ": there is no column '"
                + column
                + "'; did you mean '"
                + NearestName.of(column, known)
                + "'? There are "
                + String.join(", ", known));
      }
      types.add(all.getType(column));
    }
    return new MessageType(all.getName(), types);
  }

  @Override
  public boolean advance() {
    try {
      while (leftInGroup == 0) {
        if (groupsRead == reader.getRowGroups().size()) {
          return false;
        }
        nextGroup();
      }
      convert(records.read());
    } catch (DataException e) {
      throw new DataException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (RuntimeException e) {
      throw damaged(file, e);
    }
    leftInGroup--;
    number++;
    return true;
  }

  /** Here, so that a value that shows the file to be damaged is not taken for a bad row. */
  private void convert(Group record) {
    columns = null;
    problem = null;
    try {
      columns = row.of(record);
    } catch (DataException e) {
      problem = e;
    }
  }

  private void nextGroup() throws IOException {
    BlockMetaData group = reader.getRowGroups().get(groupsRead);
    groupsRead++;
    if (group.getRowCount() == 0) {
      reader.skipNextRowGroup();
      return;
    }
    checkCounts(group);
    checkMemory(group);
    PageReadStore pages = reader.readNextRowGroup();
    records =
        new ColumnIOFactory()
            .getColumnIO(schema)
            .getRecordReader(pages, new GroupRecordConverter(schema));
    leftInGroup = pages.getRowCount();
  }

  /** The reader believes a count that damage has made huge, and makes as many empty rows. */
  private void checkCounts(BlockMetaData group) {
    for (ColumnChunkMetaData column : group.getColumns()) {
      long values = column.getValueCount();
      String[] path = column.getPath().toArray();
      boolean oneEach = schema.containsPath(path) && schema.getMaxRepetitionLevel(path) == 0;
      if (oneEach ? values != group.getRowCount() : values < group.getRowCount()) {
        throw new DataException(
            "damaged: row group "
                + groupsRead
                + " is said to have "
                + group.getRowCount()
                + " rows, and "
                + values
                + " values of column "
                + column.getPath().toDotString());
      }
    }
  }

  private void checkMemory(BlockMetaData group) {
    long packed =
        group.getColumns().stream()
            .filter(column -> schema.containsPath(column.getPath().toArray()))
            .mapToLong(ColumnChunkMetaData::getTotalSize)
            .sum();
    long heap = Runtime.getRuntime().maxMemory();
    if (packed > heap / 2) {
      throw new DataException(
          "row group "
              + groupsRead
              + " holds "
              + (packed >> 20)
              + " MiB, more than half of Java's heap; write smaller row groups, choose fewer"
              + " columns, or give Java more heap than "
              + (heap >> 20)
              + " MiB");
    }
  }

  @Override
  public long line() {
    return number;
  }

  @Override
  public ObjectNode columns() {
    if (problem != null) {
      throw problem;
    }
    return columns;
  }

  private static Tune4jException unreadable(Path file, IOException e) {
    // All else that the reader throws is about what it found in the file.
    return e instanceof FileNotFoundException
        ? new StorageException(file + ": cannot be read: " + e.getMessage(), e)
        : damaged(file, e);
  }

  private static DataException damaged(Path file, Exception e) {
    return new DataException(
        file
            + ": no Parquet file, or one that is damaged or cut off ("
            + e.getMessage()
            + "); fetch or write it again",
        e);
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be closed: " + e, e);
    }
  }
}
