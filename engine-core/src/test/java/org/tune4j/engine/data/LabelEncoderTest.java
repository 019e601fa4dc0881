package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.EncodedExample.NOT_LEARNED;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.data.TrainingData.Limits;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Side;
import org.tune4j.engine.tokenize.Tokenizer;

class LabelEncoderTest {
  private static final BatchConfig FOUR_A_BATCH = BatchConfig.ofExamples(5, 4);
  private static final int BOS = ByteTokenizer.BOS;
  private static final Labels NAMES = new Labels(List.of("no", "yes"));
  private static final Labels TAGS = new Labels(List.of("O", "B-X", "I-X", "B-Y"));

  @TempDir Path folder;
  private Tokenizer tokenizer;

  @BeforeEach
  void load() throws IOException {
    tokenizer = Tokenizer.load(ByteTokenizer.write(folder, true));
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  private LabelEncoder encoder(int maxLength, HeadTask task) {
    return new LabelEncoder(tokenizer, DataConfig.builder().maxLength(maxLength).build(), task);
  }

  private static Example example(ExampleForm form) {
    return new Example(7, "f", 3, form, ChatContext.NONE);
  }

  private static ExampleForm labelled(String label) {
    return new ExampleForm.Labelled("ab", label);
  }

  private int[] framed(String text) {
    return IntStream.concat(IntStream.of(BOS), IntStream.of(tokenizer.ids(text, true))).toArray();
  }

  private EncodedExample kept(HeadTask task, ExampleForm form) throws BadColumnException {
    return encoder(100, task).encode(example(form)).kept().orElseThrow();
  }

  @Test
  void aLabelledTextGetsTheTokenizersOwnTokensAndNoNextTokenToLearn() throws BadColumnException {
    EncodedExample row = kept(new HeadTask.SingleLabel(NAMES), labelled("yes"));
    assertThat(row.ids()).isEqualTo(framed("ab"));
    assertThat(row.labels()).containsOnly(NOT_LEARNED);
    assertThat(row.target()).contains(new Target.OneLabel(1));
    assertThat(row.labelCount()).isEqualTo(1);
    assertThat(row.source()).isEqualTo("f:3");
    assertThat(kept(new HeadTask.SingleLabel(NAMES), labelled("0")).target())
        .contains(new Target.OneLabel(0));
    assertThat(kept(new HeadTask.Regression(), labelled("-2.5e1")).target())
        .contains(new Target.Number(-25f));
  }

  @Test
  void namesAndNumbersSayWhichLabelsAreRight() throws BadColumnException {
    HeadTask task = new HeadTask.MultiLabel(new Labels(List.of("a", "b", "c")));
    assertThat(
            kept(task, new ExampleForm.MultiLabelled("ab", List.of("c", "0")))
                .target()
                .orElseThrow()
                .numbers())
        .containsExactly(1, 0, 1);
    assertThat(
            kept(task, new ExampleForm.LabelVector("ab", List.of(false, true, false)))
                .target()
                .orElseThrow()
                .numbers())
        .containsExactly(0, 1, 0);
    assertThat(kept(task, new ExampleForm.MultiLabelled("", List.of())).labelCount()).isOne();
  }

  @Test
  void theFirstTokenOfAWordCarriesItsLabel() throws BadColumnException {
    ExampleForm row =
        new ExampleForm.Tagged(List.of("ab", "", "c", "de"), List.of("B-X", "O", "O", "3"));
    EncodedExample first = kept(new HeadTask.WordLabels(TAGS, false), row);
    assertThat(first.ids()).isEqualTo(framed(" ab c de"));
    int no = NOT_LEARNED;
    assertThat(labels(first)).containsExactly(no, 1, no, no, 0, no, 3, no, no);
    assertThat(first.labelCount()).isEqualTo(3);
    EncodedExample all = kept(new HeadTask.WordLabels(TAGS, true), row);
    assertThat(labels(all)).containsExactly(no, 1, 2, 2, 0, 0, 3, 3, 3);
  }

  private static int[] labels(EncodedExample row) {
    return ((Target.TokenLabels) row.target().orElseThrow()).ids();
  }

  /**
   * {@code tok(["The", "unbelievable", "O'Neil"], is_split_into_words=True, truncation=True,
   * max_length=15)} of transformers 5.24, and {@code align_labels_with_tokens} of its course.
   */
  @Test
  void wordsOfBertAreLabelledAsTransformersDoesIt() throws BadColumnException {
    try (Tokenizer bert = Tokenizer.load(Goldens.folder("tokenizer/wordpiece_bert"))) {
      DataConfig config = DataConfig.builder().maxLength(15).build();
      LabelEncoder encoder = new LabelEncoder(bert, config, new HeadTask.WordLabels(TAGS, false));
      Encoded row =
          encoder.encode(
              example(
                  new ExampleForm.Tagged(
                      List.of("The", "unbelievable", "O'Neil"), List.of("O", "B-X", "B-Y"))));
      EncodedExample kept = row.kept().orElseThrow();
      assertThat(kept.ids())
          .containsExactly(2, 353, 44, 295, 303, 366, 286, 283, 293, 299, 303, 422, 38, 8, 3);
      int no = NOT_LEARNED;
      assertThat(labels(kept))
          .containsExactly(no, 0, 1, no, no, no, no, no, no, no, no, no, 3, no, no);
      assertThat(row.whole().length()).isEqualTo(19);
    }
  }

  @Test
  void theTextIsCutAndNotTheTokensAroundIt() throws BadColumnException {
    HeadTask task = new HeadTask.SingleLabel(NAMES);
    Encoded row = encoder(3, task).encode(example(new ExampleForm.Labelled("abcd", "no")));
    assertThat(row.cut()).isTrue();
    assertThat(row.kept().orElseThrow().ids()).isEqualTo(framed("ab"));
    DataConfig left = DataConfig.builder().maxLength(3).truncation(Side.LEFT).build();
    assertThat(
            new LabelEncoder(tokenizer, left, task)
                .encode(example(new ExampleForm.Labelled("abcd", "no")))
                .kept()
                .orElseThrow()
                .ids())
        .isEqualTo(framed("cd"));
  }

  @Test
  void labelsOfWordsThatAreCutAreCountedAndARowWithoutAnyIsDropped() {
    ExampleSource rows =
        ExampleSource.of(
            List.of(
                Map.of("tokens", List.of("a", "b", "c"), "tags", List.of("O", "B-X", "O")),
                Map.of("tokens", List.of("a"), "ner_tags", List.of(2)),
                Map.of("tokens", List.of(""), "tags", List.of("O"))),
            "rows");
    DataConfig config = DataConfig.builder().maxLength(5).build();
    try (Examples examples = Examples.of(rows, config)) {
      EncodedExamples encoded =
          new EncodedExamples(
              examples, new LabelEncoder(tokenizer, config, new HeadTask.WordLabels(TAGS, false)));
      assertThat(encoded.all()).extracting(EncodedExample::labelCount).containsExactly(2, 1);
      assertThat(encoded.report())
          .isEqualTo(new EncodingReport(3, 2, 1, 1, 0, Map.of("no word to label", 1L)));
    }
  }

  @Test
  void rowsThatCannotBeUsedAreBadRowsLikeAnyOther() {
    ExampleSource some =
        ExampleSource.of(
            () ->
                IntStream.range(0, 60)
                    .mapToObj(i -> Map.of("text", "t" + i, "label", i == 7 ? "yess" : "yes")),
            "rows");
    HeadTask task = new HeadTask.SingleLabel(NAMES);
    for (Limits limits : List.of(new Limits(60, 1, 8), new Limits(59, 1000, 8))) {
      assertThatThrownBy(() -> data(some, task, false, limits).plan(FOUR_A_BATCH))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("1 row cannot be used")
          .hasMessageContaining("rows:8: column 'label' is 'yess'")
          .hasMessageContaining("nearest 'yes'");
      try (TrainingData data = data(some, task, true, limits)) {
        assertThat(data.plan(FOUR_A_BATCH).window(0, 0)).hasSize(59);
        assertThat(data.report()).isEqualTo(new EncodingReport(60, 59, 0, 0, 1, Map.of()));
      }
    }
  }

  private TrainingData data(ExampleSource rows, HeadTask task, boolean skip, Limits limits) {
    DataConfig config = DataConfig.builder().skipBadRows(skip).build();
    return TrainingData.of(
        rows,
        new LabelEncoder(tokenizer, config, task),
        config,
        FOUR_A_BATCH,
        (example, tokens) -> {},
        limits);
  }

  @Test
  void whatIsLearnedIsPartOfTheFingerprint() {
    List<String> fingerprints = new ArrayList<>();
    for (String label : List.of("yes", "no", "yes")) {
      ExampleSource row = ExampleSource.of(List.of(Map.of("text", "t", "label", label)), "rows");
      try (TrainingData data = data(row, new HeadTask.SingleLabel(NAMES), false, Limits.DEFAULT)) {
        fingerprints.add(data.fingerprint());
      }
    }
    assertThat(fingerprints.get(0))
        .isEqualTo(fingerprints.get(2))
        .isNotEqualTo(fingerprints.get(1));
  }

  @Test
  void labelsAreCollectedFromASource() {
    ExampleSource rows =
        ExampleSource.of(
            List.of(Map.of("text", "t", "label", "b"), Map.of("text", "u", "label", "a")), "rows");
    assertThat(LabelEncoder.labels(rows, DataConfig.DEFAULT).names()).containsExactly("a", "b");
    ExampleSource bad = ExampleSource.of(List.of(Map.of("label", "b")), "rows");
    assertThatThrownBy(() -> LabelEncoder.labels(bad, DataConfig.DEFAULT))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("rows:1");
  }

  @Test
  void whatDoesNotFitTheTaskIsNamed() {
    HeadTask single = new HeadTask.SingleLabel(NAMES);
    HeadTask many = new HeadTask.MultiLabel(NAMES);
    HeadTask words = new HeadTask.WordLabels(NAMES, false);
    bad(single, new ExampleForm.Text("t"), "a row of Text, wanted is text + label");
    bad(many, labelled("yes"), "wanted is text + labels");
    bad(words, labelled("yes"), "wanted is tokens + tags");
    bad(
        new HeadTask.Regression(),
        labelled("much"),
        "column 'label' is 'much', wanted is a number");
    bad(new HeadTask.Regression(), labelled("1e99"), "wanted is a number");
    bad(many, new ExampleForm.MultiLabelled("t", List.of("no", "y")), "'labels[1]' is 'y'");
    bad(many, new ExampleForm.LabelVector("t", List.of(true)), "has 1 numbers");
    bad(words, new ExampleForm.Tagged(List.of("a", "b"), List.of("no", "B")), "'tags[1]' is 'B'");
  }

  private void bad(HeadTask task, ExampleForm form, String problem) {
    assertThatThrownBy(() -> encoder(100, task).encode(example(form)))
        .isInstanceOf(BadColumnException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void whatNoRowCouldBeLearnedWithIsRefusedAtOnce() throws IOException {
    HeadTask task = new HeadTask.SingleLabel(NAMES);
    DataConfig splitting = DataConfig.builder().packing(Packing.WRAPPED).build();
    assertThatThrownBy(() -> new LabelEncoder(tokenizer, splitting, task))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("packing_strategy");
    try (Tokenizer bert = Tokenizer.load(Goldens.folder("tokenizer/wordpiece_bert"))) {
      DataConfig tight = DataConfig.builder().maxLength(2).build();
      assertThatThrownBy(() -> new LabelEncoder(bert, tight, task))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("no room for text beside the 2 tokens");
    }
    Path bare = folder.resolve("bare");
    Files.createDirectory(bare);
    try (Tokenizer plain = Tokenizer.load(ByteTokenizer.write(bare, false))) {
      LabelEncoder encoder = new LabelEncoder(plain, DataConfig.DEFAULT, task);
      assertThatThrownBy(() -> encoder.encode(example(new ExampleForm.Labelled("", "yes"))))
          .isInstanceOf(BadColumnException.class)
          .hasMessageContaining("no token");
    }
  }
}
