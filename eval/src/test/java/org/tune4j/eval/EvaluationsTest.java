package org.tune4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.train.Evaluation;

class EvaluationsTest {
  @Test
  void valuesComeInTheOrderOfTheEvaluations() {
    Evaluation all =
        Evaluations.all(
            model -> Map.of("eval_loss", 2.0),
            model -> Map.of("eval_exact_match", 0.5),
            model -> Map.of("eval_accuracy", 0.75));
    assertThat(all.evaluate(null))
        .containsExactly(
            Map.entry("eval_loss", 2.0),
            Map.entry("eval_exact_match", 0.5),
            Map.entry("eval_accuracy", 0.75));
  }

  @Test
  void aNameThatIsGivenTwiceIsRefused() {
    Evaluation loss = model -> Map.of("eval_loss", 2.0);
    assertThatThrownBy(() -> Evaluations.all(loss, loss).evaluate(null))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("eval_loss");
  }
}
