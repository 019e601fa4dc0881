package org.tune4j.sources;

import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.tune4j.engine.DataException;
import org.tune4j.engine.EngineBugException;

/** Unpacks the pages of Parquet files in Java, without Hadoop's codecs and without native code. */
final class ParquetCodecs implements CompressionCodecFactory {
  /** Pages are a megabyte or so; a larger number than this is damage. */
  private static final int MOST_BYTES = 1 << 30;

  /** Unpacks a page whose length is known. */
  @FunctionalInterface
  private interface Unpacking {
    void unpack(byte[] packed, byte[] page) throws IOException;
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> new Pages(null);
      case GZIP -> new Pages(ParquetCodecs::gunzip);
      case SNAPPY -> new Pages(unpacking(new SnappyDecompressor()));
      case ZSTD -> new Pages(unpacking(new ZstdDecompressor()));
      case LZ4_RAW -> new Pages(unpacking(new Lz4Decompressor()));
      default ->
          throw new DataException(
              "compressed by "
                  + codec
                  + ", which cannot be read; write the file with SNAPPY, GZIP, ZSTD, LZ4_RAW or"
                  + " uncompressed");
    };
  }

  private static void gunzip(byte[] packed, byte[] page) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(new ByteArrayInputStream(packed)))) {
      in.readFully(page);
    }
  }

  private static Unpacking unpacking(Decompressor decompressor) {
    return (packed, page) -> {
      int length = decompressor.decompress(packed, 0, packed.length, page, 0, page.length);
      if (length != page.length) {
        throw new IOException("found a page of " + length + " bytes, wanted " + page.length);
      }
    };
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new EngineBugException("Parquet files are only read here");
  }

  @Override
  public void release() {
    // Nothing is held.
  }

  /**
   * Pages of one codec.
   *
   * @param unpacking null for pages that are not packed
   */
  private record Pages(Unpacking unpacking) implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int size) throws IOException {
      return unpacking == null
          ? bytes
          : BytesInput.from(page(bytes.toInputStream().readAllBytes(), size));
    }

    @Override
    public void decompress(ByteBuffer packed, int packedSize, ByteBuffer page, int size)
        throws IOException {
      byte[] bytes = new byte[packedSize];
      packed.get(bytes);
      page.put(unpacking == null ? bytes : page(bytes, size));
    }

    private byte[] page(byte[] packed, int size) throws IOException {
      if (size < 0 || size > MOST_BYTES) {
        throw new IOException("a page of " + size + " bytes");
      }
      byte[] page = new byte[size];
      unpacking.unpack(packed, page);
      return page;
    }

    @Override
    public void release() {
      // Nothing is held.
    }
  }
}
