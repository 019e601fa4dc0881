package org.tune4j.lora.algebra;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tune4j.engine.tensor.TensorScope;

/** The updates of adapters as whole matrices, multiplied out in Java. */
final class Updates {
  private Updates() {}

  /** By module, {@code scaling B A} in row order. */
  static Map<String, double[]> of(Path adapter) {
    Map<String, double[]> updates = new LinkedHashMap<>();
    try (AdapterFile file = AdapterFile.open(adapter);
        TensorScope scope = TensorScope.open()) {
      file.sites()
          .forEach(
              (module, site) -> {
                LowRank factors = file.factors(site, scope);
                updates.put(
                    module,
                    product(
                        factors.b().toDoubles(),
                        factors.a().toDoubles(),
                        site.rank(),
                        site.scaling()));
              });
    }
    return updates;
  }

  static double[] product(double[] b, double[] a, int rank, double scaling) {
    int outputs = b.length / rank;
    int inputs = a.length / rank;
    double[] d = new double[outputs * inputs];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        for (int r = 0; r < rank; r++) {
          d[o * inputs + i] += scaling * b[o * rank + r] * a[r * inputs + i];
        }
      }
    }
    return d;
  }

  static double norm(double[] d) {
    double squares = 0;
    for (double value : d) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  static double distance(double[] d, double[] e) {
    double[] difference = d.clone();
    for (int i = 0; i < d.length; i++) {
      difference[i] -= e[i];
    }
    return norm(difference);
  }

  /** Adds {@code weight e} to {@code d}, which may be null for 0. */
  static double[] plus(double[] d, double weight, double[] e) {
    double[] sum = d == null ? new double[e.length] : d.clone();
    for (int i = 0; i < e.length; i++) {
      sum[i] += weight * e[i];
    }
    return sum;
  }
}
