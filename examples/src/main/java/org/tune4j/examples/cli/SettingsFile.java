package org.tune4j.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.eval.StrictYaml;

/**
 * A configuration file in YAML (or JSON, which is YAML): settings by their names, at the top or in
 * the groups that the help shows. An unknown key is an error.
 */
final class SettingsFile {
  private final Path file;
  private final Map<String, Setting> table;
  private final Map<String, String> refused;
  private final Consumer<String> notes;
  private final Map<String, Settings.Value> values = new LinkedHashMap<>();

  private SettingsFile(
      Path file, List<Setting> table, Map<String, String> refused, Consumer<String> notes) {
    this.file = file;
    this.table = table.stream().collect(Collectors.toMap(Setting::name, s -> s));
    this.refused = refused;
    this.notes = notes;
  }

  /** The settings of a file, of a command that refuses no name in particular. */
  static Map<String, Settings.Value> read(Path file, List<Setting> table, Consumer<String> notes) {
    return read(file, table, Map.of(), notes);
  }

  /**
   * Reads a file.
   *
   * @param table the settings that exist
   * @param refused names that mean nothing here, and why
   * @param notes is told of other names that were taken
   * @return values by the settings' names
   */
  static Map<String, Settings.Value> read(
      Path file, List<Setting> table, Map<String, String> refused, Consumer<String> notes) {
    SettingsFile reader = new SettingsFile(file, table, refused, notes);
    reader.object(StrictYaml.read(file), null);
    return reader.values;
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
    if (refused.containsKey(key)) {
      throw new ConfigException(file + ": " + path + " is not to be had: " + refused.get(key));
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
