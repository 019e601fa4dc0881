package org.tune4j.engine.gguf.hub;

/**
 * How the numbers of a tensor in a GGUF file differ from those of the hub. They differ within
 * groups of rows: a head, or as many rows as fill a buffer.
 */
sealed interface Form {
  /** Not at all. */
  Form SAME = new Same();

  /** Each is greater by one: norms whose weights count from one on the hub. */
  Form PLUS_ONE = new PlusOne();

  /** The rows of a group. */
  long groupRows(HubTensor tensor);

  /** A group's numbers as the hub has them; may be the array given. */
  float[] toHub(float[] numbers, int columns);

  /** A group's numbers as the file has them; may be the array given. */
  float[] toGguf(float[] numbers, int columns);

  /** See {@link #SAME}. */
  record Same() implements Form {
    private static final int NUMBERS = 1 << 16;

    @Override
    public long groupRows(HubTensor tensor) {
      return Math.min(tensor.rows(), Math.max(1, NUMBERS / tensor.rowElements()));
    }

    @Override
    public float[] toHub(float[] numbers, int columns) {
      return numbers;
    }

    @Override
    public float[] toGguf(float[] numbers, int columns) {
      return numbers;
    }
  }

  /** See {@link #PLUS_ONE}. */
  record PlusOne() implements Form {
    @Override
    public long groupRows(HubTensor tensor) {
      return SAME.groupRows(tensor);
    }

    @Override
    public float[] toHub(float[] numbers, int columns) {
      return plus(numbers, -1);
    }

    @Override
    public float[] toGguf(float[] numbers, int columns) {
      return plus(numbers, 1);
    }

    private static float[] plus(float[] numbers, float added) {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] += added;
      }
      return numbers;
    }
  }

  /**
   * A rotated pair of rows stands side by side in each head; on the hub in its two halves.
   *
   * @param heads how many
   */
  record Turned(int heads) implements Form {
    @Override
    public long groupRows(HubTensor tensor) {
      return tensor.rows() / heads;
    }

    @Override
    public float[] toHub(float[] numbers, int columns) {
      return exchanged(numbers, columns, numbers.length / columns / 2, 2);
    }

    @Override
    public float[] toGguf(float[] numbers, int columns) {
      return exchanged(numbers, columns, 2, numbers.length / columns / 2);
    }

    /** Rows {@code [outer, inner]} as {@code [inner, outer]}. */
    private static float[] exchanged(float[] numbers, int columns, int outer, int inner) {
      float[] other = new float[numbers.length];
      for (int o = 0; o < outer; o++) {
        for (int i = 0; i < inner; i++) {
          int from = (o * inner + i) * columns;
          System.arraycopy(numbers, from, other, (i * outer + o) * columns, columns);
        }
      }
      return other;
    }
  }

  /**
   * The keys of each head, {@code [heads, latent, plain]}, are turned over, and its values stand in
   * a tensor of their own, {@code [heads, value, latent]}; on the hub the rows of a head's keys
   * come before those of its values.
   *
   * @param plain rows of a head's keys
   * @param value rows of a head's values
   */
  record KeysAndValues(String keys, String values, int heads, int plain, int value)
      implements Form {
    @Override
    public long groupRows(HubTensor tensor) {
      return plain + value;
    }

    @Override
    public float[] toHub(float[] numbers, int columns) {
      return turnedOver(numbers, columns, plain);
    }

    @Override
    public float[] toGguf(float[] numbers, int columns) {
      return turnedOver(numbers, plain, columns);
    }

    /** The first numbers, {@code [rows, columns]}, transposed; those behind stay. */
    private static float[] turnedOver(float[] numbers, int rows, int columns) {
      float[] other = numbers.clone();
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          other[column * rows + row] = numbers[row * columns + column];
        }
      }
      return other;
    }
  }
}
