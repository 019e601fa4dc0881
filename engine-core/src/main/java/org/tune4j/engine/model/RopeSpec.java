package org.tune4j.engine.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Rotary position embedding.
 *
 * @param inverseFrequencies one for each rotated pair, scaling already applied; twice their number
 *     is the rotated size
 * @param factor what cosine and sine are multiplied with (1 but for yarn and longrope)
 * @param neighbours whether a pair stands side by side (DeepSeek), or in two halves
 * @param stretch other frequencies for long texts
 */
public record RopeSpec(
    List<Float> inverseFrequencies, double factor, boolean neighbours, Optional<Stretch> stretch) {
  static final RopeSpec NONE = new RopeSpec(List.of(), 1);

  /** Frequencies of texts that are longer than the model was made for. */
  public sealed interface Stretch permits LongFactors, Dynamic {
    /** Texts of more tokens have them. */
    int from();

    /** The inverse frequencies in a text of so many tokens. */
    List<Float> inverseFrequencies(int tokens);
  }

  /** The same for all long texts (longrope). */
  public record LongFactors(int from, List<Float> longer) implements Stretch {
    public LongFactors {
      longer = List.copyOf(longer);
    }

    @Override
    public List<Float> inverseFrequencies(int tokens) {
      return longer;
    }
  }

  /** The longer the text, the larger the base (dynamic NTK). */
  public record Dynamic(int from, double base, double factor, int rotated) implements Stretch {
    @Override
    public List<Float> inverseFrequencies(int tokens) {
      double grown =
          base * Math.pow(factor * tokens / from - (factor - 1), (double) rotated / (rotated - 2));
      return RopeSpec.inverseFrequencies(grown, rotated);
    }
  }

  public RopeSpec {
    inverseFrequencies = List.copyOf(inverseFrequencies);
  }

  /** Pairs in two halves, and the same frequencies however long a text is. */
  public RopeSpec(List<Float> inverseFrequencies, double factor) {
    this(inverseFrequencies, factor, false, Optional.empty());
  }

  /** Of a base and a rotated size: {@code base^(-2i/rotated)}, in fp32 as torch computes it. */
  public static List<Float> inverseFrequencies(double base, int rotated) {
    return IntStream.range(0, rotated / 2)
        .mapToObj(i -> (float) (1.0 / Math.pow((float) base, (float) (2.0 * i / rotated))))
        .toList();
  }

  /** Whether any of texts of so many tokens has other frequencies. */
  boolean stretches(int[] texts) {
    return stretch.isPresent()
        && Arrays.stream(texts).anyMatch(tokens -> tokens > stretch.get().from());
  }

  /** The inverse frequencies in texts of so many tokens, {@code [texts, pairs]}. */
  float[] table(int[] texts) {
    float[] table = new float[texts.length * inverseFrequencies.size()];
    int at = 0;
    for (int tokens : texts) {
      boolean longer = stretch.isPresent() && tokens > stretch.get().from();
      for (float f : longer ? stretch.get().inverseFrequencies(tokens) : inverseFrequencies) {
        table[at++] = f;
      }
    }
    return table;
  }
}
