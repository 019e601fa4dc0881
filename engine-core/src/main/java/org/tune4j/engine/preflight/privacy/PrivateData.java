package org.tune4j.engine.preflight.privacy;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/** Counts personal data and secrets in a text, without telling them. */
public final class PrivateData {
  private static final List<Rule> RULES = Rules.all();

  private PrivateData() {}

  /** How many of each kind a text holds; kinds that it does not hold are left out. */
  public static Map<PrivateKind, Integer> count(String text) {
    Map<PrivateKind, Integer> found = new EnumMap<>(PrivateKind.class);
    Traits traits = Traits.of(text);
    for (Rule rule : RULES) {
      if (rule.possible().in(text, traits)) {
        Matcher matcher = rule.pattern().matcher(text);
        while (matcher.find()) {
          if (rule.valid().test(matcher.group())) {
            found.merge(rule.kind(), 1, Integer::sum);
          }
        }
      }
    }
    return found;
  }
}
