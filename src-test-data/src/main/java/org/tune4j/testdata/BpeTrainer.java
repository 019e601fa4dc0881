package org.tune4j.testdata;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.tune4j.testdata.BpeVocabulary.Merge;

/**
 * Learns a byte-level BPE (Sennrich, Haddow and Birch 2016; bytes as in GPT-2): again and again the
 * most frequent pair of neighbouring tokens becomes a token. Of equally frequent pairs the one with
 * the lowest ids wins, so that the same texts give the same vocabulary. Pair counts are kept up to
 * date word by word, not counted anew.
 *
 * <p>Three kinds of merges are never learned, as they would make a small vocabulary harder to learn
 * from: those that touch a digit (a number is its digits), those that would join a part of a
 * character with another character, and those of more than {@value #LONGEST} bytes or, beyond
 * ASCII, of more than {@value #LONGEST_BEYOND_ASCII}, which is two Chinese characters: Chinese is
 * written without spaces, and whole phrases would become tokens.
 */
final class BpeTrainer {
  private static final int LONGEST = 12;
  private static final int LONGEST_BEYOND_ASCII = 6;

  private final List<String> tokens = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<Merge> merges = new ArrayList<>();
  private final List<Word> words = new ArrayList<>();
  private final Map<Pair, Long> counts = new HashMap<>();
  private final Map<Pair, Set<Integer>> places = new HashMap<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>(Candidate.ORDER);

  private BpeTrainer() {}

  /** Two neighbouring tokens, by id. */
  private record Pair(int left, int right) {}

  /** A distinct word of the texts: its tokens now and how often it occurs. */
  private static final class Word {
    private final long count;
    private int[] tokens;

    private Word(int[] tokens, long count) {
      this.tokens = tokens;
      this.count = count;
    }
  }

  /** A pair with the count it had when it was queued. */
  private record Candidate(Pair pair, long count) {
    private static final Comparator<Candidate> ORDER =
        Comparator.comparingLong((Candidate c) -> -c.count())
            .thenComparingInt(c -> c.pair().left())
            .thenComparingInt(c -> c.pair().right());
  }

  /**
   * Learns a vocabulary.
   *
   * @param texts the texts to learn from
   * @param special the special tokens, which get the first ids
   * @param size how many tokens the vocabulary shall have; fewer if the texts have too few pairs
   */
  static BpeVocabulary train(Iterable<String> texts, List<String> special, int size) {
    BpeTrainer trainer = new BpeTrainer();
    special.forEach(trainer::add);
    ByteLevel.alphabet().forEach(trainer::add);
    trainer.read(texts);
    trainer.learn(size);
    return new BpeVocabulary(special.size(), trainer.tokens, trainer.merges);
  }

  private int add(String token) {
    Integer known = ids.putIfAbsent(token, tokens.size());
    if (known != null) {
      return known;
    }
    tokens.add(token);
    return tokens.size() - 1;
  }

  private void read(Iterable<String> texts) {
    Map<String, Long> distinct = new LinkedHashMap<>();
    for (String text : texts) {
      for (String word : ByteLevel.words(text)) {
        distinct.merge(word, 1L, Long::sum);
      }
    }
    for (Map.Entry<String, Long> entry : distinct.entrySet()) {
      int[] bytes = entry.getKey().chars().map(c -> ids.get(Character.toString(c))).toArray();
      words.add(new Word(bytes, entry.getValue()));
      countPairs(words.size() - 1, 1, new HashSet<>());
    }
    counts.forEach((pair, count) -> queue.add(new Candidate(pair, count)));
  }

  private void learn(int size) {
    while (tokens.size() < size && !queue.isEmpty()) {
      Candidate best = queue.poll();
      long count = counts.getOrDefault(best.pair(), 0L);
      if (count != best.count()) {
        if (count > 0) {
          queue.add(new Candidate(best.pair(), count));
        }
      } else if (count > 0 && allowed(best.pair())) {
        merge(best.pair());
      }
    }
  }

  private void merge(Pair pair) {
    String left = tokens.get(pair.left());
    String right = tokens.get(pair.right());
    int merged = add(left + right);
    merges.add(new Merge(left, right));
    Set<Pair> grown = new HashSet<>();
    for (int place : List.copyOf(places.get(pair))) {
      Word word = words.get(place);
      countPairs(place, -1, new HashSet<>());
      word.tokens = replaced(word.tokens, pair, merged);
      countPairs(place, 1, grown);
    }
    for (Pair changed : grown) {
      if (changed.left() == merged || changed.right() == merged) {
        queue.add(new Candidate(changed, counts.get(changed)));
      }
    }
  }

  /** Adds a word's pairs to the counts, or takes them away. */
  private void countPairs(int place, int sign, Set<Pair> seen) {
    Word word = words.get(place);
    for (int i = 1; i < word.tokens.length; i++) {
      Pair pair = new Pair(word.tokens[i - 1], word.tokens[i]);
      counts.merge(pair, sign * word.count, Long::sum);
      Set<Integer> at = places.computeIfAbsent(pair, any -> new HashSet<>());
      if (sign > 0) {
        at.add(place);
      } else {
        at.remove(place);
      }
      seen.add(pair);
    }
  }

  private static int[] replaced(int[] tokens, Pair pair, int merged) {
    int[] shorter = new int[tokens.length];
    int length = 0;
    for (int i = 0; i < tokens.length; i++) {
      boolean found =
          i + 1 < tokens.length && tokens[i] == pair.left() && tokens[i + 1] == pair.right();
      shorter[length++] = found ? merged : tokens[i];
      if (found) {
        i++;
      }
    }
    return Arrays.copyOf(shorter, length);
  }

  private boolean allowed(Pair pair) {
    byte[] bytes = ByteLevel.decode(tokens.get(pair.left()) + tokens.get(pair.right()));
    boolean ascii = true;
    for (byte b : bytes) {
      if (b >= '0' && b <= '9') {
        return false;
      }
      ascii &= b >= 0;
    }
    if (bytes.length > (ascii ? LONGEST : LONGEST_BEYOND_ASCII)) {
      return false;
    }
    return isText(bytes) || isPartOfOneCharacter(bytes);
  }

  private static boolean isText(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** True if no byte but the first can begin a character. */
  private static boolean isPartOfOneCharacter(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      boolean continues = (bytes[i] & 0xc0) == 0x80;
      if (!continues && (i > 0 || bytes[i] >= 0)) {
        return false;
      }
    }
    return bytes.length < 4;
  }
}
