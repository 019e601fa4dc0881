package org.tune4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

class DiversityTest {
  private static final Bleu BLEU = Bleu.DEFAULT.withEffectiveOrder();

  @Test
  void distinctIsTheShareOfDifferentNGrams() {
    List<List<String>> texts = List.of(List.of("a", "b", "a", "b"), List.of("a", "b"), List.of());
    assertThat(Diversity.distinct(texts, 1)).isEqualTo(2 / 6.0);
    assertThat(Diversity.distinct(texts, 2)).isEqualTo(2 / 4.0);
    assertThat(Diversity.distinct(texts, 4)).isEqualTo(1);
  }

  @Test
  void textsThatSayTheSameHaveTheHighestSelfBleu() {
    assertThat(Diversity.selfBleu(List.of("a b c d", "a b c d", "x y z w"), BLEU))
        .containsExactly(new double[] {100, 100, 0}, within(1e-9));
  }

  @Test
  void whatHasNoDiversityIsRefused() {
    assertThatThrownBy(() -> Diversity.distinct(List.of(List.of("a")), 2))
        .isInstanceOf(DataException.class)
        .hasMessage("distinct-2: none of 1 texts has 2 tokens");
    assertThatThrownBy(() -> Diversity.distinct(List.of(List.of("a")), 0))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> Diversity.selfBleu(List.of("alone"), BLEU))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found 1 texts");
    assertThatThrownBy(() -> Diversity.selfBleu(List.of("one", " "), BLEU))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no token");
    assertThatThrownBy(() -> PassAtK.of(5, 6, 1)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> PassAtK.of(5, 1, 6)).isInstanceOf(ConfigException.class);
  }
}
