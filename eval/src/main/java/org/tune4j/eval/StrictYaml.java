package org.tune4j.eval;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.StorageException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * A file in YAML (or JSON, which is YAML) that a person wrote: keys with values, of which none is
 * given twice, none is unknown, and none refers to a type or to another value.
 */
public final class StrictYaml {
  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final int MOST_BYTES = 1 << 20;

  private StrictYaml() {}

  /**
   * Reads a file.
   *
   * @return its keys with their values
   * @throws ConfigException if it is missing, greater than 1 MiB, not UTF-8, or no such YAML
   */
  public static JsonNode read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in);
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": no such file; wanted one in YAML", e);
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a stream.
   *
   * @param name what messages call it
   * @return its keys with their values
   * @throws IOException if it cannot be read
   * @throws ConfigException as {@link #read(Path)}
   */
  public static JsonNode read(String name, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new ConfigException(name + ": wanted at most " + MOST_BYTES + " bytes, found more");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      refuseReferences(name, text);
      JsonNode root = YAML.readTree(text);
      if (!root.isObject()) {
        throw new ConfigException(name + ": wanted keys with values, found " + kind(root));
      }
      return root;
    } catch (CharacterCodingException e) {
      throw new ConfigException(name + ": wanted UTF-8, found bytes that are not", e);
    } catch (JacksonException e) {
      String at =
          e.getLocation() == null ? "" : " at line " + Math.max(1, e.getLocation().getLineNr());
      throw new ConfigException(
          name + ": no valid YAML" + at + ": " + e.getOriginalMessage().lines().findFirst().get(),
          e);
    } catch (YAMLException e) {
      throw new ConfigException(
          name + ": no valid YAML: " + e.getMessage().lines().findFirst().get(), e);
    }
  }

  /** A tag names a type and an alias repeats a value: nothing here needs them, attacks do. */
  private static void refuseReferences(String name, String text) throws IOException {
    try (YAMLParser parser = YAML.getFactory().createParser(text)) {
      while (parser.nextToken() != null) {
        boolean tag = parser.getTypeId() != null;
        if (tag || parser.isCurrentAlias() || parser.getObjectId() != null) {
          throw new ConfigException(
              name
                  + ": line "
                  + parser.currentLocation().getLineNr()
                  + " has "
                  + (tag ? "a tag (!)" : "an anchor or alias (& or *)")
                  + "; write the value itself");
        }
      }
    }
  }

  /**
   * Refuses keys that mean nothing.
   *
   * @param where what messages call the object
   * @throws ConfigException if it is no object or has a key that is not known; it names the nearest
   */
  public static void refuseUnknown(String where, JsonNode object, Collection<String> known) {
    if (!object.isObject()) {
      throw new ConfigException(where + ": wanted keys with values, found " + kind(object));
    }
    object
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                throw new ConfigException(
                    where
                        + ": unknown key "
                        + key
                        + "; the nearest is "
                        + NearestName.of(key, known));
              }
            });
  }

  /** What a value is, for a message. */
  public static String kind(JsonNode value) {
    return value.getNodeType().name().toLowerCase(Locale.ROOT);
  }
}
