package org.tune4j.engine.objective;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.TensorSlot;

/**
 * What else a student learns of its teacher: vectors between the blocks. {@code weight} times the
 * sum over the layers that are matched joins the loss of each labelled token.
 *
 * @param kind how far two vectors lie from each other
 * @param weight above 0
 * @param layers of the student, and the teacher's that each is to be like, both counted from 1 as
 *     transformers' {@code hidden_states} are: what so many blocks give, and the last after the
 *     final norm. None for the last of both
 */
public record HiddenMatch(Kind kind, double weight, Map<Integer, Integer> layers) {
  /** What a projection is called among all that is trained. */
  private static final String PROJECTION = Trainable.OF_LOSS + "hidden_match.weight";

  /** A distance of vectors. */
  public enum Kind {
    /** DistilBERT's (Sanh et al., 2019): 1 less the cosine, of vectors of the same size. */
    COSINE,
    /**
     * TinyBERT's (Jiao et al., 2020, eq. 8): the mean square between the teacher's vector and the
     * student's times a matrix that is learned, the same for all layers.
     */
    MSE
  }

  public HiddenMatch {
    if (!(weight > 0 && Double.isFinite(weight))) {
      throw new ConfigException("hidden_weight: wanted a number above 0, found " + weight);
    }
    layers = Collections.unmodifiableMap(new TreeMap<>(layers));
  }

  /** Of the last layers, by the cosine. */
  public static HiddenMatch cosine(double weight) {
    return new HiddenMatch(Kind.COSINE, weight, Map.of());
  }

  /** Of the last layers, by the mean square after a learned projection. */
  public static HiddenMatch mse(double weight) {
    return new HiddenMatch(Kind.MSE, weight, Map.of());
  }

  /**
   * Compares with both models.
   *
   * @throws ConfigException if one of them has no such layer, or the cosine is to be taken of
   *     vectors of different sizes
   */
  public void requireFor(Architecture student, Architecture teacher) {
    layers.forEach(
        (own, taught) -> {
          requireLayer(own, student, "student");
          requireLayer(taught, teacher, "teacher");
        });
    if (kind == Kind.COSINE && student.hiddenSize() != teacher.hiddenSize()) {
      throw new ConfigException(
          "hidden_match cosine: the teacher's vectors have %d numbers and the student's %d; match them by mse, which learns a projection"
              .formatted(teacher.hiddenSize(), student.hiddenSize()));
    }
  }

  private static void requireLayer(int layer, Architecture model, String which) {
    int last = model.blocks().size();
    if (layer < 1 || layer > last) {
      throw new ConfigException(
          "hidden_layers: the %s has layers 1 to %d, found %d".formatted(which, last, layer));
    }
  }

  /** The layers of the student that are matched, and the teacher's. */
  Map<Integer, Integer> layers(Architecture student, Architecture teacher) {
    return layers.isEmpty() ? Map.of(student.blocks().size(), teacher.blocks().size()) : layers;
  }

  /** The matrix {@code [teacher's size, student's size]} that is learned along, if one is. */
  public Optional<Trainable> projection(Architecture student, Architecture teacher) {
    return kind == Kind.COSINE
        ? Optional.empty()
        : Optional.of(
            new Trainable(
                TensorSlot.whole(PROJECTION, teacher.hiddenSize(), student.hiddenSize()), true));
  }
}
