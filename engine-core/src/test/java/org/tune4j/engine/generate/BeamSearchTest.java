package org.tune4j.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.generate.BeamConfig.EarlyStopping;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

class BeamSearchTest {
  private static final int VOCABULARY = 97;
  private static final List<int[]> PROMPTS =
      List.of(new int[] {4, 8, 1}, new int[] {90, 2, 5, 6, 7, 11}, new int[] {33});

  private static BeamConfig config(int tokens, int beams, EarlyStopping early, Integer... ends) {
    return new BeamConfig(tokens, beams, beams, 1, early, Optional.of(Set.of(ends)));
  }

  /** With a beam for every text there is, the search is exhaustive. */
  @ParameterizedTest
  @ValueSource(strings = {RandomModels.LLAMA, RandomModels.DEEPSEEK_V3})
  void enoughBeamsFindTheBestOfAllTexts(String architecture) {
    try (CausalLm weights = RandomModels.create(architecture, DType.FLOAT64, 3);
        BoundModel model = new BoundModel(weights, null, null)) {
      List<List<Beam>> found =
          new BeamSearch(model).search(PROMPTS, config(2, VOCABULARY, EarlyStopping.FALSE));
      for (int prompt = 0; prompt < PROMPTS.size(); prompt++) {
        List<Beam> all = allTexts(model, PROMPTS.get(prompt));
        for (int beam = 0; beam < VOCABULARY; beam++) {
          Beam ours = found.get(prompt).get(beam);
          assertThat(ours.newIds()).isEqualTo(all.get(beam).newIds());
          assertThat(ours.score()).isCloseTo(all.get(beam).score(), within(1e-10));
        }
      }
    }
  }

  private static List<Beam> allTexts(BoundModel model, int[] prompt) {
    List<Beam> all = new ArrayList<>();
    double[] first = logProbabilities(model, prompt);
    for (int a = 0; a < VOCABULARY; a++) {
      int[] longer = Arrays.copyOf(prompt, prompt.length + 1);
      longer[prompt.length] = a;
      double[] second = logProbabilities(model, longer);
      for (int b = 0; b < VOCABULARY; b++) {
        all.add(new Beam(new int[] {a, b}, (first[a] + second[b]) / 2));
      }
    }
    all.sort(Comparator.comparing(Beam::score).reversed());
    return all;
  }

  private static double[] logProbabilities(BoundModel model, int[] text) {
    try (TensorScope work = TensorScope.open()) {
      Tensor hidden = model.hidden(model.upload(Prompts.batch(List.of(text)), work), work);
      double[] scores =
          model.output().logits(hidden, work.longs(new int[] {text.length - 1}), work).toDoubles();
      double sum = Math.log(Arrays.stream(scores).map(Math::exp).sum());
      return Arrays.stream(scores).map(score -> score - sum).toArray();
    }
  }

  @ParameterizedTest
  @EnumSource(EarlyStopping.class)
  void promptsTogetherGetWhatEachGetsAlone(EarlyStopping early) {
    try (CausalLm weights = RandomModels.create(RandomModels.QWEN2, DType.FLOAT64, 3);
        BoundModel model = new BoundModel(weights, null, null)) {
      BeamSearch search = new BeamSearch(model);
      BeamConfig config = config(9, 4, early, 3, 17, 40, 41, 42, 43, 44, 45, 46);
      List<List<Beam>> together = search.search(PROMPTS, config);
      boolean anyEnded = false;
      for (int prompt = 0; prompt < PROMPTS.size(); prompt++) {
        List<Beam> alone = search.search(PROMPTS.subList(prompt, prompt + 1), config).get(0);
        for (int beam = 0; beam < 4; beam++) {
          Beam ours = together.get(prompt).get(beam);
          assertThat(ours.newIds()).isEqualTo(alone.get(beam).newIds());
          assertThat(ours.score()).isCloseTo(alone.get(beam).score(), within(1e-10));
          anyEnded |= ours.newIds().length < 9;
        }
        assertThat(together.get(prompt))
            .isSortedAccordingTo(Comparator.comparing(Beam::score).reversed());
      }
      assertThat(anyEnded).isTrue();
    }
  }

  @Test
  void whatIsNoBeamSearchIsRefusedByName() {
    assertThatThrownBy(
            () -> new BeamConfig(0, 1, 2, Double.NaN, EarlyStopping.TRUE, Optional.of(Set.of(-1))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("max_new_tokens: wanted at least 1, found 0")
        .hasMessageContaining("num_beams: wanted at least 2, found 1")
        .hasMessageContaining("num_return_sequences: wanted 1 to num_beams, found 2")
        .hasMessageContaining("length_penalty")
        .hasMessageContaining("eos_token_id: wanted token ids, found -1");
  }
}
