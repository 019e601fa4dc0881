package org.tune4j.testdata;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rules whose alternatives are texts with slots, read from the resource folder {@code grammar}.
 *
 * <p>A line that starts at the margin names a rule, the indented lines below it are its
 * alternatives, {@code #} starts a comment line, and {@code \n} in an alternative is a line break.
 * Slots:
 *
 * <ul>
 *   <li>{@code {city}}: an alternative of the rule {@code city}, drawn anew
 *   <li>{@code {2..9}}: a whole number from 2 to 9, both included
 *   <li>{@code {=city}}: drawn once in a text, the same wherever it is written; {@code
 *       {=home:city}} remembers it as {@code home}
 *   <li>{@code {=person/1}}: one form of an alternative whose forms are written {@code
 *       Anna|she|her}
 *   <li>{@code {^=person/1}}: with its first letter as a capital
 * </ul>
 */
final class Grammar {
  private static final Pattern SLOT =
      Pattern.compile("\\{(\\^?)(?:=(?:([a-z0-9]+):)?)?([a-zA-Z0-9._]+)(?:/(\\d))?}");
  private static final Pattern RANGE = Pattern.compile("(\\d+)\\.\\.(\\d+)");

  private final String name;
  private final Map<String, List<String>> rules;

  private Grammar(String name, Map<String, List<String>> rules) {
    this.name = name;
    this.rules = rules;
  }

  /** The rules of one text kind together with those common to its language. */
  static Grammar load(String kind, Language language) {
    Map<String, List<String>> rules = new HashMap<>();
    String name = kind + "_" + language.code() + ".txt";
    read("common_" + language.code() + ".txt", rules);
    read(name, rules);
    return new Grammar(name, rules);
  }

  private static void read(String file, Map<String, List<String>> rules) {
    try (InputStream in = Grammar.class.getResourceAsStream("grammar/" + file)) {
      if (in == null) {
        throw new IllegalStateException("The resource grammar/" + file + " is missing.");
      }
      var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      List<String> alternatives = null;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.isBlank() || line.startsWith("#")) {
          continue;
        }
        if (!line.startsWith(" ")) {
          alternatives = new ArrayList<>();
          if (rules.put(line.strip(), alternatives) != null) {
            throw new IllegalStateException(file + " has the rule '" + line.strip() + "' twice.");
          }
        } else if (alternatives == null) {
          throw new IllegalStateException(file + " has an alternative before its first rule.");
        } else {
          alternatives.add(line.strip().replace("\\n", "\n"));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read grammar/" + file, e);
    }
  }

  /** Starts a text: what is remembered in it is shared by all its parts. */
  Text text(SplittableRandom random) {
    return new Text(random);
  }

  /** One text in the making. */
  final class Text {
    private final SplittableRandom random;
    private final Map<String, String> remembered = new HashMap<>();
    private final Map<String, Set<String>> drawn = new HashMap<>();

    private Text(SplittableRandom random) {
      this.random = random;
    }

    /** Fixes the value of the slot {@code {=slot}}. */
    Text with(String slot, Object value) {
      remembered.put(slot, value.toString());
      return this;
    }

    /** Draws an alternative of the rule and fills its slots. */
    String write(String rule) {
      return fill(draw(rule));
    }

    private String draw(String rule) {
      Matcher range = RANGE.matcher(rule);
      if (range.matches()) {
        int first = Integer.parseInt(range.group(1));
        return Integer.toString(random.nextInt(first, Integer.parseInt(range.group(2)) + 1));
      }
      List<String> alternatives = rules.get(rule);
      if (alternatives == null) {
        throw new IllegalStateException(name + " has no rule '" + rule + "'.");
      }
      return alternatives.get(random.nextInt(alternatives.size()));
    }

    /** Fills the slots of a template. */
    String fill(String template) {
      Matcher slot = SLOT.matcher(template);
      StringBuilder filled = new StringBuilder();
      int end = 0;
      while (slot.find()) {
        filled.append(template, end, slot.start());
        String value = value(slot);
        filled.append(slot.group(1).isEmpty() ? value : capitalised(value));
        end = slot.end();
      }
      return filled.append(template, end, template.length()).toString();
    }

    private String value(Matcher slot) {
      String rule = slot.group(3);
      String alternative;
      if (slot.group().contains("=")) {
        String key = slot.group(2) == null ? rule : slot.group(2);
        alternative = remembered.get(key);
        if (alternative == null) {
          alternative = unused(rule);
          remembered.put(key, alternative);
        }
      } else {
        alternative = fill(draw(rule));
      }
      return slot.group(4) == null
          ? alternative
          : alternative.split("\\|")[Integer.parseInt(slot.group(4))];
    }

    /** An alternative of the rule that no other slot of this text remembers. */
    private String unused(String rule) {
      Set<String> used = drawn.computeIfAbsent(rule, any -> new HashSet<>());
      String alternative = fill(draw(rule));
      while (!used.add(alternative)) {
        alternative = fill(draw(rule));
      }
      return alternative;
    }

    private static String capitalised(String value) {
      return value.substring(0, 1).toUpperCase(Locale.ROOT) + value.substring(1);
    }
  }
}
