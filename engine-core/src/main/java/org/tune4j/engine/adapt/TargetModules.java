package org.tune4j.engine.adapt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;

/**
 * Which modules a method applies to, as PEFT means it: a list of names, each the whole module path
 * or its last steps; a regular expression over the whole path; or {@code all-linear}, every linear
 * layer but the output layer.
 */
public sealed interface TargetModules {
  /** PEFT's word for every linear layer but the output layer. */
  String ALL_LINEAR = "all-linear";

  /** Module paths or their last steps. */
  record Names(List<String> names) implements TargetModules {
    public Names {
      names = List.copyOf(names);
    }

    @Override
    public boolean matches(String module) {
      return names.stream().anyMatch(n -> module.equals(n) || module.endsWith("." + n));
    }
  }

  /**
   * A regular expression over the whole path, of at most {@value #MOST_CHARACTERS} characters. One
   * that takes too many steps on a path is refused with a {@link ConfigException}.
   */
  final class Regex implements TargetModules {
    private static final int MOST_CHARACTERS = 1000;

    private final String expression;
    private final Pattern compiled;

    /**
     * @throws ConfigException if it is none, or too long
     */
    public Regex(String expression) {
      this.expression = expression;
      if (expression.length() > MOST_CHARACTERS) {
        throw new ConfigException(
            "target_modules or a pattern: a regular expression has "
                + expression.length()
                + " characters; wanted at most "
                + MOST_CHARACTERS);
      }
      try {
        this.compiled = Pattern.compile(expression);
      } catch (PatternSyntaxException e) {
        throw new ConfigException(
            "target_modules or a pattern: '"
                + expression
                + "' is no regular expression: "
                + e.getDescription(),
            e);
      }
    }

    public String expression() {
      return expression;
    }

    @Override
    public boolean matches(String module) {
      return compiled.matcher(new CountedText(module, expression)).matches();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Regex regex && expression.equals(regex.expression);
    }

    @Override
    public int hashCode() {
      return expression.hashCode();
    }

    @Override
    public String toString() {
      return "Regex[expression=" + expression + "]";
    }
  }

  /** Every linear layer but the output layer; the caller offers it no other module. */
  record AllLinear() implements TargetModules {
    @Override
    public boolean matches(String module) {
      return true;
    }
  }

  boolean matches(String module);

  /**
   * As it is written in a configuration: a list of names, a regular expression, or {@code
   * all-linear}.
   */
  default Object written() {
    return this instanceof Names names
        ? names.names()
        : this instanceof Regex regex ? regex.expression() : ALL_LINEAR;
  }

  /** A list of names, or {@code all-linear} alone. */
  static TargetModules of(String... names) {
    return names.length == 1 && names[0].equals(ALL_LINEAR)
        ? new AllLinear()
        : new Names(List.of(names));
  }

  /**
   * The error for a target that matches nothing: the names that exist, nearest first.
   *
   * @param wanted a name, or a list of names
   */
  static ConfigException nothingMatches(String key, Object wanted, List<String> existing) {
    List<?> names = wanted instanceof List<?> list ? list : List.of(wanted);
    List<String> leaves =
        new ArrayList<>(
            existing.stream().map(m -> m.substring(m.lastIndexOf('.') + 1)).distinct().toList());
    leaves.sort(
        Comparator.comparingInt(
            leaf ->
                names.stream()
                    .mapToInt(name -> NearestName.distance(leaf, String.valueOf(name)))
                    .min()
                    .orElse(0)));
    return new ConfigException(
        key
            + ": "
            + wanted
            + " matches no module of this model; its modules are, nearest first: "
            + leaves);
  }
}
