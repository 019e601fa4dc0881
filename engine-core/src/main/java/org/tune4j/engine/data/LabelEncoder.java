package org.tune4j.engine.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.tokenize.Encoding;
import org.tune4j.engine.tokenize.Side;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.tokenize.WordTokens;

/**
 * Turns labelled rows into token ids and what a task head is to say of them. The tokenizer's own
 * tokens stand around the text; they count for the greatest length and are never cut.
 *
 * <p>A longer text loses its end, or its start. Of words, the first token carries the label, as in
 * transformers' {@code align_labels_with_tokens}; a word whose first token is cut loses it, which
 * is counted, and a row of which no label is left is dropped. A word of which the tokenizer keeps
 * nothing has no token to label.
 */
public final class LabelEncoder implements RowEncoder {
  private static final String CUT_AWAY = "no labelled word is left within max_length";
  private static final String NO_WORD = "no word to label";

  private final Tokenizer tokenizer;
  private final HeadTask task;
  private final DataConfig config;
  private final int[] front;
  private final int[] back;

  /**
   * An encoder.
   *
   * @throws ConfigException if the greatest length has no room for text, or packing would part a
   *     text and its label
   */
  public LabelEncoder(Tokenizer tokenizer, DataConfig config, HeadTask task) {
    this.tokenizer = tokenizer;
    this.task = task;
    this.config = config;
    Encoding framed = tokenizer.encode("a", true);
    int first = 0;
    while (first < framed.length() && framed.specialTokensMask()[first] == 1) {
      first++;
    }
    int last = framed.length();
    while (last > first && framed.specialTokensMask()[last - 1] == 1) {
      last--;
    }
    this.front = Arrays.copyOf(framed.ids(), first);
    this.back = Arrays.copyOfRange(framed.ids(), last, framed.length());
    if (room() < 1) {
      throw new ConfigException(
          "max_length %d: has no room for text beside the %d tokens that the tokenizer adds"
              .formatted(config.maxLength(), front.length + back.length));
    }
    if (config.exampleLimit() > config.maxLength()) {
      throw new ConfigException(
          "packing_strategy "
              + config.packing().orElseThrow()
              + ": splits texts, and half a text has no label; wanted is bfd");
    }
  }

  /**
   * The labels of a source's rows; see {@link Labels#of}.
   *
   * @throws org.tune4j.engine.DataException if rows cannot be used and are not to be skipped
   */
  public static Labels labels(ExampleSource source, DataConfig config) {
    try (Examples examples = Examples.of(source, config)) {
      try {
        return Labels.of(
            IntStream.range(0, examples.size())
                .mapToObj(examples::example)
                .flatMap(Optional::stream)
                .map(Example::form));
      } finally {
        // Told in place of a lack of labels that they explain.
        examples.bad().throwIfFailing();
      }
    }
  }

  private int room() {
    return config.maxLength() - front.length - back.length;
  }

  @Override
  public Encoded encode(Example example) throws BadColumnException {
    ExampleForm form = example.form();
    if (task instanceof HeadTask.SingleLabel single && form instanceof ExampleForm.Labelled row) {
      return text(
          example, row.text(), new Target.OneLabel(single.labels().idOf(row.label(), "label")));
    }
    if (task instanceof HeadTask.Regression && form instanceof ExampleForm.Labelled row) {
      return text(example, row.text(), number(row.label()));
    }
    if (task instanceof HeadTask.MultiLabel many && form instanceof ExampleForm.MultiLabelled row) {
      return text(example, row.text(), named(row.labels(), many.labels()));
    }
    if (task instanceof HeadTask.MultiLabel many && form instanceof ExampleForm.LabelVector row) {
      return text(example, row.text(), vector(row.labels(), many.labels()));
    }
    if (task instanceof HeadTask.WordLabels words && form instanceof ExampleForm.Tagged row) {
      return words(example, row, words);
    }
    throw new BadColumnException(
        "a row of %s, wanted is %s".formatted(form.getClass().getSimpleName(), wanted()));
  }

  private String wanted() {
    if (task instanceof HeadTask.MultiLabel) {
      return "text + labels";
    }
    return task instanceof HeadTask.WordLabels
        ? "tokens + tags, or tokens + ner_tags"
        : "text + label";
  }

