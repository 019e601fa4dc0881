package org.tune4j.eval.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.tune4j.eval.robustness.CharacterSwaps.Places;

class WordSwapTest {
  private static List<String> of(WordSwap swap, String word) {
    return swap.replacements(word, new SplittableRandom(3));
  }

  private static String sorted(String text) {
    return new String(text.chars().sorted().toArray(), 0, text.length());
  }

  @Property
  void neighboursKeepTheLetters(@ForAll @AlphaChars @StringLength(max = 12) String word) {
    for (String changed : of(CharacterSwaps.neighbours(Places.ALL, true), word)) {
      assertThat(sorted(changed)).isEqualTo(sorted(word));
      assertThat(Levenshtein.distance(word, changed)).isLessThanOrEqualTo(2);
    }
  }

  @Property
  void theOthersAreOneEdit(@ForAll @AlphaChars @StringLength(min = 2, max = 12) String word) {
    for (Places places : List.of(Places.ALL, Places.ONE)) {
      for (boolean edges : new boolean[] {true, false}) {
        List<WordSwap> swaps =
            List.of(
                CharacterSwaps.substitution(places, edges),
                CharacterSwaps.deletion(places, edges),
                CharacterSwaps.insertion(places, edges),
                CharacterSwaps.keyboard(places, edges));
        for (WordSwap swap : swaps) {
          for (String changed : of(swap, word)) {
            assertThat(Levenshtein.distance(word, changed)).isEqualTo(1);
            if (!edges) {
              assertThat(changed).startsWith(word.substring(0, 1));
              assertThat(changed).endsWith(word.substring(word.length() - 1));
            }
          }
        }
      }
    }
  }

  @Example
  void typingErrorsOfAWord() {
    assertThat(of(CharacterSwaps.neighbours(Places.ALL, true), "good"))
        .containsExactly("ogod", "godo");
    assertThat(of(CharacterSwaps.neighbours(Places.ALL, false), "room")).isEmpty();
    assertThat(of(CharacterSwaps.deletion(Places.ALL, false), "room")).containsExactly("rom");
    assertThat(of(CharacterSwaps.keyboard(Places.ALL, true), "Qa"))
        .containsExactly("Wa", "Aa", "Qq", "Qw", "Qs", "Qz");
    assertThat(of(CharacterSwaps.insertion(Places.ALL, true), "a")).isEmpty();
    assertThat(of(CharacterSwaps.substitution(Places.ONE, true), "room")).hasSize(1);
  }

  @Example
  void chineseCharactersAreSwappedAndDroppedButNotDrawn() {
    assertThat(of(CharacterSwaps.neighbours(Places.ALL, true), "服务员"))
        .containsExactly("务服员", "服员务");
    assertThat(of(CharacterSwaps.deletion(Places.ALL, true), "舒服")).containsExactly("服", "舒");
    assertThat(of(CharacterSwaps.neighbours(Places.ALL, false), "舒服")).containsExactly("服舒");
    assertThat(of(CharacterSwaps.insertion(Places.ALL, true), "舒服")).isEmpty();
    assertThat(of(CharacterSwaps.substitution(Places.ALL, true), "舒服")).isEmpty();
    assertThat(of(CharacterSwaps.deletion(Places.ALL, true), "好")).isEmpty();
  }

  /** Members of WordNet's synsets of the word, one word each, in the word's case. */
  @Example
  void synonymsAreWordNets() {
    Synonyms synonyms = new Synonyms();
    assertThat(of(synonyms, "clean")).contains("pick", "unclouded").doesNotContain("clean");
    assertThat(of(synonyms, "Happy")).contains("Glad", "Felicitous");
    assertThat(of(synonyms, "liked")).contains("care", "wish");
    assertThat(of(synonyms, "dog")).contains("hound").noneMatch(word -> word.contains(" "));
    assertThat(of(synonyms, "qwzx")).isEmpty();
    assertThat(of(synonyms, "6")).isEmpty();
    assertThat(of(synonyms, "干净")).contains("洁净").doesNotContain("干净");
  }

  @Example
  void homophonesSoundAndLookalikesLookTheSame() {
    assertThat(of(GroupSwaps.homophones(), "Their")).containsExactly("There");
    assertThat(of(GroupSwaps.homophones(), "room")).isEmpty();
    assertThat(of(GroupSwaps.homophones(), "干净")).contains("干静", "赶净");
    assertThat(of(GroupSwaps.lookalikes(), "ob")).containsExactly("оb", "οb", "oЬ");
    assertThat(of(GroupSwaps.lookalikes(), "太")).contains("大", "犬");
  }

  /** A list that names a word twice in a line, or a lone one, was typed wrongly. */
  @Example
  void groupsHaveDifferentWords() {
    for (String list :
        List.of("homophones_en.txt", "homophones_zh.txt", "lookalikes.txt", "thesaurus_zh.txt")) {
      for (List<String> group : WordLists.lines(list)) {
        assertThat(group).as(list).hasSizeGreaterThan(1).doesNotHaveDuplicates();
        boolean characters = list.equals("homophones_zh.txt") || list.equals("lookalikes.txt");
        assertThat(group)
            .as(list)
            .allMatch(word -> !characters || word.codePointCount(0, word.length()) == 1);
      }
    }
  }
}
