package org.tune4j.engine.checkpoint;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.StorageException;

/**
 * The JSON files of a model folder, read with suspicion: a size that is known before it is read,
 * strict UTF-8 without a byte order mark, no name twice in an object, nothing behind the value, at
 * most 1,000 levels of nesting and 1,000 digits in a number.
 */
public final class JsonFile {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFile() {}

  /**
   * The bytes of a file.
   *
   * @param mostMebibytes the largest size that is taken
   * @throws ModelFormatException if it is missing, not a file, empty or too large
   * @throws StorageException if it cannot be read
   */
  public static byte[] bytes(Path file, int mostMebibytes) {
    if (!Files.isRegularFile(file)) {
      throw new ModelFormatException(
          file
              + (Files.exists(file) ? " is not a file" : " is missing")
              + "; wanted a Hugging Face checkpoint folder with it");
    }
    int most = mostMebibytes << 20;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length == 0) {
        throw new ModelFormatException(file + " is empty; get it again from its source");
      }
      if (bytes.length > most) {
        throw new ModelFormatException(
            file
                + ": wanted at most "
                + mostMebibytes
                + " MiB, found "
                + Files.size(file)
                + " bytes; no such file is that large, get it again from its source");
      }
      return bytes;
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Bytes as text.
   *
   * @throws ModelFormatException if they are not UTF-8, or begin with a byte order mark
   */
  public static String text(Path file, byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.startsWith("\uFEFF")) {
        throw new ModelFormatException(
            file + ": it begins with a byte order mark; save it as UTF-8 without one");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new ModelFormatException(
          file + ": wanted UTF-8, found bytes that are not; get it again from its source", e);
    }
  }

  /** Reads a file whose value is an object; see {@link #bytes} and {@link #parse}. */
  public static ObjectNode read(Path file, int mostMebibytes) {
    return parse(file, bytes(file, mostMebibytes));
  }

  /**
   * The object in the bytes of a file.
   *
   * @throws ModelFormatException if they are no JSON object
   */
  public static ObjectNode parse(Path file, byte[] bytes) {
    try {
      JsonNode node = JSON.readTree(text(file, bytes));
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new ModelFormatException(
          file
              + ": wanted a JSON object, found "
              + node.getNodeType().name().toLowerCase(Locale.ROOT));
    } catch (JacksonException e) {
      String where = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
      throw new ModelFormatException(
          file + ": not valid JSON" + where + ": " + Shortened.text(e.getOriginalMessage()), e);
    }
  }
}
