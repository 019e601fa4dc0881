package org.tune4j.sources;

import com.github.luben.zstd.Zstd;
import io.airlift.compress.lz4.Lz4Compressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.Row;
import org.xerial.snappy.Snappy;

/** Writes Parquet files for tests. */
final class ParquetFixture {
  private ParquetFixture() {}

  /** A file whose rows are made by a function of an empty row and the row's number. */
  static Path write(
      Path file,
      String schema,
      int rows,
      CompressionCodecName codec,
      BiConsumer<Group, Integer> fill)
      throws IOException {
    MessageType type = MessageTypeParser.parseMessageType(schema);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .withCompressionCodec(codec)
            .withCodecFactory(new Packing())
            .withRowGroupRowCountLimit(100)
            .withPageWriteChecksumEnabled(true)
            .build()) {
      for (int i = 0; i < rows; i++) {
        Group row = new SimpleGroup(type);
        fill.accept(row, i);
        writer.write(row);
      }
    }
    return file;
  }

  static List<Row> all(ExampleSource source, BadRows bad) {
    try (Stream<Row> rows = source.rows(bad)) {
      return rows.toList();
    }
  }

  /** Packs pages with other libraries than those that unpack them. */
  private static final class Packing implements CompressionCodecFactory {
    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
      return new BytesInputCompressor() {
        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
          return BytesInput.from(packed(codec, bytes.toInputStream().readAllBytes()));
        }

        @Override
        public CompressionCodecName getCodecName() {
          return codec;
        }

        @Override
        public void release() {
          // Nothing is held.
        }
      };
    }

    private static byte[] packed(CompressionCodecName codec, byte[] page) throws IOException {
      return switch (codec) {
        case SNAPPY -> Snappy.compress(page);
        case ZSTD -> Zstd.compress(page);
        case GZIP -> {
          ByteArrayOutputStream packed = new ByteArrayOutputStream();
          try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(page);
          }
          yield packed.toByteArray();
        }
        case LZ4_RAW -> {
          Lz4Compressor lz4 = new Lz4Compressor();
          byte[] packed = new byte[lz4.maxCompressedLength(page.length)];
          int length = lz4.compress(page, 0, page.length, packed, 0, packed.length);
          yield Arrays.copyOf(packed, length);
        }
        default -> page;
      };
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void release() {
      // Nothing is held.
    }
  }
}
