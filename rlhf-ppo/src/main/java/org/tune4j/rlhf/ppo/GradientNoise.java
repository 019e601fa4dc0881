package org.tune4j.rlhf.ppo;

/**
 * How many rollouts a mini-batch would need for its gradient to be as much signal as noise: the
 * simple noise scale of McCandlish et al. (2018, appendix A.1), from the norms of the gradients of
 * a part of a mini-batch and of the whole of it, averaged over the steps of an update.
 */
final class GradientNoise {
  private State state = State.NONE;

  /** Sums over the steps of an update. */
  record State(double signal, double noise, int steps) {
    static final State NONE = new State(0, 0, 0);
  }

  State state() {
    return state;
  }

  void restore(State saved) {
    state = saved;
  }

  /**
   * Learns of a step.
   *
   * @param part rollouts of the part
   * @param partNorm Euclidean norm of the mean gradient of the part
   * @param whole rollouts of the mini-batch
   */
  void add(double part, double partNorm, double whole, double wholeNorm) {
    double small = partNorm * partNorm;
    double big = wholeNorm * wholeNorm;
    state =
        new State(
            state.signal + (whole * big - part * small) / (whole - part),
            state.noise + (small - big) / (1 / part - 1 / whole),
            state.steps + 1);
  }

  /** In rollouts; NaN where no step had several micro-batches, or chance hides the signal. */
  double scale() {
    boolean tells = state.steps > 0 && state.signal > 0 && state.noise > 0;
    return tells ? state.noise / state.signal : Double.NaN;
  }

  void clear() {
    state = State.NONE;
  }
}
