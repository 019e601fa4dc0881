package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A field of {@code config.json} and the metadata that says the same.
 *
 * @param key without the architecture
 * @param otherwise what a configuration that lacks it means; null where it may be left out
 */
record Field(String key, String name, boolean real, boolean needed, Number otherwise) {
  static Field whole(String key, String name) {
    return new Field(key, name, false, true, null);
  }

  static Field whole(String key, String name, int otherwise) {
    return new Field(key, name, false, true, otherwise);
  }

  static Field real(String key, String name, double otherwise) {
    return new Field(key, name, true, true, otherwise);
  }

  /** One that may be missing on both sides. */
  static Field optional(String key, String name, boolean real) {
    return new Field(key, name, real, false, null);
  }

  static void toHub(List<Field> fields, ModelHeader header, ObjectNode config) {
    for (Field field : fields) {
      if (field.needed || header.has(field.key)) {
        if (field.real) {
          config.put(field.name, header.real(field.key));
        } else {
          config.put(field.name, header.size(field.key));
        }
      }
    }
  }

  static void toGguf(List<Field> fields, HubConfig config, ArchitectureKeys keys) {
    for (Field field : fields) {
      if (!field.needed && !config.has(field.name)) {
        continue;
      }
      if (field.real) {
        keys.real(field.key, config.number(field.name, value(field).doubleValue()));
      } else if (field.otherwise == null) {
        keys.whole(field.key, config.whole(field.name));
      } else {
        keys.whole(field.key, config.whole(field.name, field.otherwise.intValue()));
      }
    }
  }

  private static Number value(Field field) {
    return field.otherwise == null ? 0 : field.otherwise;
  }
}
