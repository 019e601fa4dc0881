package org.tune4j.engine.preflight.duplicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NearTextsTest {
  private static final String ENGLISH = "etaoin shrdlu cmfwyp";

  /** Random text of Latin letters or of Chinese characters. */
  private static String text(Random random, boolean chinese, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(
          chinese
              ? (char) ('\u4e00' + random.nextInt(3000))
              : ENGLISH.charAt(random.nextInt(ENGLISH.length())));
    }
    return text.toString();
  }

  private static String edited(Random random, String text, int edits, boolean chinese) {
    StringBuilder edited = new StringBuilder(text);
    for (int i = 0; i < edits; i++) {
      edited.setCharAt(random.nextInt(edited.length()), text(random, chinese, 1).charAt(0));
    }
    return edited.toString();
  }

  /**
   * Of pairs at exact likeness 0.9 or more at least 98 % are found: an estimate falls short of 0.8
   * by 3.7 standard deviations there, and the bands find 99.98 %. Of pairs at 0.5 or less none is:
   * 0.8 is 6.7 deviations away.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void likePairsAreFoundAndUnlikePairsAreNot(boolean chinese) {
    Random random = new Random(5);
    int like = 0;
    int likeFound = 0;
    int unlike = 0;
    int unlikeFound = 0;
    for (int i = 0; i < 5000; i++) {
      int length = 30 + random.nextInt(300);
      String a = text(random, chinese, length);
      String b = edited(random, a, 1 + random.nextInt(length / (chinese ? 4 : 8)), chinese);
      double exact = LikenessOf.texts(a, b);
      boolean found = !new NearTexts(List.of(a, b)).groups().isEmpty();
      like += exact >= 0.9 ? 1 : 0;
      likeFound += exact >= 0.9 && found ? 1 : 0;
      unlike += exact <= 0.5 ? 1 : 0;
      unlikeFound += exact <= 0.5 && found ? 1 : 0;
    }
    assertThat(like).isGreaterThan(200);
    assertThat(unlike).isGreaterThan(500);
    assertThat(likeFound).isGreaterThanOrEqualTo((int) (0.98 * like));
    assertThat(unlikeFound).isZero();
  }

  /** The mean of estimates is the likeness itself, with texts long and short. */
  @ParameterizedTest
  @ValueSource(ints = {40, 150, 1000})
  void estimateHasNoBias(int length) {
    Random random = new Random(length);
    Template none = Template.of(List.of());
    double deviation = 0;
    int pairs = 600;
    for (int i = 0; i < pairs; i++) {
      String a = text(random, false, length);
      String b = edited(random, a, 1 + length / 40, false);
      deviation += MinHash.of(a, none).likeness(MinHash.of(b, none)) - LikenessOf.texts(a, b);
    }
    // A single estimate deviates by up to 0.045; their mean by a hundredth at five deviations.
    assertThat(deviation / pairs).isBetween(-0.01, 0.01);
  }

  @Example
  void groupsAreThoseThatWerePlanted() {
    Random random = new Random(8);
    List<String> texts = new ArrayList<>();
    List<int[]> wanted = new ArrayList<>();
    for (int group = 0; group < 40; group++) {
      String first = text(random, group % 2 == 0, 200);
      int size = 1 + group % 4;
      if (size > 1) {
        wanted.add(IntStream.range(texts.size(), texts.size() + size).toArray());
      }
      for (int i = 0; i < size; i++) {
        texts.add(i == 0 ? first : edited(random, first, 1, group % 2 == 0));
      }
    }
    assertThat(new NearTexts(texts).groups()).containsExactlyElementsOf(wanted);
  }

  @Property(tries = 30)
  void foundWhateverTheOrder(@ForAll @IntRange(max = 1000) int seed) {
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String text = text(random, i % 2 == 0, 120);
      texts.add(text);
      texts.add(edited(random, text, 1, i % 2 == 0));
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, texts.size()).boxed().toList());
    Collections.shuffle(order, random);
    List<List<Integer>> shuffled =
        new NearTexts(order.stream().map(texts::get).toList())
            .groups().stream()
                .map(g -> Arrays.stream(g).mapToObj(order::get).sorted().toList())
                .toList();
    List<List<Integer>> straight =
        new NearTexts(texts).groups().stream().map(g -> Arrays.stream(g).boxed().toList()).toList();
    assertThat(shuffled).containsExactlyInAnyOrderElementsOf(straight);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void wordsAroundWhatDiffersAreLeftOut(boolean chinese) {
    Random random = new Random(3);
    String template = text(random, chinese, 700);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      texts.add(template + text(random, chinese, 60) + template.substring(0, 50));
    }
    assertThat(LikenessOf.texts(texts.get(0), texts.get(1))).isGreaterThan(0.8);
    assertThat(new NearTexts(texts).groups()).isEmpty();
    texts.add(texts.get(7) + "!");
    assertThat(new NearTexts(texts).groups()).containsExactly(new int[] {7, 200});
  }

  @Example
  void heldOutTextsAreMatched() {
    Random random = new Random(4);
    List<String> texts = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      texts.add(text(random, false, 150));
      others.add(i % 3 == 0 ? edited(random, texts.get(i), 1, false) : text(random, false, 150));
    }
    assertThat(new NearTexts(texts).matches(others).stream())
        .containsExactlyElementsOf(
            IntStream.range(0, 100).filter(i -> i % 3 == 0).boxed().toList());
    assertThat(new NearTexts(List.of()).matches(others).isEmpty()).isTrue();
  }

  /** Many texts in one bucket cost no more than a few comparisons each. */
  @Example
  void manyCopiesAreOneGroup() {
    Random random = new Random(6);
    String text = text(random, false, 300);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      texts.add(edited(random, text, 2, false));
    }
    assertThat(new NearTexts(texts).groups())
        .singleElement()
        .satisfies(g -> assertThat(g).hasSize(40));
  }
}
