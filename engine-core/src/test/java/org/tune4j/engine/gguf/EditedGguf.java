package org.tune4j.engine.gguf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A GGUF file with something changed. */
public final class EditedGguf {
  private static final Set<StandardOpenOption> REPLACED =
      Set.of(
          StandardOpenOption.CREATE,
          StandardOpenOption.WRITE,
          StandardOpenOption.TRUNCATE_EXISTING);

  private EditedGguf() {}

  /** A tensor of numbers of 32 bits. */
  public static GgufTensorToWrite tensor(String name, float[] numbers, long... shape) {
    return GgufFixture.encoded(name, GgufType.F32, numbers, shape);
  }

  /**
   * Writes a changed copy.
   *
   * @param metadata changes the metadata
   * @param tensors changes the tensors, by name
   */
  public static Path of(
      Path file,
      Path target,
      Consumer<Map<String, GgufValue>> metadata,
      Consumer<Map<String, GgufTensorToWrite>> tensors) {
    try (GgufFile read = GgufFile.open(file)) {
      Map<String, GgufValue> values = new LinkedHashMap<>(read.metadata().values());
      metadata.accept(values);
      Map<String, GgufTensorToWrite> all =
          read.tensors().values().stream()
              .collect(
                  Collectors.toMap(
                      GgufTensor::name,
                      tensor -> GgufFixture.copyOf(tensor, read),
                      (a, b) -> a,
                      LinkedHashMap::new));
      tensors.accept(all);
      // Not forced to the disk, which would take most of a test's time.
      try (WritableByteChannel channel = Files.newByteChannel(target, REPLACED)) {
        GgufWriter.content(target, values, List.copyOf(all.values())).writeTo(channel);
      }
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
