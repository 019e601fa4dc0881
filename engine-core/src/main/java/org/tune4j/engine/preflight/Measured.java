package org.tune4j.engine.preflight;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tune4j.engine.preflight.duplicate.Repeats;
import org.tune4j.engine.preflight.privacy.PrivateKind;

/**
 * What was counted, before anybody judges it.
 *
 * @param rows training rows
 * @param heldOut evaluation rows
 * @param shown rows with their mask; none that holds personal data or secrets
 * @param forecast null if there is none
 */
public record Measured(
    Scanned rows,
    Scanned heldOut,
    Encoding encoding,
    Empty empty,
    Tokens tokens,
    Repeats repeats,
    Classes classes,
    Characters characters,
    List<PrivateCount> privateData,
    List<ShownRow> shown,
    Forecast forecast) {
  public Measured {
    privateData = List.copyOf(privateData);
    shown = List.copyOf(shown);
  }

  /**
   * Rows that were looked at.
   *
   * @param all rows that the files hold
   * @param scanned good rows that were looked at
   * @param bad rows that cannot be used
   */
  public record Scanned(long all, long scanned, long bad) {
    /** Whether only part of the rows was looked at. */
    public boolean sampled() {
      return scanned + bad < all;
    }
  }

  /**
   * What became of rows in tokens.
   *
   * @param rows rows that are learned token by token
   * @param kept those that are learned from
   * @param cut those of them that lost tokens
   * @param dropped the others, by reason
   * @param unlearned rows of which no token is learned, before they were cut
   * @param stopped kept rows that learn to stop
   * @param severalBos kept rows with a BOS token that neither begins the row nor follows EOS
   */
  public record Encoding(
      long rows,
      long kept,
      long cut,
      Map<String, Long> dropped,
      long unlearned,
      long stopped,
      long severalBos) {
    public Encoding {
      dropped = Collections.unmodifiableMap(new LinkedHashMap<>(dropped));
    }
  }

  /**
   * Rows with an empty part; white space is empty.
   *
   * @param pairs rows of two answers
   * @param equalPairs those of them whose answers are the same
   */
  public record Empty(long prompts, long completions, long texts, long pairs, long equalPairs) {}

  /**
   * Tokens.
   *
   * @param all tokens before rows were cut and dropped
   * @param kept tokens of the kept rows
   * @param learned those of them that are learned
   * @param cut tokens that cut rows lost
   * @param min the shortest row before it was cut; 0 without rows
   * @param median half of the rows are not longer
   * @param p95 95 % of the rows are not longer
   * @param max the longest row
   * @param histogram rows by their tokens before they were cut
   */
  public record Tokens(
      long all,
      long kept,
      long learned,
      long cut,
      int min,
      int median,
      int p95,
      int max,
      List<Bar> histogram) {
    public Tokens {
      histogram = List.copyOf(histogram);
    }
  }

  /** Rows of {@code from} to {@code to} tokens, both included. */
  public record Bar(int from, int to, long rows) {}

  /**
   * Classes.
   *
   * @param of what the classes are: {@code labels}, {@code tags}, {@code completions}, or {@code
   *     none}
   * @param counts the classes, the most frequent first
   */
  public record Classes(String of, List<ClassCount> counts) {
    /** There are no classes. */
    public static final Classes NONE = new Classes("none", List.of());

    /** B begins an entity; S and U are entities of one token. */
    private static final Pattern FIRST_TAG = Pattern.compile("[BSU]-.+");

    public Classes {
      counts = List.copyOf(counts);
    }

    /**
     * The classes whose frequencies are compared, the most frequent first: the entities of tags in
     * the IOB or BIOES scheme, counted by their first tags; all tags but O of another scheme; all
     * labels and completions.
     */
    public List<ClassCount> compared() {
      if (!of.equals("tags")) {
        return counts;
      }
      Map<String, Long> entities = new TreeMap<>();
      counts.stream()
          .filter(tag -> FIRST_TAG.matcher(tag.name()).matches())
          .forEach(tag -> entities.merge(tag.name().substring(2), tag.count(), Long::sum));
      Stream<ClassCount> compared =
          entities.isEmpty()
              ? counts.stream().filter(tag -> !tag.name().equals("O"))
              : entities.entrySet().stream().map(e -> new ClassCount(e.getKey(), e.getValue()));
      return compared.sorted(Comparator.comparingLong(count -> -count.count())).toList();
    }
  }

  /** How often a class occurs. */
  public record ClassCount(String name, long count) {}

  /**
   * Characters.
   *
   * @param all characters (code points) of the training rows
   * @param unknownTokens tokens that stand for text the vocabulary cannot write
   * @param unknown characters that the vocabulary cannot write, by occurrence
   * @param expensive characters that take three tokens or more, or single bytes, by occurrence
   * @param replacement U+FFFD, which a wrong decoding leaves
   * @param control control characters other than tab, line feed and carriage return
   * @param loneSurrogates halves of surrogate pairs
   * @param mojibake stretches of text decoded in a wrong encoding
   * @param worst the most frequent of unknown and expensive characters
   */
  public record Characters(
      long all,
      long unknownTokens,
      long unknown,
      long expensive,
      Defect replacement,
      Defect control,
      Defect loneSurrogates,
      Defect mojibake,
      List<WorstCharacter> worst) {
    public Characters {
      worst = List.copyOf(worst);
    }
  }

  /**
   * Something broken in texts.
   *
   * @param rows rows that have it
   * @param first file and line of the first of them; empty if there is none
   */
  public record Defect(long count, long rows, String first) {}

  /**
   * A character that the vocabulary writes badly.
   *
   * @param character as {@code U+XXXX}
   * @param tokens tokens that it takes on its own
   * @param unknown whether it cannot be written at all
   */
  public record WorstCharacter(String character, long count, int tokens, boolean unknown) {}

  /** How much of a kind of private data there is. */
  public record PrivateCount(PrivateKind kind, long count, long rows) {}
}
