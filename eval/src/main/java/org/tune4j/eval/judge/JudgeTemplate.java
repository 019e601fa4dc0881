package org.tune4j.eval.judge;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.StorageException;

/**
 * What a judge is asked: a text with the names of what is judged in braces. A line {@code ---}
 * parts what the judge is told to be (the system's message) from the question; without one all is
 * the question.
 *
 * <p>What is judged is put between tags whose names follow from all of it, so that no text can hold
 * the tag that ends it.
 */
public final class JudgeTemplate {
  static final String PROMPT = "prompt";
  static final String ANSWER = "answer";
  static final String ANSWER_A = "answer_a";
  static final String ANSWER_B = "answer_b";
  static final String REFERENCE = "reference";

  private static final Pattern NAME = Pattern.compile("\\{([a-z_]+)}");
  private static final Pattern PARTS = Pattern.compile("(?m)^---[ \\t]*\\R");

  /** Enough of a hash that nobody finds a text that holds its own. */
  private static final int TAG_DIGITS = 16;

  private final String source;
  private final String system;
  private final String question;
  private final Set<String> names;

  /** What templates are for. */
  public enum Kind {
    /** {@code {prompt}} and {@code {answer}}; {@code {reference}} if it likes. */
    SINGLE(Set.of(PROMPT, ANSWER)),
    /**
     * {@code {prompt}}, {@code {answer_a}}, {@code {answer_b}}; {@code {reference}} if it likes.
     */
    PAIR(Set.of(PROMPT, ANSWER_A, ANSWER_B));

    private final Set<String> needed;

    Kind(Set<String> needed) {
      this.needed = needed;
    }
  }

  private JudgeTemplate(String source, String system, String question, Set<String> names) {
    this.source = source;
    this.system = system;
    this.question = question;
    this.names = names;
  }

  /**
   * A template.
   *
   * @param source what it is called in messages
   * @throws ConfigException if a name is missing, or there is one that means nothing
   */
  public static JudgeTemplate of(Kind kind, String source, String text) {
    String[] parts = PARTS.split(text, 2);
    String question = parts[parts.length - 1].strip();
    Set<String> names = names(question);
    Set<String> known = new TreeSet<>(kind.needed);
    known.add(REFERENCE);
    Set<String> strange = names(text);
    strange.removeAll(known);
    if (!names.containsAll(kind.needed) || !strange.isEmpty()) {
      throw new ConfigException(
          source
              + ": wanted {"
              + String.join("}, {", new TreeSet<>(kind.needed))
              + "} and perhaps {reference} in the question, found "
              + (names.isEmpty() && strange.isEmpty() ? "none" : found(names, strange)));
    }
    return new JudgeTemplate(source, parts.length == 1 ? "" : parts[0].strip(), question, names);
  }

  private static String found(Set<String> names, Set<String> strange) {
    Set<String> all = new TreeSet<>(names);
    all.addAll(strange);
    return "{" + String.join("}, {", all) + "}";
  }

  private static Set<String> names(String text) {
    Set<String> names = new TreeSet<>();
    NAME.matcher(text).results().map(result -> result.group(1)).forEach(names::add);
    return names;
  }

  /**
   * A template in a file.
   *
   * @throws ConfigException as {@link #of}
   * @throws StorageException if it cannot be read
   */
  public static JudgeTemplate read(Kind kind, Path file) {
    try {
      return of(kind, file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e, e);
    }
  }

  /** Our own wording. */
  static JudgeTemplate own(Kind kind, String name) {
    try (InputStream in = JudgeTemplate.class.getResourceAsStream(name)) {
      return of(kind, name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException | NullPointerException e) {
      throw new EngineBugException(name + " is not among the resources", e);
    }
  }

  /** Whether it shows a reference. */
  boolean showsReference() {
    return names.contains(REFERENCE);
  }

  /** What it is called. */
  String source() {
    return source;
  }

  /** All of it. */
  String text() {
    return system + "\n---\n" + question;
  }

  /** The question with texts in the places of their names, none of which is looked into. */
  ChatPrompt fill(Map<String, String> texts) {
    Map<String, String> shown = new TreeMap<>(texts);
    shown.keySet().retainAll(names);
    String tag =
        Sha256.hex(shown.toString().getBytes(StandardCharsets.UTF_8)).substring(0, TAG_DIGITS);
    String filled =
        NAME.matcher(question)
            .replaceAll(place -> Matcher.quoteReplacement(between(place, shown, tag)));
    return new ChatPrompt(system, filled);
  }

  private static String between(MatchResult place, Map<String, String> texts, String tag) {
    String name = place.group(1) + "-" + tag;
    return "<" + name + ">\n" + texts.get(place.group(1)) + "\n</" + name + ">";
  }
}
