package org.tune4j.lora.algebra;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a combination kept of the exact sum of the weighted updates.
 *
 * @param sites by module, sorted
 */
public record CombinationReport(List<Site> sites) {
  public CombinationReport {
    sites = List.copyOf(sites);
  }

  /**
   * At one site.
   *
   * @param rank of the result
   * @param norm of the exact sum (Frobenius)
   * @param distance of the result from the exact sum (Frobenius)
   */
  public record Site(String module, int rank, double norm, double distance) {
    /** The distance as a share of the norm; 0 where both are 0. */
    public double error() {
      return share(distance, norm);
    }
  }

  /** The norm of the exact sum at all sites together. */
  public double norm() {
    return root(Site::norm);
  }

  /** The distance at all sites together as a share of the norm. */
  public double error() {
    return share(root(Site::distance), norm());
  }

  private double root(ToDoubleFunction<Site> value) {
    return Math.sqrt(
        sites.stream().mapToDouble(site -> Math.pow(value.applyAsDouble(site), 2)).sum());
  }

  private static double share(double distance, double norm) {
    return distance == 0 ? 0 : distance / norm;
  }
}
