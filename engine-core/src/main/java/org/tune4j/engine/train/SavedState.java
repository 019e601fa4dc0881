package org.tune4j.engine.train;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.NewFolder;

/**
 * What {@code trainer_state.json} of a checkpoint holds.
 *
 * @param format of the file; a reader for each that a release wrote stays
 * @param versions of what the run ran on; recorded, not compared
 * @param identity the fields of the {@link RunIdentity}
 * @param listeners what the run's listeners keep
 */
record SavedState(
    int format,
    Map<String, String> versions,
    Map<String, String> identity,
    TrainState state,
    Map<String, String> listeners) {
  private static final String FILE = "trainer_state.json";
  private static final int FORMAT = 1;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  static SavedState of(RunIdentity identity, TrainState state, Map<String, String> listeners) {
    return new SavedState(FORMAT, Versions.current(), identity.fields(), state, listeners);
  }

  void writeTo(NewFolder checkpoint) throws IOException {
    checkpoint.write(FILE, JSON.writeValueAsBytes(this));
  }

  /**
   * Reads a checkpoint's.
   *
   * @throws ModelFormatException if it is missing, damaged or of another format
   * @throws StorageException if it cannot be read
   */
  static SavedState read(Path checkpoint) {
    Path file = checkpoint.resolve(FILE);
    try {
      byte[] bytes = Files.readAllBytes(file);
      int format = JSON.readTree(bytes).path("format").asInt(0);
      if (format != FORMAT) {
        throw new ModelFormatException(
            "%s: format: wanted %d, found %d; it was written by another version of tune4j"
                .formatted(file, FORMAT, format));
      }
      return JSON.readValue(bytes, SavedState.class);
    } catch (JacksonException e) {
      throw new ModelFormatException(file + ": not a run's state: " + e.getOriginalMessage(), e);
    } catch (NoSuchFileException e) {
      throw new ModelFormatException(file + ": missing; the folder is not a whole checkpoint", e);
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
