package org.tune4j.examples.cli;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.StorageException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * A configuration file in YAML (or JSON, which is YAML): settings by their names, at the top or in
 * the groups that the help shows. An unknown key is an error.
 */
final class SettingsFile {
  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final int MOST_BYTES = 1 << 20;

  private final Path file;
  private final Map<String, Setting> table;
  private final Consumer<String> notes;
  private final Map<String, Settings.Value> values = new LinkedHashMap<>();

  private SettingsFile(Path file, List<Setting> table, Consumer<String> notes) {
    this.file = file;
    this.table = table.stream().collect(Collectors.toMap(Setting::name, s -> s));
    this.notes = notes;
  }

  /**
   * Reads a file.
   *
   * @param table the settings that exist
   * @param notes is told of other names that were taken
   * @return values by the settings' names
   */
  static Map<String, Settings.Value> read(Path file, List<Setting> table, Consumer<String> notes) {
    SettingsFile reader = new SettingsFile(file, table, notes);
    reader.object(parse(file), null);
    return reader.values;
  }

  private static JsonNode parse(Path file) {
    try {
      String text = text(file);
      refuseReferences(file, text);
      JsonNode root = YAML.readTree(text);
      if (!root.isObject()) {
        throw new ConfigException(
            file
                + ": wanted keys with values, found "
                + root.getNodeType().name().toLowerCase(Locale.ROOT));
      }
      return root;
    } catch (JacksonException e) {
      String at =
          e.getLocation() == null ? "" : " at line " + Math.max(1, e.getLocation().getLineNr());
      throw new ConfigException(
          file + ": no valid YAML" + at + ": " + e.getOriginalMessage().lines().findFirst().get(),
          e);
    } catch (YAMLException e) {
      throw new ConfigException(
          file + ": no valid YAML: " + e.getMessage().lines().findFirst().get(), e);
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": no such file; wanted a configuration in YAML", e);
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + ": wanted UTF-8, found bytes that are not", e);
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static String text(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new ConfigException(
            file + ": wanted a configuration of at most " + MOST_BYTES + " bytes, found more");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
  }

  /** A tag names a type and an alias repeats a value: nothing here needs them, attacks do. */
  private static void refuseReferences(Path file, String text) throws IOException {
    try (YAMLParser parser = YAML.getFactory().createParser(text)) {
      while (parser.nextToken() != null) {
        boolean tag = parser.getTypeId() != null;
        if (tag || parser.isCurrentAlias() || parser.getObjectId() != null) {
          throw new ConfigException(
              file
                  + ": line "
                  + parser.currentLocation().getLineNr()
                  + " has "
                  + (tag ? "a tag (!)" : "an anchor or alias (& or *)")
                  + "; write the value itself");
        }
      }
    }
  }

  private void object(JsonNode object, String group) {
    object
        .fields()
        .forEachRemaining(
            entry -> {
              String key = entry.getKey();
              JsonNode value = entry.getValue();
              if (group == null && value.isObject() && groups().contains(key)) {
                object(value, key);
              } else if (!value.isNull()) {
                put(group, key, value);
              }
            });
  }

  private Set<String> groups() {
    return table.values().stream().map(Setting::group).collect(Collectors.toSet());
  }

  private void put(String group, String key, JsonNode value) {
    String path = group == null ? key : group + "." + key;
    String name = key;
    if (!table.containsKey(key) && table.containsKey(SettingAliases.TABLE.get(key))) {
      name = SettingAliases.TABLE.get(key);
      notes.accept(file + ": " + path + " is taken as " + name);
    }
    Setting setting = table.get(name);
    if (setting == null) {
      Set<String> known = new TreeSet<>(table.keySet());
      throw new ConfigException(
          file + ": unknown key " + path + "; the nearest is " + NearestName.of(key, known));
    }
    if (group != null && !setting.group().equals(group)) {
      throw new ConfigException(
          file + ": " + path + ": wanted " + name + " at the top or under " + setting.group());
    }
    Settings.Value earlier = values.put(name, new Settings.Value(file + ": " + path, value));
    if (earlier != null) {
      throw new ConfigException(
          earlier.where() + " and " + path + " set the same thing, " + name + "; keep one");
    }
  }
}
