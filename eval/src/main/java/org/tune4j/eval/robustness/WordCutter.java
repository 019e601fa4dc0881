package org.tune4j.eval.robustness;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.cn.smart.HMMChineseTokenizer;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.tune4j.eval.text.Script;

/**
 * Cuts a text into words: those of letters and digits, with apostrophes, hyphens, underscores,
 * asterisks and at signs within, as TextAttack has them; of Chinese those that Lucene's smartcn
 * finds.
 */
final class WordCutter {
  private static final Pattern WORD =
      Pattern.compile("[\\p{L}\\p{M}\\p{N}](?:['\\-_*@]*[\\p{L}\\p{M}\\p{N}])*");

  private WordCutter() {}

  static AttackedText cut(String text) {
    List<int[]> places = Script.isChinese(text) ? chinese(text) : words(text, 0);
    List<String> words = new ArrayList<>();
    List<String> gaps = new ArrayList<>();
    int end = 0;
    for (int[] place : places) {
      gaps.add(text.substring(end, place[0]));
      words.add(text.substring(place[0], place[1]));
      end = place[1];
    }
    gaps.add(text.substring(end));
    return new AttackedText(words, gaps);
  }

  /** Whether a word of a dictionary is one word of a text. */
  static boolean isOneWord(String text) {
    return WORD.matcher(text).matches();
  }

  private static List<int[]> words(String text, int offset) {
    List<int[]> places = new ArrayList<>();
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      places.add(new int[] {offset + word.start(), offset + word.end()});
    }
    return places;
  }

  /** What smartcn takes for a token may be punctuation, which is no word. */
  private static List<int[]> chinese(String text) {
    List<int[]> places = new ArrayList<>();
    try (HMMChineseTokenizer tokenizer = new HMMChineseTokenizer()) {
      tokenizer.setReader(new StringReader(text));
      OffsetAttribute place = tokenizer.addAttribute(OffsetAttribute.class);
      tokenizer.reset();
      while (tokenizer.incrementToken()) {
        places.addAll(
            words(text.substring(place.startOffset(), place.endOffset()), place.startOffset()));
      }
      tokenizer.end();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return places;
  }
}
