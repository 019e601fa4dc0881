package org.tune4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;

class WindowedPerplexityTest {
  private static final int[] TEXT = new Random(5).ints(100, 0, 97).toArray();
  private static CausalLm weights;
  private static BoundModel model;

  @BeforeAll
  static void create() {
    weights = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 7);
    model = new BoundModel(weights, null, null);
  }

  @AfterAll
  static void close() {
    model.close();
    weights.close();
  }

  /** The loss of the tokens of a part, from {@code firstScored} on, by {@link LossEvaluation}. */
  private static double loss(int begin, int end, int firstScored) {
    int[] ids = Arrays.copyOfRange(TEXT, begin, end);
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, firstScored - begin, EncodedExample.NOT_LEARNED);
    EncodedExample part = new EncodedExample(0, "part", ids, labels);
    return new LossEvaluation(List.of(part)).evaluate(model).get("eval_loss") * part.labelCount();
  }

  @Test
  void oneWindowIsTheWholeText() {
    WindowedPerplexity.Result result = new WindowedPerplexity(128, 64).measure(model, TEXT);
    assertThat(result.windows()).hasSize(1);
    assertThat(result.loss().weight()).isEqualTo(99);
    assertThat(result.loss().sum()).isEqualTo(loss(0, 100, 0), within(1e-3));
    assertThat(result.perplexity()).isEqualTo(Math.exp(loss(0, 100, 0) / 99), within(1e-2));
  }

  @ParameterizedTest
  @CsvSource({"32, 32, 96", "32, 16, 99", "32, 1, 99", "99, 99, 98", "99, 98, 99", "2, 1, 99"})
  void eachTokenIsScoredOnceInTheFirstWindowThatReachesIt(int length, int stride, int tokens) {
    WindowedPerplexity.Result result = new WindowedPerplexity(length, stride).measure(model, TEXT);
    assertThat(result.loss().weight()).isEqualTo(tokens);
    int scored = 0;
    double loss = 0;
    for (WindowedPerplexity.Window window : result.windows()) {
      assertThat(window.firstScored()).isEqualTo(Math.max(scored, 1));
      if (window.loss().weight() > 0) {
        loss += loss(window.begin(), window.end(), scored);
      }
      scored = window.end();
    }
    assertThat(scored).isEqualTo(TEXT.length);
    assertThat(result.loss().sum()).isEqualTo(loss, within(1e-3));
  }

  @Test
  void whatHasNoPerplexityIsRefused() {
    assertThatThrownBy(() -> new WindowedPerplexity(16, 17)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new WindowedPerplexity(1, 1)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new WindowedPerplexity(16, 0)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new WindowedPerplexity(16, 8).measure(model, new int[] {1}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has 1 tokens");
    assertThatThrownBy(() -> new WindowedPerplexity(999, 8).measure(model, new int[999]))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("max_position_embeddings");
    assertThatThrownBy(() -> new WindowedPerplexity(16, 8).measure(model, new int[] {1, 97}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("outside the model's vocabulary");
  }
}
