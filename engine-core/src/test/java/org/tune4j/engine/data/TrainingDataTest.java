package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.TrainingData.Limits;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

class TrainingDataTest {
  private static final BatchConfig ONE_A_BATCH = BatchConfig.ofExamples(5, 1);

  @TempDir Path folder;
  private Tokenizer tokenizer;

  @BeforeEach
  void load() throws IOException {
    tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  private static ExampleSource rows(int count) {
    return ExampleSource.of(
        () ->
            IntStream.range(0, count)
                .mapToObj(i -> Map.of("prompt", "p" + i, "completion", "c".repeat(1 + i % 3))),
        "rows");
  }

  private TrainingData open(ExampleSource source, List<Long> looked, Limits limits) {
    return TrainingData.of(
        source,
        new ExampleEncoder(tokenizer, DataConfig.DEFAULT),
        DataConfig.DEFAULT,
        ONE_A_BATCH,
        (example, tokens) -> looked.add(example.id()),
        limits);
  }

  private static List<Long> learned(TrainingData data) {
    BatchStream stream = new BatchStream(data.plan(ONE_A_BATCH), BatchCursor.START, 1);
    return Stream.iterate(stream, BatchStream::hasNext, s -> s)
        .map(s -> s.next().get(0).exampleIds()[0])
        .toList();
  }

  @Test
  void fewRowsAreLookedAtOneByOne() {
    List<Long> looked = new ArrayList<>();
    try (TrainingData data = open(rows(50), looked, new Limits(50, 1000, 8))) {
      assertThat(looked)
          .containsExactlyElementsOf(IntStream.range(0, 50).asLongStream().boxed().toList());
      assertThat(data.plan(ONE_A_BATCH).batchesPerEpoch()).hasValue(50);
      assertThat(data.report()).isEqualTo(new EncodingReport(50, 50, 0, 0, 0, Map.of()));
      // "p" and a number of one or two digits, one to three times "c", and EOS.
      assertThat(data.lookedAt()).isEqualTo(new LookedAt(50, 50, 0, 50, 289, 149, 7));
    }
  }

  @Test
  void anotherDivisionIsLaidOutAnew() {
    try (TrainingData data = open(rows(40), new ArrayList<>(), new Limits(20, 100_000, 8))) {
      assertThat(data.plan(ONE_A_BATCH).batchesPerEpoch()).hasValue(40);
      assertThat(data.plan(BatchConfig.ofExamples(5, 4)).batchesPerEpoch()).hasValue(10);
      assertThat(data.plan(ONE_A_BATCH).batchesPerEpoch()).hasValue(40);
    }
  }

  @Test
  void ofManyASampleIsLookedAtAndTheOrderIsTheSameInWindowsAsAtOnce() {
    List<Long> looked = new ArrayList<>();
    List<Long> atOnce;
    try (TrainingData data = open(rows(60), looked, new Limits(20, 100_000, 8))) {
      assertThat(looked).hasSize(20).isSorted().doesNotHaveDuplicates();
      assertThat(data.plan(ONE_A_BATCH).batchesPerEpoch()).hasValue(60);
      assertThat(data.report().rows()).isEqualTo(60);
      atOnce = learned(data);
    }
    List<Long> lookedAgain = new ArrayList<>();
    try (TrainingData data = open(rows(60), lookedAgain, new Limits(20, 100, 8))) {
      assertThat(lookedAgain).isEqualTo(looked);
      assertThat(data.plan(ONE_A_BATCH).batchesPerEpoch()).isEmpty();
      assertThat(learned(data)).isEqualTo(atOnce);
    }
    assertThat(atOnce)
        .containsExactlyElementsOf(
            Arrays.stream(ShuffledOrder.of(5, 0, 60)).asLongStream().boxed().toList());
  }

  @Test
  void badRowsEndTheRunOrAreCountedOnce() {
    ExampleSource some =
        ExampleSource.of(
            () ->
                IntStream.range(0, 60)
                    .mapToObj(
                        i ->
                            i == 7
                                ? Map.of("prompt", 1, "completion", "c")
                                : Map.of("text", "abc")),
            "rows");
    for (Limits limits :
        List.of(new Limits(60, 1, 8), new Limits(59, 100_000, 8), new Limits(59, 1, 60))) {
      assertThatThrownBy(
              () -> {
                try (TrainingData data = open(some, new ArrayList<>(), limits)) {
                  learned(data);
                }
              })
          .isInstanceOf(DataException.class)
          .hasMessageContaining("1 row cannot be used")
          .hasMessageContaining("rows:8: column 'prompt' is number");
    }
    DataConfig skipping = DataConfig.builder().skipBadRows(true).build();
    try (TrainingData data =
        TrainingData.of(
            some,
            new ExampleEncoder(tokenizer, skipping),
            skipping,
            ONE_A_BATCH,
            (e, t) -> {},
            new Limits(59, 100_000, 8))) {
      assertThat(learned(data)).hasSize(59);
      assertThat(data.report()).isEqualTo(new EncodingReport(60, 59, 0, 0, 1, Map.of()));
    }
  }
}
