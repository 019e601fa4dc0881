package org.tune4j.eval.efficiency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

/** Real models of random weights under load. */
class ModelLoadTest {
  private static final List<String> PROMPTS = List.of("a", "what is it? ", "bb", "sum of 1");
  private static final String MODEL = RandomModels.QWEN2.replace(":97,", ":260,");
  private static final HeadTask TASK = new HeadTask.SingleLabel(Labels.numbered(2));

  @TempDir static Path folder;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void create() throws IOException {
    tokenizer = Tokenizer.load(ByteTokenizer.write(folder, true));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static LoadResult run(BatchModel model, int requests, int clients, int batch) {
    return LoadTest.run(
        model,
        PROMPTS.size(),
        new LoadPlan(requests, 3, clients, OptionalDouble.empty(), batch, 0),
        EnergyMeter.of(Path.of("nowhere")));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "3, 4"})
  void eachRequestGetsTheTokensThatItWouldGetAlone(int clients, int batch) {
    try (CausalLm weights = RandomModels.create(MODEL, DType.FLOAT32, 7);
        BoundModel model = new BoundModel(weights, null, null)) {
      GenerationConfig config =
          GenerationConfig.builder().maxNewTokens(9).endOfText(ends(model)).build();
      List<Integer> alone =
          PROMPTS.stream()
              .map(prompt -> new Generator(model).generate(ids(prompt), config))
              .map(said -> said.get(0).newIds().length)
              .toList();
      assertThat(Set.copyOf(alone)).hasSizeGreaterThan(1);
      LoadResult found =
          run(new GenerationLoad(model, tokenizer, PROMPTS, config), 8, clients, batch);
      assertThat(found.timings())
          .extracting(timing -> timing.tokens().length)
          .containsExactlyElementsOf(Stream.concat(alone.stream(), alone.stream()).toList());
      assertThat(found.timings())
          .allMatch(timing -> timing.done() == timing.tokens()[timing.tokens().length - 1]);
    }
  }

  private static List<int[]> ids(String prompt) {
    return List.of(tokenizer.encode(prompt, true).ids());
  }

  /** Some token that one of the continuations has early. */
  private static Set<Integer> ends(BoundModel model) {
    GenerationConfig endless =
        GenerationConfig.builder().maxNewTokens(9).endOfText(Set.of()).build();
    return Set.of(new Generator(model).generate(ids("bb"), endless).get(0).newIds()[3]);
  }

  @Test
  void labelsAreGivenToAllOfABatchAtOnce() {
    String config =
        MODEL.replace(
            "\"vocab_size\"",
            "\"architectures\":[\"Qwen2ForSequenceClassification\"],\"vocab_size\"");
    try (CausalLm weights = RandomModels.create(config, DType.FLOAT32, 7);
        BoundModel model = new BoundModel(weights, null, null)) {
      List<Example> rows = Stream.of("x", "yy", "z", "x z").map(ModelLoadTest::text).toList();
      LoadResult found =
          run(new LabelLoad(model, tokenizer, rows, TASK, DataConfig.DEFAULT), 10, 2, 2);
      assertThat(found.timings()).hasSize(10).allMatch(timing -> timing.tokens().length == 0);
      assertThat(found.figures(""))
          .anyMatch(figure -> figure.name().equals("labels_per_s") && figure.value() > 0)
          .anyMatch(figure -> figure.name().equals("e2e_p95_ms") && figure.value() > 0);
      Example words =
          new Example(0, "rows", 7, new ExampleForm.Words(List.of("x")), ChatContext.NONE);
      LabelLoad wrong =
          new LabelLoad(
              model, tokenizer, List.of(words, words, words, words), TASK, DataConfig.DEFAULT);
      assertThatThrownBy(() -> run(wrong, 2, 1, 1))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("rows:7");
      assertThatThrownBy(() -> new LabelLoad(model, tokenizer, List.of(), TASK, DataConfig.DEFAULT))
          .isInstanceOf(ConfigException.class);
    }
  }

  private static Example text(String text) {
    return new Example(0, "rows", 1, new ExampleForm.Text(text), ChatContext.NONE);
  }

  @Test
  void faultsOfTheModelEndTheLoad() {
    try (CausalLm weights = RandomModels.create(MODEL, DType.FLOAT32, 7);
        BoundModel model = new BoundModel(weights, null, null)) {
      GenerationConfig tooLong = GenerationConfig.builder().maxNewTokens(1_000_000).build();
      GenerationLoad load = new GenerationLoad(model, tokenizer, PROMPTS, tooLong);
      assertThatThrownBy(() -> run(load, 2, 1, 1))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("max_position_embeddings");
      assertThatThrownBy(() -> new GenerationLoad(model, tokenizer, List.of(), tooLong))
          .isInstanceOf(ConfigException.class);
    }
  }
}
