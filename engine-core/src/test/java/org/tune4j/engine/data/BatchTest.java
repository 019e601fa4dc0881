package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.EncodedExample.NOT_LEARNED;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.tune4j.engine.ConfigException;

class BatchTest {
  static List<EncodedExample> examples(Random random, int count) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(1 + random.nextInt(9), 0, 50).toArray();
      int[] labels = ids.clone();
      int prompt = random.nextInt(ids.length + 1);
      Arrays.fill(labels, 0, prompt, NOT_LEARNED);
      examples.add(new EncodedExample(i, "f:" + i, ids, labels));
    }
    return examples;
  }

  @Property(tries = 200)
  void labelsAreTheNextTokenOfTheSameDocument(
      @ForAll @IntRange(min = 1, max = 8) int count, @ForAll Random random) {
    List<EncodedExample> examples = examples(random, count);
    Batch batch = Batch.of(examples);
    assertThat(batch.documents()).isEqualTo(count);
    assertThat(batch.labelCount())
        .isEqualTo(examples.stream().mapToInt(EncodedExample::labelCount).sum());
    int at = 0;
    for (int d = 0; d < count; d++) {
      EncodedExample example = examples.get((int) batch.exampleIds()[d]);
      assertThat(batch.sources().get(d)).isEqualTo(example.source());
      assertThat(batch.exampleWeights()[d]).isEqualTo(1f);
      assertThat(batch.sequenceLengths()[d]).isEqualTo(example.length());
      for (int t = 0; t < example.length(); t++, at++) {
        assertThat(batch.tokenIds()[at]).isEqualTo(example.ids()[t]);
        assertThat(batch.positions()[at]).isEqualTo(t);
        int label = t + 1 < example.length() ? example.labels()[t + 1] : NOT_LEARNED;
        assertThat(batch.labels()[at]).isEqualTo(label);
      }
    }
    assertThat(at).isEqualTo(batch.tokens());
    assertThat(batch.sequenceLengths()).isSortedAccordingTo((a, b) -> b - a);
  }

  @Example
  void whatIsNotABatchIsRefused() {
    int[] ids = {5, 6, 7};
    int[] positions = {0, 1, 0};
    int[] lengths = {2, 1};
    int[] labels = {6, NOT_LEARNED, NOT_LEARNED};
    int[] unlearned = {NOT_LEARNED, NOT_LEARNED, NOT_LEARNED};
    assertThat(batch(ids, positions, lengths, labels, 1).labelCount()).isEqualTo(1);
    refused(ids, positions, lengths, labels, 2, "label count");
    refused(ids, positions, new int[] {1, 2}, unlearned, 0, "longest first");
    refused(ids, positions, new int[] {2, 2}, labels, 1, "add up");
    refused(ids, positions, new int[] {1, 1}, labels, 1, "");
    refused(ids, positions, new int[] {3, 0}, labels, 1, "");
    refused(ids, new int[] {0, 1, 2}, lengths, labels, 1, "positions");
    refused(ids, positions, lengths, new int[] {6, 7, NOT_LEARNED}, 2, "same document");
    refused(ids, positions, lengths, new int[] {6, NOT_LEARNED, 7}, 2, "same document");
    refused(new int[] {5, 6, -7}, positions, lengths, labels, 1, "negative");
    refused(ids, positions, lengths, new int[] {6}, 1, "one label a token");
  }

  @Example
  void targetsStandWithTheirDocumentsAndNeverBesideLearnedTokens() {
    EncodedExample one = EncodedExample.of(0, "f:0", new int[] {5}, new Target.OneLabel(3));
    EncodedExample two =
        EncodedExample.of(
            1, "f:1", new int[] {6, 7}, new Target.TokenLabels(new int[] {4, NOT_LEARNED}));
    Batch batch = Batch.of(List.of(one, two));
    assertThat(batch.targets()).containsExactly(two.target().get(), one.target().get());
    assertThat(batch.labels()).containsOnly(NOT_LEARNED);
    assertThat(batch.labelCount()).isEqualTo(2);
    EncodedExample causal = new EncodedExample(2, "f:2", new int[] {5, 6}, new int[] {5, 6});
    assertThat(Batch.of(List.of(causal)).targets()).isEmpty();
    assertThatThrownBy(() -> Batch.of(List.of(one, causal)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("one target a document");
    assertThatThrownBy(() -> two.piece(0, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("f:1: has a target and cannot be split");
    assertThat(two.piece(0, 2)).isSameAs(two);
    assertThatThrownBy(() -> EncodedExample.of(0, "f:0", new int[] {5}, two.target().orElseThrow()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("labels of 2 tokens");
    assertThatThrownBy(
            () ->
                new EncodedExample(
                    0, "f:0", new int[] {5}, new int[] {5}, one.target(), new int[0]))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("has a target, and a learned token");
    assertThatThrownBy(() -> new Target.ManyLabels(new float[] {1, Float.NaN}))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new Target.Number(Float.POSITIVE_INFINITY))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new Target.OneLabel(-1)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new Target.TokenLabels(new int[] {-1}))
        .isInstanceOf(ConfigException.class);
  }

  private static void refused(
      int[] ids, int[] positions, int[] lengths, int[] labels, int count, String rule) {
    assertThatThrownBy(() -> batch(ids, positions, lengths, labels, count))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(rule);
  }

  private static Batch batch(int[] ids, int[] positions, int[] lengths, int[] labels, int count) {
    return new Batch(
        ids,
        positions,
        lengths,
        labels,
        count,
        new long[] {0, 1},
        new float[] {1, 1},
        List.of("a", "b"));
  }
}
