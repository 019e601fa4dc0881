package org.tune4j.eval.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.DataException;

class EntityF1Test {
  private static List<String> tags(String tags) {
    return List.of(tags.split(" "));
  }

  /** What seqeval 1.2.2 says of these: by default, and strictly; ValueError is a refusal. */
  @ParameterizedTest
  @CsvSource({
    "I-A I-A O,         A 0-2,        ''",
    "B-A I-B I-B,       A 0-1 B 1-3,  A 0-1",
    "I-A B-A I-A,       A 0-1 A 1-3,  A 1-3",
    "I-A I-B O,         A 0-1 B 1-2,  ''",
    "S-A B-A E-A,       A 0-1 A 1-3,  ValueError",
    "B-A I-A E-A I-A,   A 0-3 A 3-4,  ValueError",
    "E-A E-A,           A 0-1 A 1-2,  ValueError",
    "B-A O I-A,         A 0-1 A 2-3,  A 0-1",
    "B I I,             _ 0-3,        _ 0-3",
    "B-A-X I-A-X,       A-X 0-2,      A-X 0-2",
    "O O,               '',           ''",
    "I-A E-A S-B,       A 0-2 B 2-3,  ValueError"
  })
  void entitiesAreThoseOfSeqeval(String tags, String byDefault, String strict) {
    assertThat(spelled(TagScheme.CONLL, tags)).isEqualTo(byDefault);
    if (strict.equals("ValueError")) {
      assertThatThrownBy(() -> TagScheme.IOB2.entities(tags(tags)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("wanted one of IOB2: O, B-TYPE, I-TYPE");
    } else {
      assertThat(spelled(TagScheme.IOB2, tags)).isEqualTo(strict);
    }
  }

  private static String spelled(TagScheme scheme, String tags) {
    return scheme.entities(tags(tags)).stream()
        .map(span -> span.type() + " " + span.from() + "-" + span.to())
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource({"X-PER", "b-PER", "PER", "OTHER", "BPER", "''"})
  void unknownTagsAreRefused(String tag) {
    for (TagScheme scheme : TagScheme.values()) {
      assertThatThrownBy(() -> scheme.entities(List.of("O", tag)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("tag 1: found '" + tag + "'");
    }
  }

  @Test
  void aModelThatNeverLearnsBScoresByDefaultOnly() {
    EntityF1 lenient = new EntityF1(TagScheme.CONLL);
    EntityF1 strict = new EntityF1(TagScheme.IOB2);
    for (EntityF1 metric : List.of(lenient, strict)) {
      metric.add(tags("B-PER I-PER O"), tags("I-PER I-PER O"));
    }
    assertThat(lenient.score(Average.MICRO).f1()).isOne();
    assertThat(strict.score(Average.MICRO).f1()).isZero();
    assertThat(strict.score(Average.MICRO).precision()).isNaN();
    assertThat(strict.tokenAccuracy()).isEqualTo(2.0 / 3);
  }

  @Test
  void textsWithoutAnyEntityHaveNoScore() {
    EntityF1 metric = new EntityF1(TagScheme.IOB2);
    assertThatThrownBy(() -> metric.score(Average.MICRO)).isInstanceOf(DataException.class);
    metric.add(tags("O O"), tags("O O"));
    for (Average average : Average.values()) {
      assertThat(metric.score(average).f1()).isNaN();
      assertThat(metric.score(average, ZeroDivision.ZERO)).isEqualTo(new LabelScore(0, 0, 0, 0));
    }
    assertThat(metric.each(ZeroDivision.NAN)).isEmpty();
  }

  @Test
  void anEntityCountsOncePerTextAndByItsWholeSpan() {
    EntityF1 metric = new EntityF1(TagScheme.IOB2);
    metric.add(tags("B-A I-A O"), tags("B-A O O"));
    metric.add(tags("B-B"), tags("B-A"));
    metric.add(tags("B-B"), tags("B-B"));
    assertThat(metric.each(ZeroDivision.NAN))
        .containsEntry("A", new LabelScore(0, 0, 0, 1))
        .containsEntry("B", new LabelScore(1, 0.5, 2.0 / 3, 2));
  }

  @Test
  void otherNumbersOfTagsAreRefused() {
    EntityF1 metric = new EntityF1(TagScheme.IOB2);
    assertThatThrownBy(() -> metric.add(tags("O"), tags("O O"))).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> metric.add(List.of(), List.of())).isInstanceOf(DataException.class);
  }
}
