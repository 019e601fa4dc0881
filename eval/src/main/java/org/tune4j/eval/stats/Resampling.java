package org.tune4j.eval.stats;

import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.SplitMix64;
import org.tune4j.eval.Inputs;

/** Which rows each resample of a bootstrap takes. */
public interface Resampling {
  /** How many resamples there are. */
  int count();

  /**
   * The rows of one resample: as many as there are, drawn with replacement. The same each time.
   *
   * @param rows how many rows there are
   */
  int[] draw(int resample, int rows);

  /**
   * Drawn from a seed, so that two metrics of the same rows get the same resamples.
   *
   * @throws ConfigException if there are less than 2 resamples
   */
  static Resampling seeded(int count, long seed) {
    if (count < 2) {
      throw new ConfigException("resamples: found " + count + ", wanted at least 2");
    }
    return new Resampling() {
      @Override
      public int count() {
        return count;
      }

      @Override
      public int[] draw(int resample, int rows) {
        long state = SplitMix64.mixed(seed) + SplitMix64.mixed(resample + 1L);
        int[] drawn = new int[rows];
        for (int i = 0; i < rows; i++) {
          long bits = SplitMix64.next(state) >>> 32;
          drawn[i] = (int) (bits * rows >>> 32);
          state += SplitMix64.GOLDEN_GAMMA;
        }
        return drawn;
      }
    };
  }

  /**
   * Drawn elsewhere.
   *
   * @param indices {@code [resamples, rows]}, not to be changed afterwards
   * @throws ConfigException if there are less than 2 resamples
   */
  static Resampling given(int[][] indices) {
    if (indices.length < 2) {
      throw new ConfigException("resamples: found " + indices.length + ", wanted at least 2");
    }
    return new Resampling() {
      @Override
      public int count() {
        return indices.length;
      }

      /**
       * {@inheritDoc}
       *
       * @throws DataException if what was drawn are not rows, or not as many
       */
      @Override
      public int[] draw(int resample, int rows) {
        Inputs.sameLength("rows of resample " + resample, indices[resample].length, rows);
        for (int row : indices[resample]) {
          if (row < 0 || row >= rows) {
            throw new DataException(
                "resample " + resample + ": found row " + row + ", wanted 0 to " + (rows - 1));
          }
        }
        return indices[resample];
      }
    };
  }
}
