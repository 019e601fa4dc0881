package org.tune4j.examples.encoder;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Target;

/**
 * Masked language modelling (Devlin et al., 2019) as a task of labelling tokens: the label of a
 * masked token is the token that stood there. Of 15 % of the tokens, 8 in 10 are masked, one is
 * another token, one is left.
 */
final class MaskedTokens {
  private static final double SHARE = 0.15;
  private static final double MASKED = 0.8;
  private static final double REPLACED = 0.9;

  private MaskedTokens() {}

  /**
   * A text with some tokens masked.
   *
   * @param ids {@code [tokens]}, a special token at both ends
   * @param vocabulary the number of tokens that there are
   */
  static EncodedExample of(int[] ids, int row, int vocabulary, SplittableRandom random) {
    int[] shown = ids.clone();
    int[] wanted = new int[ids.length];
    Arrays.fill(wanted, EncodedExample.NOT_LEARNED);
    int certain = 1 + random.nextInt(ids.length - 2);
    for (int t = 1; t < ids.length - 1; t++) {
      if (t == certain || random.nextDouble() < SHARE) {
        wanted[t] = ids[t];
        double way = random.nextDouble();
        if (way < MASKED) {
          shown[t] = CharacterTokenizer.MASK;
        } else if (way < REPLACED) {
          shown[t] = random.nextInt(CharacterTokenizer.SPECIAL.size(), vocabulary);
        }
      }
    }
    return EncodedExample.of(row, "row " + row, shown, new Target.TokenLabels(wanted));
  }
}
