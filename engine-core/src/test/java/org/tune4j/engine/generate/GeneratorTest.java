package org.tune4j.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

class GeneratorTest {
  private static CausalLm weights;
  private static BoundModel model;
  private static Generator generator;

  @BeforeAll
  static void create() {
    weights = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 7);
    model = new BoundModel(weights, null, null);
    generator = new Generator(model);
  }

  @AfterAll
  static void close() {
    model.close();
    weights.close();
  }

  private static GenerationConfig.Builder sampling() {
    return endless().doSample(true).seed(5);
  }

  /** Twenty tokens, whatever they are. */
  private static GenerationConfig.Builder endless() {
    return GenerationConfig.builder().maxNewTokens(20).endOfText(Set.of());
  }

  private static List<int[]> prompts(int... lengths) {
    Random random = new Random(1);
    return Arrays.stream(lengths).mapToObj(n -> random.ints(n, 3, 97).toArray()).toList();
  }

  private static List<int[]> ids(List<Generated> texts) {
    return texts.stream().map(Generated::newIds).toList();
  }

  @Test
  void greedyTakesTheBestTokenOfAForwardPass() {
    List<int[]> prompts = prompts(4, 11, 7);
    List<Generated> texts = generator.generate(prompts, endless().build());
    for (int row = 0; row < 3; row++) {
      int[] prompt = prompts.get(row);
      int[] whole = Arrays.copyOf(prompt, prompt.length + 20);
      System.arraycopy(texts.get(row).newIds(), 0, whole, prompt.length, 20);
      for (int t = 0; t < 20; t++) {
        // A prompt as long as the text so far: its first new token, without any cache.
        int[] sofar = Arrays.copyOf(whole, prompt.length + t);
        Generated next =
            generator.generate(List.of(sofar), endless().maxNewTokens(1).build()).get(0);
        assertThat(next.newIds()).containsExactly(whole[prompt.length + t]);
        assertThat(next.logProbs()[0]).isCloseTo(texts.get(row).logProbs()[t], within(1e-5));
      }
      assertThat(texts.get(row).finishReason()).isEqualTo(FinishReason.LENGTH);
    }
  }

  @Test
  void aRowDoesNotDependOnItsBatch() {
    List<int[]> prompts = prompts(5, 12, 3, 8);
    long[] promptIds = {40, 41, 42, 43};
    GenerationConfig config = sampling().topP(0.9).topK(40).repetitionPenalty(1.1).build();
    List<Generated> together = generator.generate(prompts, promptIds, config, (row, id) -> {});
    for (int row = 0; row < 4; row++) {
      List<Generated> alone =
          generator.generate(
              prompts.subList(row, row + 1), new long[] {40 + row}, config, (r, id) -> {});
      assertThat(alone.get(0).newIds()).isEqualTo(together.get(row).newIds());
    }
  }

  @Test
  void aRowDoesNotDependOnWhenOthersEnd() {
    List<int[]> prompts = prompts(5, 12, 3, 8, 6, 9);
    List<int[]> whole = ids(generator.generate(prompts, sampling().build()));
    // The tokens that each row happens to have somewhere end it there.
    Set<Integer> ends = Set.of(whole.get(0)[2], whole.get(3)[9], whole.get(5)[5]);
    List<Generated> ended = generator.generate(prompts, sampling().endOfText(ends).build());
    for (int row = 0; row < 6; row++) {
      int length = 0;
      while (length < 20 && !ends.contains(whole.get(row)[length])) {
        length++;
      }
      Generated text = ended.get(row);
      assertThat(text.newIds()).isEqualTo(Arrays.copyOf(whole.get(row), Math.min(20, length + 1)));
      assertThat(text.logProbs()).hasSameSizeAs(text.newIds());
      assertThat(text.finishReason())
          .isEqualTo(length < 20 ? FinishReason.END_OF_TEXT : FinishReason.LENGTH);
    }
  }

  @Test
  void theSameIdDrawsTheSameAndOtherIdsAndSeedsDrawOthers() {
    List<int[]> same = List.of(prompts(6).get(0), prompts(6).get(0), prompts(6).get(0));
    GenerationConfig config = sampling().build();
    List<int[]> texts =
        ids(generator.generate(same, new long[] {8, 9, 8}, config, (row, id) -> {}));
    assertThat(texts.get(0)).isEqualTo(texts.get(2)).isNotEqualTo(texts.get(1));
    List<int[]> other =
        ids(
            generator.generate(
                same, new long[] {8, 9, 8}, sampling().seed(6).build(), (r, i) -> {}));
    assertThat(other.get(0)).isNotEqualTo(texts.get(0));
  }

  @Test
  void sharpSamplingIsGreedy() {
    List<int[]> prompts = prompts(5, 9);
    List<int[]> greedy = ids(generator.generate(prompts, endless().build()));
    assertThat(ids(generator.generate(prompts, sampling().temperature(1e-6).build())))
        .usingRecursiveComparison()
        .isEqualTo(greedy);
    assertThat(ids(generator.generate(prompts, sampling().topK(1).temperature(3).build())))
        .usingRecursiveComparison()
        .isEqualTo(greedy);
  }

  @Test
  void endsWhereTheModelsConfigurationSays() {
    GenerationConfig config =
        GenerationConfig.builder().doSample(true).temperature(4).maxNewTokens(100).build();
    List<Generated> texts = generator.generate(prompts(5, 5, 5, 5, 5, 5, 5, 5), config);
    assertThat(texts).extracting(Generated::finishReason).contains(FinishReason.END_OF_TEXT);
    for (Generated text : texts) {
      int[] ids = text.newIds();
      boolean ended = ids[ids.length - 1] == 2;
      assertThat(text.finishReason() == FinishReason.END_OF_TEXT).isEqualTo(ended);
      assertThat(Arrays.stream(ids, 0, ids.length - 1)).doesNotContain(2);
    }
  }

  @Test
  void listenerHearsEveryTokenInOrder() {
    List<List<Integer>> heard = List.of(new ArrayList<>(), new ArrayList<>());
    List<Generated> texts =
        generator.generate(
            prompts(3, 9),
            new long[] {0, 1},
            sampling().build(),
            (row, id) -> heard.get(row).add(id));
    for (int row = 0; row < 2; row++) {
      assertThat(heard.get(row)).containsExactly(boxed(texts.get(row).newIds()));
    }
  }

  private static Integer[] boxed(int[] ids) {
    return Arrays.stream(ids).boxed().toArray(Integer[]::new);
  }

  @Test
  void givesAllMemoryBack() {
    long before = TensorScope.openScopes();
    generator.generate(prompts(3, 9), sampling().repetitionPenalty(1.2).build());
    assertThatThrownBy(
            () ->
                generator.generate(
                    prompts(3),
                    new long[] {0},
                    endless().build(),
                    (row, id) -> {
                      throw new IllegalStateException("stop");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> generator.generate(List.of(new int[] {97}), endless().build()))
        .isInstanceOf(DataException.class);
    assertThat(TensorScope.openScopes()).isEqualTo(before);
  }

  @Test
  void bf16Generates() {
    try (CausalLm half = RandomModels.create(RandomModels.GPT_NEOX, DType.BFLOAT16, 7);
        BoundModel bound = new BoundModel(half, null, null)) {
      List<Generated> texts =
          new Generator(bound).generate(prompts(3, 9), sampling().topP(0.8).build());
      assertThat(texts).allMatch(text -> text.newIds().length == 20);
    }
  }

  @Test
  void refusesWhatCannotBe() {
    assertThat(generator.generate(List.of(), endless().build())).isEmpty();
    assertThatThrownBy(() -> generator.generate(prompts(9, 9), endless().maxNewTokens(120).build()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("prompt 0", "129", "128", "max_position_embeddings");
    generator.generate(prompts(8), endless().maxNewTokens(120).build());
    assertThatThrownBy(() -> generator.generate(List.of(new int[0]), endless().build()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("prompt 0 has no token");
    assertThatThrownBy(
            () -> generator.generate(prompts(3), endless().endOfText(Set.of(97)).build()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("eos_token_id", "97");
    assertThatThrownBy(
            () -> generator.generate(prompts(3), new long[2], endless().build(), (r, i) -> {}))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void scoresThatAreNotFiniteAreAnError() {
    try (CausalLm broken = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 7);
        BoundModel bound = new BoundModel(broken, null, null);
        TensorScope work = TensorScope.open()) {
      float[] nan = new float[32];
      Arrays.fill(nan, Float.NaN);
      TensorOps.copy(
          broken.weight(broken.architecture().finalNorm().orElseThrow().slots().get(0)),
          work.floats(nan));
      for (GenerationConfig config : List.of(endless().build(), sampling().topP(0.9).build())) {
        assertThatThrownBy(() -> new Generator(bound).generate(prompts(3), config))
            .isInstanceOf(NumericalException.class)
            .hasMessageContaining("not finite");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
  void textsAreStreamedInWholeCharacters(DType dtype, @TempDir Path folder) throws IOException {
    String config = RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":260");
    ByteTokenizer.write(folder, true);
    try (CausalLm bytes = RandomModels.create(config, dtype, 7);
        BoundModel bound = new BoundModel(bytes, null, null);
        Tokenizer tokenizer = Tokenizer.load(folder)) {
      List<String> prompts = List.of("caf\u00e9", "\uD83D\uDE00 x");
      List<StringBuilder> streamed = List.of(new StringBuilder(), new StringBuilder());
      GenerationConfig settings =
          sampling().maxNewTokens(60).endOfText(Set.of(ByteTokenizer.EOS)).build();
      List<String> texts =
          new Generator(bound)
              .generateText(
                  tokenizer, prompts, settings, (row, piece) -> streamed.get(row).append(piece));
      List<Generated> tokens =
          new Generator(bound)
              .generate(
                  prompts.stream().map(text -> tokenizer.encode(text, true).ids()).toList(),
                  settings);
      String stop = texts.get(0).substring(3, 5);
      GenerationConfig stopping =
          sampling()
              .maxNewTokens(60)
              .endOfText(Set.of(ByteTokenizer.EOS))
              .stopStrings("never to be found", stop)
              .build();
      String stopped = new Generator(bound).generateText(tokenizer, prompts, stopping).get(0);
      assertThat(texts.get(0)).startsWith(stopped);
      assertThat(stopped).endsWith(stop);
      assertThat(stopped.indexOf(stop)).isEqualTo(stopped.length() - stop.length());
      assertThatThrownBy(() -> new Generator(bound).generate(List.of(new int[] {1}), stopping))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("stop_strings");
      for (int row = 0; row < 2; row++) {
        assertThat(texts.get(row))
            .isEqualTo(streamed.get(row).toString())
            .isEqualTo(tokenizer.decode(tokens.get(row).newIds(), true));
      }
    }
  }
}
