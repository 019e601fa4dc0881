package org.tune4j.engine.tokenize;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.tune4j.engine.DataException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.EngineClosedException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Tune4jException;

/**
 * The Hugging Face tokenizer behind DJL, without truncation and padding, in terms of Java strings.
 * Closing waits for calls of other threads, so none of them meets freed memory.
 */
final class NativeTokenizer implements AutoCloseable {
  private static final Map<String, String> OPTIONS =
      Map.of("truncation", "false", "padding", "false");

  static {
    // DJL must neither look for downloads nor report its use.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  private final HuggingFaceTokenizer tokenizer;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Object where;
  private final int mostCharacters;
  private boolean closed;

  private NativeTokenizer(HuggingFaceTokenizer tokenizer, Object where, int mostCharacters) {
    this.tokenizer = tokenizer;
    this.where = where;
    this.mostCharacters = mostCharacters;
  }

  /**
   * Builds a tokenizer.
   *
   * @param json content of a tokenizer.json that {@link TokenizerCheck} let pass
   * @param where the file, for errors
   * @param mostCharacters of a text
   */
  static NativeTokenizer of(byte[] json, Object where, int mostCharacters) {
    try {
      return new NativeTokenizer(
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS),
          where,
          mostCharacters);
    } catch (IOException e) {
      throw new EngineBugException("reading from memory cannot fail", e);
    } catch (RuntimeException e) {
      throw new ModelFormatException(
          where + ": the tokenizers library refuses it: " + e.getMessage(), e);
    }
  }

  Encoding encode(String text, boolean addSpecialTokens) {
    String sound = sound(text);
    return call(t -> encoding(t.encode(sound, addSpecialTokens, false), sound, ""));
  }

  /** The ids alone, which takes half the time of an {@link Encoding}. */
  int[] ids(String text, boolean addSpecialTokens) {
    String sound = sound(text);
    return call(
        t -> {
          long encoded = TokenizersLibrary.LIB.encode(t.getHandle(), sound, addSpecialTokens);
          try {
            return ints(TokenizersLibrary.LIB.getTokenIds(encoded));
          } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoded);
          }
        });
  }

  /** Ids and places, without the tokens' own texts: a sixth faster than an {@link Encoding}. */
  TokenPlaces places(String text) {
    String sound = sound(text);
    return call(
        t -> {
          long encoded = TokenizersLibrary.LIB.encode(t.getHandle(), sound, false);
          try {
            CharSpan[] spans = TokenizersLibrary.LIB.getTokenCharSpans(encoded);
            TextUnits units = new TextUnits(sound);
            int[] starts = new int[spans.length];
            int[] ends = new int[spans.length];
            for (int i = 0; i < spans.length; i++) {
              starts[i] = spans[i] == null ? 0 : units.charIndex(spans[i].getStart());
              ends[i] = spans[i] == null ? 0 : units.charIndex(spans[i].getEnd());
            }
            int[] ids = ints(TokenizersLibrary.LIB.getTokenIds(encoded));
            return new TokenPlaces(ids, starts, ends);
          } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoded);
          }
        });
  }

  /**
   * The tokens of words that somebody else divided the text into.
   *
   * @param spaced whether each gets a space in front if it has none
   */
  WordTokens words(List<String> words, boolean spaced) {
    long characters = words.stream().mapToLong(String::length).sum();
    requireFewEnough(characters);
    String[] sound =
        words.stream()
            .map(TextUnits::withoutHalfPairs)
            .map(word -> spaced ? afterSpace(word) : word)
            .toArray(String[]::new);
    return call(
        t -> {
          long encoded = TokenizersLibrary.LIB.encodeList(t.getHandle(), sound, false);
          try {
            return new WordTokens(
                ints(TokenizersLibrary.LIB.getTokenIds(encoded)),
                ints(TokenizersLibrary.LIB.getWordIds(encoded)));
          } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoded);
          }
        });
  }

  private static String afterSpace(String word) {
    return word.isEmpty() || word.startsWith(" ") ? word : " " + word;
  }

  Encoding encode(String first, String second, boolean addSpecialTokens) {
    String a = sound(first);
    String b = sound(second);
    return call(t -> encoding(t.encode(a, b, addSpecialTokens, false), a, b));
  }

  String decode(int[] ids, boolean skipSpecialTokens) {
    long[] wide = Arrays.stream(ids).asLongStream().toArray();
    return call(t -> t.decode(wide, skipSpecialTokens));
  }

  private static Encoding encoding(
      ai.djl.huggingface.tokenizers.Encoding from, String first, String second) {
    CharSpan[] spans = from.getCharTokenSpans();
    long[] sequences = from.getSequenceIds();
    TextUnits[] units = {new TextUnits(first), new TextUnits(second)};
    int[] starts = new int[spans.length];
    int[] ends = new int[spans.length];
    for (int i = 0; i < spans.length; i++) {
      if (spans[i] != null) {
        TextUnits text = units[sequences[i] == 1 ? 1 : 0];
        starts[i] = text.charIndex(spans[i].getStart());
        ends[i] = text.charIndex(spans[i].getEnd());
      }
    }
    return new Encoding(
        ints(from.getIds()),
        List.of(from.getTokens()),
        starts,
        ends,
        ints(from.getTypeIds()),
        ints(from.getSpecialTokenMask()));
  }

  private String sound(String text) {
    requireFewEnough(text.length());
    return TextUnits.withoutHalfPairs(text);
  }

  private void requireFewEnough(long characters) {
    if (characters > mostCharacters) {
      throw new DataException(
          "a text has "
              + characters
              + " characters; the tokenizer takes at most "
              + mostCharacters
              + " at once, split it");
    }
  }

  private static int[] ints(long[] values) {
    return LongStream.of(values).mapToInt(Math::toIntExact).toArray();
  }

  private <T> T call(Function<HuggingFaceTokenizer, T> call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new EngineClosedException("the tokenizer was closed; load it again");
      }
      return call.apply(tokenizer);
    } catch (Tune4jException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new ModelFormatException(
          where + ": the tokenizers library cannot work with it: " + e.getMessage(), e);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        tokenizer.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