  private static Target number(String label) throws BadColumnException {
    try {
      float number = Float.parseFloat(label.strip());
      if (Float.isFinite(number)) {
        return new Target.Number(number);
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new BadColumnException(
        "column 'label' is '%s', wanted is a number".formatted(Shortened.text(label)));
  }

  private static Target named(List<String> names, Labels labels) throws BadColumnException {
    float[] numbers = new float[labels.size()];
    for (int i = 0; i < names.size(); i++) {
      numbers[labels.idOf(names.get(i), "labels[" + i + "]")] = 1;
    }
    return new Target.ManyLabels(numbers);
  }

  private static Target vector(List<Boolean> right, Labels labels) throws BadColumnException {
    if (right.size() != labels.size()) {
      throw new BadColumnException(
          "column 'labels' has %d numbers, wanted is one for each of %d labels"
              .formatted(right.size(), labels.size()));
    }
    float[] numbers = new float[right.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = right.get(i) ? 1 : 0;
    }
    return new Target.ManyLabels(numbers);
  }

  private Encoded text(Example example, String text, Target target) throws BadColumnException {
    int[] ids = tokenizer.ids(text, config.splitSpecialTokens());
    EncodedExample whole = framed(example, ids, target);
    int[] kept = cut(ids);
    return new Encoded(
        whole, Optional.of(kept == ids ? whole : framed(example, kept, target)), Optional.empty());
  }

  private Encoded words(Example example, ExampleForm.Tagged row, HeadTask.WordLabels task)
      throws BadColumnException {
    WordTokens tokens = tokenizer.words(row.tokens(), config.splitSpecialTokens());
    int[] tags = new int[row.tags().size()];
    for (int w = 0; w < tags.length; w++) {
      tags[w] = task.labels().idOf(row.tags().get(w), "tags[" + w + "]");
    }
    int[] labels = new int[tokens.ids().length];
    for (int t = 0; t < labels.length; t++) {
      int word = tokens.words()[t];
      boolean first = t == 0 || tokens.words()[t - 1] != word;
      labels[t] =
          first
              ? tags[word]
              : task.labelAllTokens()
                  ? inside(tags[word], task.labels())
                  : EncodedExample.NOT_LEARNED;
    }
    EncodedExample whole = framed(example, tokens.ids(), tokenLabels(labels));
    int[] keptLabels = cut(labels);
    EncodedExample kept =
        keptLabels == labels ? whole : framed(example, cut(tokens.ids()), tokenLabels(keptLabels));
    if (kept.labelCount() > 0) {
      return new Encoded(whole, Optional.of(kept), Optional.empty());
    }
    return new Encoded(
        whole, Optional.empty(), Optional.of(whole.labelCount() > 0 ? CUT_AWAY : NO_WORD));
  }

  /** The label of a word's further tokens: {@code I-X} after {@code B-X}. */
  private static int inside(int label, Labels labels) {
    String name = labels.names().get(label);
    int inside = name.startsWith("B-") ? labels.names().indexOf("I-" + name.substring(2)) : -1;
    return inside < 0 ? label : inside;
  }

  private Target tokenLabels(int[] labels) {
    int[] all = new int[front.length + labels.length + back.length];
    Arrays.fill(all, EncodedExample.NOT_LEARNED);
    System.arraycopy(labels, 0, all, front.length, labels.length);
    return new Target.TokenLabels(all);
  }

  /** What is kept of the text's own tokens; the same array if that is all. */
  private int[] cut(int[] tokens) {
    int excess = tokens.length - room();
    if (excess <= 0) {
      return tokens;
    }
    return config.truncation() == Side.LEFT
        ? Arrays.copyOfRange(tokens, excess, tokens.length)
        : Arrays.copyOf(tokens, room());
  }

  private EncodedExample framed(Example example, int[] ids, Target target)
      throws BadColumnException {
    int[] all = Stream.of(front, ids, back).flatMapToInt(Arrays::stream).toArray();
    if (all.length == 0) {
      throw new BadColumnException("the text has no token, so there is nothing to judge it by");
    }
    return EncodedExample.of(example.id(), example.where(), all, target);
  }
}
