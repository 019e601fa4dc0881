package org.tune4j.eval.text;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.cn.smart.HMMChineseTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/** Ways to cut a text for ROUGE. All compare in lower case. */
public enum RougeTokenizer {
  /** Runs of a-z and 0-9. Letters of all other scripts are lost: for English only. */
  WORDS("words") {
    @Override
    public List<String> tokens(String text) {
      return NEITHER_LETTER_NOR_DIGIT
          .splitAsStream(text.toLowerCase(Locale.ROOT))
          .filter(word -> !word.isEmpty())
          .toList();
    }
  },

  /** As {@link #WORDS}, those of more than three letters without their endings. */
  STEMS("porter") {
    @Override
    public List<String> tokens(String text) {
      return WORDS.tokens(text).stream()
          .map(word -> word.length() > 3 ? PorterStemmer.stem(word) : word)
          .toList();
    }
  },

  /** Every character that is not white space, punctuation included; for Chinese. */
  CHARACTERS("char") {
    @Override
    public List<String> tokens(String text) {
      return Whitespace.characters(text.toLowerCase(Locale.ROOT));
    }
  },

  /** The words that Lucene's hidden Markov model finds in simplified Chinese. */
  SMARTCN("smartcn") {
    @Override
    public List<String> tokens(String text) {
      List<String> words = new ArrayList<>();
      try (HMMChineseTokenizer tokenizer = new HMMChineseTokenizer()) {
        tokenizer.setReader(new StringReader(text.toLowerCase(Locale.ROOT)));
        CharTermAttribute word = tokenizer.addAttribute(CharTermAttribute.class);
        tokenizer.reset();
        while (tokenizer.incrementToken()) {
          words.add(word.toString());
        }
        tokenizer.end();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return words;
    }
  };

  private static final Pattern NEITHER_LETTER_NOR_DIGIT = Pattern.compile("[^a-z0-9]+");

  private final String label;

  RougeTokenizer(String label) {
    this.label = label;
  }

  /** Its name in a signature. */
  public String label() {
    return label;
  }

  /** The one for the script of some texts: characters for Chinese, English stems for others. */
  public static RougeTokenizer of(List<String> texts) {
    return Script.isChinese(texts) ? CHARACTERS : STEMS;
  }

  /** A text's tokens. */
  public abstract List<String> tokens(String text);
}
