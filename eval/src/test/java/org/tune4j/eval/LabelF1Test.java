package org.tune4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.eval.LabelF1.Entity;

class LabelF1Test {
  private static LabelF1 of(int labels, int[] wanted, int[] said) {
    LabelF1 f1 = new LabelF1(labels);
    for (int i = 0; i < wanted.length; i++) {
      f1.add(List.of(wanted[i]), List.of(said[i]));
    }
    return f1;
  }

  /** By scikit-learn's {@code f1_score}. */
  @Test
  void macroAndMicroAreThoseOfScikitLearn() {
    LabelF1 one = of(3, new int[] {0, 0, 1, 2, 2, 2}, new int[] {0, 1, 1, 2, 0, 2});
    assertThat(one.macro()).isCloseTo(0.6555555555555556, within(1e-15));
    LabelF1 unseen = of(9, new int[] {0, 0, 1}, new int[] {0, 3, 1});
    assertThat(unseen.macro()).isCloseTo(0.5555555555555555, within(1e-15));
    LabelF1 many = new LabelF1(3);
    many.add(List.of(0, 2), List.of(0));
    many.add(List.of(), List.of(1));
    many.add(List.of(0, 1), List.of(0, 1));
    assertThat(many.macro()).isCloseTo(0.5555555555555555, within(1e-15));
    assertThat(many.micro()).isEqualTo(0.75);
    assertThat(new LabelF1(2).macro()).isZero();
  }

  /** By seqeval's {@code get_entities}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "B-A I-A O B-B; A 0 1, B 3 3",
        "I-A I-B I-B O I-A; A 0 0, B 1 2, A 4 4",
        "B-A B-A I-A I-B; A 0 0, A 1 2, B 3 3",
        "B-A O I-A; A 0 0, A 2 2",
        "O O; ''"
      })
  void entitiesAreThoseOfSeqeval(String tags, String entities) {
    Set<Entity> wanted = new HashSet<>();
    for (String entity : entities.isEmpty() ? new String[0] : entities.split(", ")) {
      String[] parts = entity.split(" ");
      wanted.add(new Entity(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
    }
    assertThat(LabelF1.entities(List.of(tags.split(" ")))).isEqualTo(wanted);
  }
}
