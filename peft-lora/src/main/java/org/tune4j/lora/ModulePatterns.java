package org.tune4j.lora;

import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TargetModules;

/**
 * PEFT's {@code rank_pattern} or {@code alpha_pattern}: what holds of modules whose path, or the
 * last steps of it, an expression matches. An unchangeable map in the order in which patterns are
 * asked, each compiled once: PEFT writes as many as there are modules.
 */
final class ModulePatterns<V> extends AbstractMap<String, V> {
  private final Map<String, V> values;
  private final List<Compiled<V>> compiled = new ArrayList<>();

  /**
   * @throws ConfigException if one is no regular expression
   */
  ModulePatterns(Map<String, V> patterns) {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(patterns));
    values.forEach(
        (pattern, value) ->
            compiled.add(
                new Compiled<>(
                    pattern, new TargetModules.Regex("(.*\\.)?(" + pattern + ")"), value)));
  }

  private record Compiled<V>(String pattern, TargetModules.Regex regex, boolean isPath, V value) {
    Compiled(String pattern, TargetModules.Regex regex, V value) {
      this(pattern, regex, pattern.matches("[A-Za-z0-9_.]+"), value);
    }

    boolean matches(String module) {
      return isPath ? endsAs(module) : regex.matches(module);
    }

    /** What the expression says of a path, whose dots stand for any character. */
    private boolean endsAs(String module) {
      int from = module.length() - pattern.length();
      if (from < 0 || from > 0 && module.charAt(from - 1) != '.') {
        return false;
      }
      for (int i = 0; i < pattern.length(); i++) {
        char wanted = pattern.charAt(i);
        if (wanted != '.' && wanted != module.charAt(from + i)) {
          return false;
        }
      }
      return true;
    }
  }

  /** What the first pattern says that matches a module. */
  Optional<V> first(String module) {
    for (Compiled<V> each : compiled) {
      if (each.matches(module)) {
        return Optional.of(each.value);
      }
    }
    return Optional.empty();
  }

  @Override
  public Set<Entry<String, V>> entrySet() {
    return values.entrySet();
  }
}
