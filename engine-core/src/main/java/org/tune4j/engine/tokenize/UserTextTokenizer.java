package org.tune4j.engine.tokenize;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tune4j.engine.ModelFormatException;

/** A tokenizer to which the special tokens' texts are ordinary text. */
final class UserTextTokenizer implements AutoCloseable {
  private static final int LONGEST_NAME = 64;

  private final NativeTokenizer tokenizer;
  private final UserTextJson json;
  private final Vocabulary vocabulary;

  UserTextTokenizer(
      TokenizerFiles files, List<AddedToken> added, Vocabulary vocabulary, int mostCharacters) {
    this.json = new UserTextJson(added);
    this.vocabulary = vocabulary;
    this.tokenizer =
        NativeTokenizer.of(json.edit(files.tokenizerJson()), files.tokenizer(), mostCharacters);
    try {
      checkThatNothingPasses(files, added);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private void checkThatNothingPasses(TokenizerFiles files, List<AddedToken> added) {
    List<AddedToken> special = added.stream().filter(AddedToken::special).toList();
    Set<Integer> control = special.stream().map(AddedToken::id).collect(Collectors.toSet());
    vocabulary.unknown().ifPresent(control::remove);
    for (AddedToken token : special) {
      for (int id : encode(token.content()).ids()) {
        if (control.contains(id)) {
          throw new ModelFormatException(
              files.tokenizer()
                  + ": the text '"
                  + token.content()
                  + "' gives the control token "
                  + id
                  + " by another way than added_tokens; this tokenizer cannot keep users' text"
                  + " and control tokens apart");
        }
      }
    }
  }

  Encoding encode(String text) {
    Encoding raw = tokenizer.encode(text, false);
    List<String> tokens = new ArrayList<>(raw.tokens());
    for (int i = 0; i < tokens.size(); i++) {
      if (json.isRenamed(tokens.get(i))) {
        tokens.set(i, vocabulary.tokenOf(raw.ids()[i]));
      }
    }
    return new Encoding(
        raw.ids(),
        List.copyOf(tokens),
        raw.starts(),
        raw.ends(),
        raw.typeIds(),
        raw.specialTokensMask());
  }

  /**
   * Tokenizes text in which only some of the places that spell a control token are one.
   *
   * @param starts where these begin, rising
   * @param ends behind their last chars
   */
  TokenPlaces places(String text, int[] starts, int[] ends) {
    StringBuilder named = new StringBuilder();
    // Of each char of the text with names, and of its end, the place in the text itself.
    int[] places = new int[text.length() + starts.length * LONGEST_NAME + 1];
    int at = 0;
    for (int i = 0; i <= starts.length; i++) {
      int to = i < starts.length ? starts[i] : text.length();
      for (; at < to; at++) {
        places[named.length()] = at;
        named.append(text.charAt(at));
      }
      if (i < starts.length) {
        String name = json.nameOf(text.substring(at, ends[i]));
        Arrays.fill(places, named.length(), named.length() + name.length(), at);
        named.append(name);
        at = ends[i];
      }
    }
    places[named.length()] = text.length();
    TokenPlaces found = tokenizer.places(named.toString());
    int[] first = Arrays.stream(found.starts()).map(place -> places[place]).toArray();
    int[] behind = Arrays.stream(found.ends()).map(place -> places[place]).toArray();
    return new TokenPlaces(found.ids(), first, behind);
  }

  int[] ids(String text) {
    return tokenizer.ids(text, false);
  }

  WordTokens words(List<String> words, boolean spaced) {
    return tokenizer.words(words, spaced);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
