package org.tune4j.rlhf.reward.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The types that a Java source declares at its top, as far as it can be told without a compiler:
 * neither comments nor texts declare any.
 *
 * @param all in their order
 */
record JavaTypes(List<Declared> all) {
  private static final Pattern TYPE =
      Pattern.compile(
          "(\\bpublic\\s+(?:(?:final|abstract|sealed|strictfp)\\s+)*)?"
              + "\\b(?:class|interface|record|enum)\\s+([A-Za-z_$][\\w$]*)");

  private static final Pattern MAIN = Pattern.compile("\\bvoid\\s+main\\s*\\(");

  /**
   * A type.
   *
   * @param hasMain whether a method called main stands in it
   */
  record Declared(String name, boolean isPublic, boolean hasMain) {}

  JavaTypes {
    all = List.copyOf(all);
  }

  /** Reads a source, whatever it is. */
  static JavaTypes of(String source) {
    String code = JavaCode.bare(source);
    List<Declared> types = new ArrayList<>();
    Matcher matcher = TYPE.matcher(new InterruptibleText(code));
    int from = 0;
    while (matcher.find(from)) {
      int end = end(code, matcher.end());
      boolean hasMain = MAIN.matcher(new InterruptibleText(code)).region(matcher.end(), end).find();
      types.add(new Declared(matcher.group(2), matcher.group(1) != null, hasMain));
      from = end;
    }
    return new JavaTypes(types);
  }

  /** Behind the body that begins at the next brace. */
  private static int end(String code, int from) {
    int depth = 0;
    for (int i = from; i < code.length(); i++) {
      char c = code.charAt(i);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (c == '}' && depth <= 0) {
        return i + 1;
      }
    }
    return code.length();
  }

  /** The name that the file has to have: that of the public type, or else of the first. */
  Optional<String> file() {
    return all.stream()
        .filter(Declared::isPublic)
        .findFirst()
        .or(() -> all.stream().findFirst())
        .map(Declared::name);
  }

  /** The type whose main method is called. */
  Optional<String> main() {
    return all.stream().filter(Declared::hasMain).findFirst().map(Declared::name);
  }
}
