package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.zip.CRC32C;
import org.tune4j.engine.Sha256;

/**
 * What was handed over to be written to a file.
 *
 * @param length in bytes
 * @param checksum CRC-32C
 */
record Written(long length, long checksum) {
  private static final int CHUNK = 1 << 20;

  /**
   * Reads the file back, compares it, and forces it to the disk.
   *
   * @param name what the entry calls the file
   * @return the file as a manifest lists it
   * @throws IOException if the file holds something else
   */
  Manifest.Entry confirm(Path file, FileChannel channel, String name) throws IOException {
    MessageDigest digest = Sha256.digest();
    CRC32C found = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    long position = 0;
    for (int n = channel.read(chunk, 0); n >= 0; n = channel.read(chunk, position)) {
      position += n;
      chunk.flip();
      found.update(chunk.duplicate());
      digest.update(chunk);
      chunk.clear();
    }
    if (position != length || found.getValue() != checksum) {
      throw new IOException(
          "%s read back differs from what was written: %d bytes of %d, CRC-32C %08x instead of %08x"
              .formatted(file.getFileName(), position, length, found.getValue(), checksum));
    }
    channel.force(true);
    return new Manifest.Entry(name, length, Sha256.hex(digest));
  }
}
