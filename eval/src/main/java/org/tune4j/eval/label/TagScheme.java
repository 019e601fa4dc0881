package org.tune4j.eval.label;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/**
 * How tags such as {@code B-PER}, {@code I-PER} and {@code O} say where entities are. What stands
 * after the first {@code -} is the type; without it the type is {@code _}.
 */
public enum TagScheme {
  /**
   * Strictly as IOB2 is defined: an entity begins with {@code B} and goes on with {@code I} of the
   * same type; an {@code I} that continues nothing is no entity. seqeval's {@code mode='strict',
   * scheme=IOB2}.
   */
  IOB2 {
    @Override
    List<EntitySpan> read(List<String> tags) {
      List<EntitySpan> spans = new ArrayList<>();
      int at = 0;
      while (at < tags.size()) {
        int from = at++;
        if (prefix(tags.get(from)) == 'B') {
          String type = type(tags.get(from));
          while (at < tags.size()
              && prefix(tags.get(at)) == 'I'
              && type(tags.get(at)).equals(type)) {
            at++;
          }
          spans.add(new EntitySpan(type, from, at));
        }
      }
      return spans;
    }

    @Override
    String prefixes() {
      return "BIO";
    }
  },

  /**
   * As the conlleval script of CoNLL-2000 reads tags, and seqeval does by default: whatever can be
   * taken as an entity is one, also where an {@code I} stands without its {@code B}. Reads IOB1,
   * IOB2, IOE and IOBES.
   */
  CONLL {
    @Override
    List<EntitySpan> read(List<String> tags) {
      List<EntitySpan> spans = new ArrayList<>();
      String previous = "O";
      int from = 0;
      for (int at = 0; at <= tags.size(); at++) {
        String tag = at < tags.size() ? tags.get(at) : "O";
        if (ends(previous, tag)) {
          spans.add(new EntitySpan(type(previous), from, at));
        }
        if (begins(previous, tag)) {
          from = at;
        }
        previous = tag;
      }
      return spans;
    }

    @Override
    String prefixes() {
      return "BIOES";
    }
  };

  /**
   * The entities of a text, in order.
   *
   * @throws DataException if there is no tag, or one that the scheme does not know
   */
  public List<EntitySpan> entities(List<String> tags) {
    Inputs.notEmpty("tags", tags.size());
    for (int at = 0; at < tags.size(); at++) {
      String tag = tags.get(at);
      boolean known = !tag.isEmpty() && prefixes().indexOf(prefix(tag)) >= 0;
      if (!known || tag.length() > 1 && tag.charAt(1) != '-') {
        throw new DataException(
            "tag " + at + ": found '" + tag + "', wanted one of " + name() + ": " + spellings());
      }
    }
    return read(tags);
  }

  abstract List<EntitySpan> read(List<String> tags);

  /** The letters that a tag may begin with. */
  abstract String prefixes();

  private String spellings() {
    StringBuilder all = new StringBuilder("O");
    prefixes()
        .chars()
        .filter(prefix -> prefix != 'O')
        .forEach(prefix -> all.append(", ").append((char) prefix).append("-TYPE"));
    return all.toString();
  }

  private static char prefix(String tag) {
    return tag.charAt(0);
  }

  private static String type(String tag) {
    return tag.length() > 2 ? tag.substring(2) : "_";
  }

  private static boolean ends(String previous, String tag) {
    char was = prefix(previous);
    char is = prefix(tag);
    return was != 'O'
        && (was == 'E'
            || was == 'S'
            || is == 'B'
            || is == 'S'
            || is == 'O'
            || !type(previous).equals(type(tag)));
  }

  private static boolean begins(String previous, String tag) {
    char was = prefix(previous);
    char is = prefix(tag);
    return is != 'O'
        && (is == 'B'
            || is == 'S'
            || was == 'E'
            || was == 'S'
            || was == 'O'
            || !type(previous).equals(type(tag)));
  }
}
