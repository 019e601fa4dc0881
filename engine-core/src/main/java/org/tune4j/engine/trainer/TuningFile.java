package org.tune4j.engine.trainer;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.checkpoint.DurableFolder;
import org.tune4j.engine.train.Tuning;
import org.tune4j.engine.train.TuningReport.Tried;

/**
 * The file that keeps what was chosen, and for what. Two runs that choose at the same time may lose
 * one of their choices, and no other.
 */
record TuningFile(Path file) {
  private static final int FORMAT = 1;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  /** What the file holds. */
  private record Content(int format, List<Choice> choices) {}

  /**
   * A choice.
   *
   * @param of what it is for, by name
   * @param tried what it was chosen from
   */
  record Choice(Map<String, String> of, Tuning chosen, List<Tried> tried) {}

  /**
   * What was chosen for the same.
   *
   * @throws ModelFormatException if the file is there and holds something else
   */
  Optional<Choice> find(Map<String, String> of) {
    return read().stream().filter(choice -> choice.of().equals(of)).findFirst();
  }

  /** Keeps a choice, in place of one for the same. */
  void keep(Choice choice) {
    List<Choice> choices = new ArrayList<>(read());
    choices.removeIf(each -> each.of().equals(choice.of()));
    choices.add(choice);
    DurableFolder.make(file.toAbsolutePath().getParent());
    try {
      AtomicFile.write(file, JSON.writeValueAsBytes(new Content(FORMAT, choices)));
    } catch (JacksonException e) {
      throw new StorageException(file + ": cannot be written: " + e.getOriginalMessage(), e);
    }
  }

  private List<Choice> read() {
    try {
      Content content = JSON.readValue(Files.readAllBytes(file), Content.class);
      if (content.format() != FORMAT) {
        throw new ModelFormatException(
            "%s: format: wanted %d, found %d; it was written by another version of tune4j"
                .formatted(file, FORMAT, content.format()));
      }
      return content.choices();
    } catch (JacksonException e) {
      throw new ModelFormatException(
          file
              + ": not a file of autotuned choices; delete it to try anew: "
              + e.getOriginalMessage(),
          e);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
