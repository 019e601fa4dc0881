package org.tune4j.engine.gguf.hub;

/**
 * What Llama 3.1 divides the frequencies of rotated pairs by: long waves by a factor, short ones by
 * one, those between by something between.
 */
record Llama3Factors(double factor, double low, double high, double original) {
  /** One for each rotated pair. */
  float[] of(double theta, int rotated) {
    float[] factors = new float[rotated / 2];
    for (int i = 0; i < factors.length; i++) {
      double wave = 2 * Math.PI * Math.pow(theta, 2.0 * i / rotated);
      if (wave < original / high) {
        factors[i] = 1;
      } else if (wave > original / low) {
        factors[i] = (float) factor;
      } else {
        double smooth = (original / wave - low) / (high - low);
        factors[i] = (float) (1 / ((1 - smooth) / factor + smooth));
      }
    }
    return factors;
  }

  /** Whether these are the factors found, but for rounding. */
  boolean fit(float[] found, double theta, double rounding) {
    float[] own = of(theta, 2 * found.length);
    for (int i = 0; i < own.length; i++) {
      if (!(Math.abs(own[i] - found[i]) <= rounding * own[i])) {
        return false;
      }
    }
    return true;
  }
}
