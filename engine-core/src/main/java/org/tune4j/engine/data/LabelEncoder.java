package org.tune4j.engine.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.ExampleSource;
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
  private static final int[] NONE = {};

  private final Tokenizer tokenizer;
  private final HeadTask task;
  private final DataConfig config;
  private final TextFrame one;
  private final TextFrame two;

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
    this.one = TextFrame.ofOne(tokenizer);
    this.two = TextFrame.ofTwo(tokenizer);
    if (room(one) < 1) {
      throw new ConfigException(
          "max_length %d: has no room for text beside the %d tokens that the tokenizer adds"
              .formatted(config.maxLength(), one.added()));
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

  private int room(TextFrame frame) {
    return config.maxLength() - frame.added();
  }

  @Override
  public Encoded encode(Example example) throws BadColumnException {
    ExampleForm form = example.form();
    if (task instanceof HeadTask.SingleLabel single && form instanceof ExampleForm.Labelled row) {
      Target label = new Target.OneLabel(single.labels().idOf(row.label(), "label"));
      return text(example, row, Optional.of(label));
    }
    if (task instanceof HeadTask.Regression && form instanceof ExampleForm.Labelled row) {
      return text(example, row, Optional.of(number(row.label())));
    }
    if (task instanceof HeadTask.MultiLabel many && form instanceof ExampleForm.MultiLabelled row) {
      Target labels = named(row.labels(), many.labels());
      return text(example, row, Optional.of(labels));
    }
    if (task instanceof HeadTask.MultiLabel many && form instanceof ExampleForm.LabelVector row) {
      Target labels = vector(row.labels(), many.labels());
      return text(example, row, Optional.of(labels));
    }
    if (task instanceof HeadTask.WordLabels words && form instanceof ExampleForm.Tagged row) {
      return words(example, row, words);
    }
    throw new BadColumnException(
        "a row of %s, wanted is %s".formatted(form.getClass().getSimpleName(), wanted()));
  }

  /**
   * A row to be judged, whatever labels it has, which are not looked at.
   *
   * @throws BadColumnException if it has no text, or no words where words are judged
   */
  public Unlabelled unlabelled(Example example) throws BadColumnException {
    ExampleForm form = example.form();
    if (task instanceof HeadTask.WordLabels) {
      if (form instanceof ExampleForm.Words row) {
        return words(example, row.tokens());
      }
      if (form instanceof ExampleForm.Tagged row) {
        return words(example, row.tokens());
      }
      throw new BadColumnException(
          "a row of %s, wanted is tokens".formatted(form.getClass().getSimpleName()));
    }
    if (form instanceof ExampleForm.Texts row) {
      return new Unlabelled(text(example, row, Optional.empty()).kept().orElseThrow(), NONE);
    }
    throw new BadColumnException(
        "a row of %s, wanted is text, or text + text_pair"
            .formatted(form.getClass().getSimpleName()));
  }

  private Unlabelled words(Example example, List<String> words) throws BadColumnException {
    WordTokens tokens = tokenizer.words(words, config.splitSpecialTokens());
    int[] kept = cut(tokens.words(), room(one));
    int[] starts = new int[words.size()];
    Arrays.fill(starts, -1);
    int lost = config.truncation() == Side.LEFT ? tokens.words().length - kept.length : 0;
    for (int t = 0; t < kept.length; t++) {
      boolean first = t + lost == 0 || tokens.words()[t + lost - 1] != kept[t];
      if (first) {
        starts[kept[t]] = one.front() + t;
      }
    }
    return new Unlabelled(framed(example, cut(tokens.ids(), room(one)), Optional.empty()), starts);
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

  private Encoded text(Example example, ExampleForm.Texts row, Optional<Target> target)
      throws BadColumnException {
    int[] ids = tokenizer.ids(row.text(), config.splitSpecialTokens());
    if (row.pair().isPresent()) {
      int[] second = tokenizer.ids(row.pair().get(), config.splitSpecialTokens());
      return pair(example, ids, second, target);
    }
    EncodedExample whole = framed(example, ids, target);
    int[] kept = cut(ids, room(one));
    return new Encoded(
        whole, Optional.of(kept == ids ? whole : framed(example, kept, target)), Optional.empty());
  }

  private Encoded pair(Example example, int[] first, int[] second, Optional<Target> target)
      throws BadColumnException {
    if (room(two) < 2) {
      throw new BadColumnException(
          "max_length %d has no room for two texts beside the %d tokens that the tokenizer adds"
              .formatted(config.maxLength(), two.added()));
    }
    int[] lengths = TextFrame.kept(first.length, second.length, room(two));
    EncodedExample whole = framed(example, first, second, target);
    boolean all = lengths[0] == first.length && lengths[1] == second.length;
    EncodedExample kept =
        all ? whole : framed(example, cut(first, lengths[0]), cut(second, lengths[1]), target);
    return new Encoded(whole, Optional.of(kept), Optional.empty());
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
    EncodedExample whole = framed(example, tokens.ids(), Optional.of(tokenLabels(labels)));
    int[] keptLabels = cut(labels, room(one));
    EncodedExample kept =
        keptLabels == labels
            ? whole
            : framed(example, cut(tokens.ids(), room(one)), Optional.of(tokenLabels(keptLabels)));
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
    int[] all = one.ids(labels, NONE);
    Arrays.fill(all, 0, one.front(), EncodedExample.NOT_LEARNED);
    Arrays.fill(all, one.front() + labels.length, all.length, EncodedExample.NOT_LEARNED);
    return new Target.TokenLabels(all);
  }

  /** So many of a text's own tokens, or its labels; the same array if that is all. */
  private int[] cut(int[] tokens, int room) {
    int excess = tokens.length - room;
    if (excess <= 0) {
      return tokens;
    }
    return config.truncation() == Side.LEFT
        ? Arrays.copyOfRange(tokens, excess, tokens.length)
        : Arrays.copyOf(tokens, room);
  }

  private EncodedExample framed(Example example, int[] ids, Optional<Target> target)
      throws BadColumnException {
    return judged(example, one.ids(ids, NONE), target, NONE);
  }

  private EncodedExample framed(Example example, int[] first, int[] second, Optional<Target> target)
      throws BadColumnException {
    return judged(
        example, two.ids(first, second), target, two.segments(first.length, second.length));
  }

  private static EncodedExample judged(
      Example example, int[] ids, Optional<Target> target, int[] segments)
      throws BadColumnException {
    if (ids.length == 0) {
      throw new BadColumnException("the text has no token, so there is nothing to judge it by");
    }
    return EncodedExample.judged(example.id(), example.where(), ids, target, segments);
  }
}
