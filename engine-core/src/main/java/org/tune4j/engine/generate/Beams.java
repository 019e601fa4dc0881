package org.tune4j.engine.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.tune4j.engine.generate.BeamConfig.EarlyStopping;
import org.tune4j.engine.model.DecodeSession.Candidates;

/**
 * The continuations of one prompt: those that go on, best first, and the best of those that have
 * ended. The rules are those of transformers' {@code _beam_search}.
 */
final class Beams {
  private final BeamConfig config;
  private final Set<Integer> ends;
  private List<Running> running = List.of(new Running(new int[0], 0, 0));
  private List<Beam> ended = new ArrayList<>();
  private boolean canImprove = true;
  private boolean allEnd;

  /**
   * A continuation that goes on.
   *
   * @param row the row that it went on, counted within the prompt
   */
  record Running(int[] ids, double sum, int row) {}

  Beams(BeamConfig config, Set<Integer> ends) {
    this.config = config;
    this.ends = ends;
  }

  List<Running> running() {
    return running;
  }

  /** How many of the best ways to go on are to be given: if all beams end, others are left. */
  static int candidates(BeamConfig config, Set<Integer> ends) {
    return Math.max(2, 1 + ends.size()) * config.numBeams();
  }

  /** Goes on with the best ways for this prompt. */
  void add(Candidates candidates, int prompt) {
    double[] scores = candidates.scores()[prompt];
    int[] rows = candidates.rows()[prompt];
    int[] ids = candidates.ids()[prompt];
    int length = running.get(0).ids().length + 1;
    boolean[] ending = new boolean[scores.length];
    List<Running> next = new ArrayList<>();
    List<Running> all = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      int[] text = Arrays.copyOf(running.get(rows[i]).ids(), length);
      text[length - 1] = ids[i];
      ending[i] = ends.contains(ids[i]) || length == config.maxNewTokens();
      Running one = new Running(text, scores[i], rows[i]);
      all.add(one);
      if (!ending[i] && next.size() < config.numBeams()) {
        next.add(one);
      }
    }
    boolean full = isFull() && config.earlyStopping() == EarlyStopping.TRUE;
    if (canImprove && !full) {
      IntStream.range(0, Math.min(config.numBeams(), all.size()))
          .filter(i -> ending[i])
          .forEach(i -> ended.add(new Beam(all.get(i).ids(), score(all.get(i).sum(), length))));
      ended.sort(Comparator.comparing(Beam::score).reversed());
      ended = new ArrayList<>(ended.subList(0, Math.min(config.numBeams(), ended.size())));
    }
    allEnd = next.isEmpty();
    if (!allEnd) {
      running = next;
      canImprove = canImprove && canImprove(length);
    }
  }

  private boolean isFull() {
    return ended.size() == config.numBeams();
  }

  private boolean canImprove(int length) {
    boolean atMost = config.earlyStopping() == EarlyStopping.NEVER && config.lengthPenalty() > 0;
    double best = score(running.get(0).sum(), atMost ? config.maxNewTokens() : length);
    return !isFull() || best > ended.get(ended.size() - 1).score();
  }

  private double score(double sum, int length) {
    return sum / Math.pow(length, config.lengthPenalty());
  }

  /** Whether nothing is left to be done for this prompt. */
  boolean isDone() {
    return allEnd || !canImprove || isFull() && config.earlyStopping() == EarlyStopping.TRUE;
  }

  /** The best continuations, best first. */
  List<Beam> best() {
    return ended.subList(0, Math.min(config.numReturnSequences(), ended.size()));
  }
}
