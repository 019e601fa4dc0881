package org.tune4j.engine.data;

import java.util.Arrays;
import org.tune4j.engine.ConfigException;

/**
 * What a task head is to say of an example. The arrays belong to these records and are not to be
 * changed.
 */
public sealed interface Target {
  /** It as numbers: one a row of scores, or one a label, or one a token. */
  float[] numbers();

  /** How many judgements of the head are learned from. */
  int count();

  /** The same of an example behind tokens that nothing is said of. */
  default Target behind(int tokens) {
    return this;
  }

  /** The one label of a text, by its id. */
  record OneLabel(int id) implements Target {
    public OneLabel {
      if (id < 0) {
        throw new ConfigException("label " + id + ": must be at least 0");
      }
    }

    @Override
    public float[] numbers() {
      return new float[] {id};
    }

    @Override
    public int count() {
      return 1;
    }
  }

  /**
   * Which labels of a text are right.
   *
   * @param numbers {@code [labels]}, from 0 for wrong to 1 for right
   */
  record ManyLabels(float[] numbers) implements Target {
    public ManyLabels {
      for (float number : numbers) {
        if (!(number >= 0 && number <= 1)) {
          throw new ConfigException("a label is " + number + "; wanted 0 to 1");
        }
      }
    }

    @Override
    public int count() {
      return 1;
    }
  }

  /** A number to meet. */
  record Number(float value) implements Target {
    public Number {
      if (!Float.isFinite(value)) {
        throw new ConfigException("a number to meet is " + value);
      }
    }

    @Override
    public float[] numbers() {
      return new float[] {value};
    }

    @Override
    public int count() {
      return 1;
    }
  }

  /**
   * The labels of a text's tokens.
   *
   * @param ids {@code [tokens]}: the label's id, or {@link EncodedExample#NOT_LEARNED}
   */
  record TokenLabels(int[] ids) implements Target {
    public TokenLabels {
      for (int id : ids) {
        if (id < 0 && id != EncodedExample.NOT_LEARNED) {
          throw new ConfigException("label " + id + ": must be at least 0");
        }
      }
    }

    @Override
    public float[] numbers() {
      float[] numbers = new float[ids.length];
      for (int t = 0; t < ids.length; t++) {
        numbers[t] = ids[t];
      }
      return numbers;
    }

    @Override
    public Target behind(int tokens) {
      int[] later = new int[tokens + ids.length];
      Arrays.fill(later, 0, tokens, EncodedExample.NOT_LEARNED);
      System.arraycopy(ids, 0, later, tokens, ids.length);
      return new TokenLabels(later);
    }

    @Override
    public int count() {
      int count = 0;
      for (int id : ids) {
        count += id == EncodedExample.NOT_LEARNED ? 0 : 1;
      }
      return count;
    }
  }
}
