package org.tune4j.engine.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.ExampleSource;

/**
 * How often each label occurs in rows of one label a text, or of one a word. The array belongs to
 * this record and is not to be changed.
 *
 * @param counts {@code [labels]}
 */
public record LabelFrequencies(long[] counts) {
  /**
   * Counts; a label that is none of these is left to the encoder to refuse.
   *
   * @throws org.tune4j.engine.DataException if rows cannot be used and are not to be skipped
   */
  public static LabelFrequencies of(ExampleSource source, DataConfig config, Labels labels) {
    long[] counts = new long[labels.size()];
    try (Examples examples = Examples.of(source, config)) {
      IntStream.range(0, examples.size())
          .mapToObj(examples::example)
          .flatMap(Optional::stream)
          .flatMap(example -> in(example.form()).stream())
          .forEach(label -> labels.idOf(label).ifPresent(id -> counts[id]++));
      examples.bad().throwIfFailing();
    }
    return new LabelFrequencies(counts);
  }

  private static List<String> in(ExampleForm row) {
    if (row instanceof ExampleForm.Labelled labelled) {
      return List.of(labelled.label());
    }
    return row instanceof ExampleForm.Tagged tagged ? tagged.tags() : List.of();
  }

  /**
   * Weights with which all labels count the same, scikit-learn's {@code balanced}: all occurrences,
   * divided by those of a label times the number of labels. A label that does not occur weighs 0.
   */
  public List<Double> balancedWeights() {
    double all = Arrays.stream(counts).sum();
    return Arrays.stream(counts)
        .mapToObj(count -> count == 0 ? 0 : all / counts.length / count)
        .toList();
  }
}
