package org.tune4j.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.train.Evaluation;

/** Evaluations put together. */
public final class Evaluations {
  private Evaluations() {}

  /**
   * One after the other, their values in one map.
   *
   * <p>Throws a {@link ConfigException} when two of them give a value of the same name.
   */
  public static Evaluation all(Evaluation... parts) {
    List<Evaluation> evaluations = List.of(parts);
    return model -> {
      Map<String, Double> all = new LinkedHashMap<>();
      for (Evaluation evaluation : evaluations) {
        evaluation
            .evaluate(model)
            .forEach(
                (name, value) -> {
                  if (all.putIfAbsent(name, value) != null) {
                    throw new ConfigException("two evaluations give a value named " + name);
                  }
                });
      }
      return all;
    };
  }
}
