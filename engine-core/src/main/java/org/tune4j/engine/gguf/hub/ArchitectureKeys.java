package org.tune4j.engine.gguf.hub;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tune4j.engine.gguf.GgufValue;

/** The metadata of an architecture on its way into a file; keys are named without it. */
final class ArchitectureKeys {
  private final String architecture;
  private final Map<String, GgufValue> values = new LinkedHashMap<>();
  private final Map<String, float[]> tensors = new LinkedHashMap<>();

  ArchitectureKeys(String architecture) {
    this.architecture = architecture;
  }

  void whole(String name, long number) {
    values.put(architecture + "." + name, GgufValue.uint32(number));
  }

  void real(String name, double number) {
    values.put(architecture + "." + name, GgufValue.float32((float) number));
  }

  void flag(String name, boolean flag) {
    values.put(architecture + "." + name, GgufValue.flag(flag));
  }

  void text(String name, String text) {
    values.put(architecture + "." + name, GgufValue.text(text));
  }

  /** A short tensor that the hub has in its configuration. */
  void tensor(String name, float[] numbers) {
    tensors.put(name, numbers);
  }

  Map<String, GgufValue> values() {
    return values;
  }

  Map<String, float[]> tensors() {
    return tensors;
  }
}
