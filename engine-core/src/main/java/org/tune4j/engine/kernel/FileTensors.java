package org.tune4j.engine.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Tensors whose numbers lie in a file that is mapped into memory: the system keeps of them in
 * memory what there is room for. The files have no name once they are mapped, so that the end of
 * the process frees them however it ends.
 */
public final class FileTensors {
  private static final int PIECE = 1 << 20;

  private FileTensors() {}

  /**
   * A flat tensor of zeros in a file of its own.
   *
   * @param folder on the disk that has the room; made if it is not there
   * @throws StorageException if the disk has not: each byte is written before it is mapped, for a
   *     disk that is full later would end the process
   */
  public static Tensor zeros(TensorScope scope, Path folder, DType dtype, long numbers) {
    if (numbers == 0) {
      return TensorOps.zeros(scope, dtype, 0);
    }
    Path file = null;
    try {
      Files.createDirectories(folder);
      file = Files.createTempFile(folder, "spill-", ".bin");
      writeZeros(file, dtype.bytes(numbers));
      return map(scope, file, dtype, numbers);
    } catch (IOException e) {
      throw new StorageException(
          "%s: %d MiB cannot be spilled there: %s"
              .formatted(folder, dtype.bytes(numbers) >> 20, e.getMessage()),
          e);
    } finally {
      delete(file);
    }
  }

  private static void writeZeros(Path file, long bytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (long done = 0; done < bytes; ) {
        zeros.clear().limit((int) Math.min(PIECE, bytes - done));
        done += channel.write(zeros);
      }
    }
  }

  private static Tensor map(TensorScope scope, Path file, DType dtype, long numbers) {
    String name = file.toAbsolutePath().toString().replace("\\", "\\\\").replace("\"", "\\\"");
    String method =
        String.format(
            Locale.ROOT,
            """
              def open(self: __torch__.Root, like: Tensor) -> Tensor:
                return torch.from_file("%s", True, %d, dtype=%d)
            """,
            name,
            numbers,
            dtype.code());
    try (KernelModule module = KernelModule.load("spill", Map.of(), method);
        TensorScope work = scope.nested()) {
      return module.call(scope, "open", work.longs(new long[] {0}, 1)).get(0);
    }
  }

  private static void delete(Path file) {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        file.toFile().deleteOnExit(); // Where a mapped file cannot be deleted.
      }
    }
  }
}
