package org.tune4j.eval.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.InputShift;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.Encoding;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.testdata.DemoFiles;

/** The demo's model with a head of random weights, in fp64. */
class HeadClassifierTest {
  private static final HeadTask TASK =
      new HeadTask.SingleLabel(new Labels(List.of("negative", "positive")));
  private static final double STEP = 1e-4;

  @TempDir private static Path folder;
  private static Tokenizer tokenizer;
  private static CausalLm base;
  private static BoundModel model;
  private static HeadClassifier classifier;

  @BeforeAll
  static void load() throws IOException {
    assumeTrue(DemoFiles.hasWeights());
    Path demo = DemoFiles.copyBaseTo(folder.resolve("demo"));
    tokenizer = Tokenizer.load(demo);
    base = CausalLm.load(demo, DType.FLOAT64, "cpu", TASK, 3);
    model = new BoundModel(base, null, null);
    classifier = new HeadClassifier(model, tokenizer, TASK, DataConfig.DEFAULT);
  }

  @AfterAll
  static void close() {
    if (model != null) {
      model.close();
      base.close();
      tokenizer.close();
    }
  }

  /** The loss of label 1 with one token moved a part of the way to another. */
  private static double loss(Encoding text, int token, int other, double part) {
    EncodedExample example = EncodedExample.of(0, "t", text.ids(), new Target.OneLabel(1));
    HeadObjective objective =
        HeadObjective.of(TASK, HeadLoss.of(TASK), model.architecture().head());
    int hidden = model.architecture().hiddenSize();
    double[] table = base.weight(model.architecture().embeddingSlot()).toDoubles();
    double[] shift = new double[text.length() * hidden];
    for (int d = 0; d < hidden; d++) {
      double way = table[other * hidden + d] - table[text.ids()[token] * hidden + d];
      shift[token * hidden + d] = part * way;
    }
    try (TensorScope work = model.workScope()) {
      BatchTensors batch = model.upload(Batch.of(List.of(example)), work);
      InputShift inputs = InputShift.zeros(batch, model, work);
      TensorOps.copy(inputs.values(), work.doubles(shift, inputs.values().shape()));
      return objective.loss(model, batch.shifted(inputs)).sum();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"The room was very clean.", "房间很干净，服务员热情。"})
  void gainsAreWhatTheLossChangesByToFirstOrder(String text) {
    AttackedText cut = WordCutter.cut(text);
    Encoding tokens = tokenizer.encode(text, true);
    int checked = 0;
    for (int w = 0; w < cut.words().size(); w++) {
      String word = cut.words().get(w);
      int start = cut.start(w);
      int end = start + word.length();
      float[] gains = classifier.swapGains(text, 1, new int[] {start}, new int[] {end})[0];
      for (int v = 0; v < gains.length; v += 37) {
        if (!Float.isInfinite(gains[v])) {
          String swapped = cut.with(w, classifier.vocabulary().get(v)).text();
          Encoding other = tokenizer.encode(swapped, true);
          int token = first(tokens, other);
          if (token >= 0 && other.length() == tokens.length()) { // no merge with what is around
            int id = other.ids()[token];
            double slope =
                (loss(tokens, token, id, STEP) - loss(tokens, token, id, -STEP)) / (2 * STEP);
            assertThat((double) gains[v])
                .as("%s for %s", classifier.vocabulary().get(v), word)
                .isCloseTo(slope, within(1e-5 + 1e-5 * Math.abs(slope)));
            checked++;
          }
        }
      }
    }
    assertThat(checked).isGreaterThan(20);
  }

  private static int first(Encoding a, Encoding b) {
    for (int t = 0; t < Math.min(a.length(), b.length()); t++) {
      if (a.ids()[t] != b.ids()[t]) {
        return t;
      }
    }
    return -1;
  }

  @Test
  void wordsOfTheVocabularyAreOneToken() {
    assertThat(classifier.vocabulary()).hasSizeGreaterThan(500).doesNotHaveDuplicates();
    for (String word : classifier.vocabulary().subList(0, 200)) {
      assertThat(WordCutter.isOneWord(word)).as(word).isTrue();
      int alone = tokenizer.encode(word, false).length();
      int behindSpace = tokenizer.encode("7 " + word, false).length();
      int before = tokenizer.encode("7", false).length();
      assertThat(alone == 1 || behindSpace == before + 1).as(word).isTrue();
    }
  }

  @Test
  void hotFlipRaisesTheLossThatItForesaw() {
    List<AttackResult> results = new ArrayList<>();
    String text = "The room was very clean.";
    float[] said = classifier.probabilities(List.of(text))[0];
    String label = said[1] > said[0] ? "positive" : "negative";
    Attacks.named("hotflip")
        .run(classifier, List.of(new LabelledText("t", text, label)), 1, results::add);
    AttackResult result = results.get(0);
    assertThat(result.wordsChanged()).isBetween(1, 2);
    assertThat(result.score()).isGreaterThan(1 - Math.max(said[0], said[1]));
    assertThat(result.queries()).isEqualTo(1 + result.wordsChanged());
  }

  @Test
  void onlyOneLabelATextIsAttacked() {
    HeadTask many = new HeadTask.MultiLabel(TASK.labels());
    assertThatThrownBy(() -> new HeadClassifier(model, tokenizer, many, DataConfig.DEFAULT))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("MultiLabel")
        .hasMessageContaining("SingleLabel");
  }
}
