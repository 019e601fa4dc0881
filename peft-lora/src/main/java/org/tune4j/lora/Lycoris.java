package org.tune4j.lora;

import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;

/**
 * What PEFT's methods after LyCORIS (LoHa and LoKr) share.
 *
 * @param r rank
 * @param alpha the update is scaled by it, divided by r
 * @param rankPattern another r for some modules, by the last steps of their path
 * @param alphaPattern another alpha for some modules
 * @param rankDropout in training, the share of an update's outputs that are left out, for all
 *     tokens of a micro-batch
 * @param moduleDropout in training, how often an update is left out altogether
 */
public record Lycoris(
    int r,
    double alpha,
    Map<String, Integer> rankPattern,
    Map<String, Double> alphaPattern,
    double rankDropout,
    double moduleDropout) {
  static final Set<String> KEYS =
      Set.of("r", "alpha", "rank_pattern", "alpha_pattern", "rank_dropout", "module_dropout");
  private static final int MOST = 1 << 12;

  public Lycoris {
    rankPattern = new ModulePatterns<>(rankPattern);
    alphaPattern = new ModulePatterns<>(alphaPattern);
    LayerAdapter.requireWithin("r", 1, MOST, r);
    rankPattern.forEach(
        (name, rank) -> LayerAdapter.requireWithin("rank_pattern " + name, 1, MOST, rank));
    requireFinite("alpha", alpha);
    alphaPattern.forEach((name, value) -> requireFinite("alpha_pattern " + name, value));
    LayerAdapter.requireShare("rank_dropout", rankDropout);
    LayerAdapter.requireShare("module_dropout", moduleDropout);
  }

  /** One rank and one alpha, and no dropout. */
  public Lycoris(int r, double alpha) {
    this(r, alpha, Map.of(), Map.of(), 0, 0);
  }

  private static void requireFinite(String key, double value) {
    if (!Double.isFinite(value)) {
      throw new ConfigException(key + ": wanted a finite number, found " + value);
    }
  }

  static Lycoris read(AdapterJson json) {
    return new Lycoris(
        json.whole("r", 8),
        json.number("alpha", 8),
        json.integersByName("rank_pattern"),
        json.numbersByName("alpha_pattern"),
        json.number("rank_dropout", 0),
        json.number("module_dropout", 0));
  }

  void write(Map<String, Object> keys) {
    keys.put("r", r);
    keys.put("alpha", AdapterJson.wholeIfItIs(alpha));
    if (!rankPattern.isEmpty()) {
      keys.put("rank_pattern", rankPattern);
    }
    if (!alphaPattern.isEmpty()) {
      keys.put("alpha_pattern", alphaPattern);
    }
    if (rankDropout > 0) {
      keys.put("rank_dropout", rankDropout);
    }
    if (moduleDropout > 0) {
      keys.put("module_dropout", moduleDropout);
    }
  }

  boolean drops() {
    return rankDropout > 0 || moduleDropout > 0;
  }

  int rank(String module) {
    return of(rankPattern, module, r);
  }

  double scaling(String module) {
    return of(alphaPattern, module, alpha) / rank(module);
  }

  private static <T> T of(Map<String, T> patterns, String module, T otherwise) {
    return ((ModulePatterns<T>) patterns).first(module).orElse(otherwise);
  }
}
