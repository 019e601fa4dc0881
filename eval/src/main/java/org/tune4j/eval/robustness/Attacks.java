package org.tune4j.eval.robustness;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.eval.robustness.CharacterSwaps.Places;

/** The attacks that there are. */
public final class Attacks {
  /** Of recipes that TextAttack does not have; its genetic ones by synonyms allow as many. */
  private static final double SHARE_OF_WORDS = 0.2;

  private static final WordSwap BUGS =
      CharacterSwaps.all(
          CharacterSwaps.neighbours(Places.ONE, true),
          CharacterSwaps.substitution(Places.ONE, true),
          CharacterSwaps.deletion(Places.ONE, true),
          CharacterSwaps.insertion(Places.ONE, true));

  private static final WordSwap TYPOS =
      CharacterSwaps.all(
          CharacterSwaps.neighbours(Places.ALL, false),
          CharacterSwaps.deletion(Places.ALL, false),
          CharacterSwaps.insertion(Places.ALL, false),
          CharacterSwaps.keyboard(Places.ALL, false));

  private static final List<Attack> ALL =
      List.of(
          new Attack(
              "synonym",
              "synonyms of at most a fifth of the words",
              Search.ranked(WordImportance.DELETION),
              Transformation.of(new Synonyms()),
              Constraints.NONE.withShareOfWords(SHARE_OF_WORDS)),
          new Attack(
              "pwws",
              "synonyms, by probability weighted word saliency (Ren et al., 2019)",
              Search.ranked(WordImportance.WEIGHTED_SALIENCY),
              Transformation.of(new Synonyms()),
              Constraints.NONE),
          new Attack(
              "deepwordbug",
              "a random typing error a word, at most 30 edits (Gao et al., 2018)",
              Search.ranked(WordImportance.UNKNOWN),
              Transformation.of(BUGS),
              Constraints.NONE.withEdits(30)),
          new Attack(
              "typo",
              "the worst typing error within one word (Pruthi et al., 2019)",
              Search.greedy(),
              Transformation.of(TYPOS),
              Constraints.NONE.withWords(1).withWordLength(4)),
          new Attack(
              "homophone",
              "words or characters that sound the same, in at most a fifth of the words",
              Search.ranked(WordImportance.DELETION),
              Transformation.of(GroupSwaps.homophones()),
              Constraints.NONE.withShareOfWords(SHARE_OF_WORDS)),
          new Attack(
              "lookalike",
              "characters that look the same, in at most a fifth of the words",
              Search.ranked(WordImportance.DELETION),
              Transformation.of(GroupSwaps.lookalikes()),
              Constraints.NONE.withShareOfWords(SHARE_OF_WORDS)),
          new Attack(
              "hotflip",
              "one or two words that the gradient chooses (Ebrahimi et al., 2018)",
              Search.greedy(),
              new GradientSwaps(),
              Constraints.NONE.withWords(2)));

  private Attacks() {}

  /** All of them, in the order to show them. */
  public static List<Attack> all() {
    return ALL;
  }

  /**
   * The attack of a name.
   *
   * @throws ConfigException if there is none
   */
  public static Attack named(String name) {
    return ALL.stream()
        .filter(attack -> attack.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    "there is no attack "
                        + name
                        + "; did you mean "
                        + NearestName.of(name, ALL.stream().map(Attack::name).toList())
                        + "?"));
  }
}
