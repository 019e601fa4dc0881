package org.tune4j.eval;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;
import org.yaml.snakeyaml.error.YAMLException;

/** Files of YAML (or JSON, which is YAML), read strictly: no key twice, at most 1 MiB. */
public final class YamlFile {
  private static final int MOST_BYTES = 1 << 20;
  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private YamlFile() {}

  /**
   * Reads a file.
   *
   * @throws ConfigException if it is missing, too large, or no mapping
   */
  public static YamlNode read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(file + ": no such file; wanted is a YAML file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new ConfigException(file + ": is larger than 1 MiB");
      }
      return parse(bytes, file.toString());
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads bytes.
   *
   * @param where what they are called in messages
   * @throws ConfigException if they are no mapping
   */
  public static YamlNode parse(byte[] bytes, String where) {
    try {
      JsonNode node = YAML.readTree(bytes);
      if (node instanceof ObjectNode object) {
        return new YamlNode(object, where);
      }
      throw new ConfigException(where + ": wanted keys and values, found none");
    } catch (JacksonException e) {
      String line = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
      throw new ConfigException(where + line + ": not valid YAML: " + e.getOriginalMessage(), e);
    } catch (IOException | YAMLException e) {
      throw new ConfigException(where + ": not valid YAML: " + e.getMessage(), e);
    }
  }
}
