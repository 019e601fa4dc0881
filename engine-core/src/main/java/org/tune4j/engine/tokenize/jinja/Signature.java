package org.tune4j.engine.tokenize.jinja;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a builtin function.
 *
 * @param name the function, for messages
 * @param parameters their names; one that begins with '/' can be given by position only
 * @param required how many of them have no default
 */
record Signature(String name, List<String> parameters, int required) {
  /** Reads {@code "name a b [c d]"}: parameters after the bracket may be left out. */
  static Signature of(String text) {
    String[] words = text.replace("]", "").split(" +");
    int bracket = Arrays.asList(words).indexOf("[");
    List<String> parameters =
        Arrays.stream(words).skip(1).filter(word -> !word.equals("[")).toList();
    return new Signature(words[0], parameters, bracket < 0 ? parameters.size() : bracket - 1);
  }

  /** The values of a call in the order of the parameters; null where one was left out. */
  Object[] bind(Arguments arguments) {
    List<Object> positional = arguments.positional();
    if (positional.size() > parameters.size()) {
      throw Failure.error(
          name + "() takes at most " + parameters.size() + " arguments, not " + positional.size());
    }
    Object[] values = positional.toArray(new Object[parameters.size()]);
    for (Map.Entry<String, Object> named : arguments.named().entrySet()) {
      int index = parameters.indexOf(named.getKey());
      if (index < 0) {
        throw Failure.error(name + "() has no parameter '" + named.getKey() + "'");
      }
      if (values[index] != null) {
        throw Failure.error(name + "() got two values for '" + named.getKey() + "'");
      }
      values[index] = named.getValue();
    }
    for (int i = 0; i < required; i++) {
      if (values[i] == null) {
        throw Failure.error(name + "() lacks its argument '" + parameters.get(i) + "'");
      }
    }
    return values;
  }
}
