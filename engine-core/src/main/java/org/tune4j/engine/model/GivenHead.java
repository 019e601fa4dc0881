package org.tune4j.engine.model;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.JsonFields;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.arch.Architectures;

/**
 * The head that a model was given when it was loaded. An adapter belongs to a model with this head,
 * so {@value #FILE} stands beside its files: those fields of a {@code config.json} that say what a
 * head is, and the seed. PEFT does not read it.
 *
 * @param task what it says
 * @param seed what was drawn of it depends on
 */
public record GivenHead(HeadTask task, long seed) {
  /** The file's name. */
  public static final String FILE = "head.json";

  private static final int MOST_MEBIBYTES = 16;
  private static final JsonMapper JSON = new JsonMapper();

  /** Writes the file. */
  public void writeTo(NewFolder folder) throws IOException {
    ObjectNode fields = Architectures.withHead(JSON.createObjectNode(), task);
    fields.put("seed", seed);
    folder.write(FILE, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(fields));
  }

  /**
   * Reads the file of an adapter's folder; empty if there is none.
   *
   * @throws ModelFormatException naming the first field that is not what is wanted
   */
  public static Optional<GivenHead> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    ObjectNode fields = JsonFile.read(file, MOST_MEBIBYTES);
    HeadTask task =
        Architectures.task(file, fields)
            .orElseThrow(
                () ->
                    new JsonFields(file, fields)
                        .wrong("architectures", "a head's", fields.path("architectures")));
    if (!fields.path("seed").canConvertToLong()) {
      throw new JsonFields(file, fields).wrong("seed", "a whole number", fields.path("seed"));
    }
    return Optional.of(new GivenHead(task, fields.path("seed").longValue()));
  }
}
