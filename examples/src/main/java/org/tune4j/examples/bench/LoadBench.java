package org.tune4j.examples.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Times loading a checkpoint and weighs the process, and times reading the same files once more,
 * which are then in the system's cache.
 */
public record LoadBench(Path model, DType dtype) {
  private static final int AT_ONCE = 1 << 22;

  /** Runs the benchmark: the figures of its JSON line, in order. */
  public Map<String, Object> run() {
    NativeGate.threads(); // libtorch is in memory before the clock runs
    TensorScope.open().close();
    long process = ProcessMemory.residentBytes().orElse(0);
    long start = System.nanoTime();
    try (CausalLm loaded = CausalLm.load(model, dtype)) {
      double load = (System.nanoTime() - start) / 1e9;
      long weights = loaded.architecture().parameters() * dtype.bytes();
      long peak = ProcessMemory.peakResidentBytes().orElse(0);
      List<Path> files = files();
      long bytes = 0;
      start = System.nanoTime();
      for (Path file : files) {
        bytes += read(file);
      }
      double read = (System.nanoTime() - start) / 1e9;
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("mode", "load");
      line.put("dtype", PrecisionChoice.name(dtype));
      line.put("files", files.size());
      line.put("file_mib", bytes >> 20);
      line.put("load_s", GenerateBench.rounded(load, 3));
      line.put("load_mib_per_s", (long) (bytes / load) >> 20);
      line.put("cached_read_mib_per_s", (long) (bytes / read) >> 20);
      line.put("weights_mib", weights >> 20);
      line.put("process_before_mib", process >> 20);
      line.put("peak_rss_mib", peak >> 20);
      line.put("peak_rss_over_weights", GenerateBench.rounded((double) peak / weights, 3));
      return line;
    }
  }

  private List<Path> files() {
    try (Stream<Path> entries = Files.list(model)) {
      return entries.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    } catch (IOException e) {
      throw new StorageException(model + ": cannot be listed: " + e.getMessage(), e);
    }
  }

  private static long read(Path file) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(AT_ONCE);
    try (FileChannel channel = FileChannel.open(file)) {
      while (channel.read(buffer.clear()) >= 0) {
        // Only the reading counts.
      }
      return channel.size();
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
