package org.tune4j.lora.algebra;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What an adapter's updates are made of, from its files and without the base.
 *
 * @param folder the adapter
 * @param sites by module, sorted
 */
public record AdapterReport(Path folder, List<Site> sites) {
  public AdapterReport {
    sites = List.copyOf(sites);
  }

  /**
   * An update {@code D = scaling B A}.
   *
   * @param rank that it was trained with
   * @param singularValues of D, the largest first
   */
  public record Site(
      String module, long outputs, long inputs, int rank, List<Double> singularValues) {
    public Site {
      singularValues = List.copyOf(singularValues);
    }

    /** Its Frobenius norm. */
    public double norm() {
      return Math.sqrt(singularValues.stream().mapToDouble(s -> s * s).sum());
    }

    /**
     * The effective rank (Roy and Vetterli, 2007): the exponential of the entropy of the singular
     * values' shares of their sum; 0 of an update that is 0.
     */
    public double effectiveRank() {
      double sum = singularValues.stream().mapToDouble(Double::doubleValue).sum();
      if (sum == 0) {
        return 0;
      }
      double entropy =
          singularValues.stream()
              .mapToDouble(s -> s / sum)
              .filter(share -> share > 0)
              .map(share -> -share * Math.log(share))
              .sum();
      return Math.exp(entropy);
    }

    /** The share of the squared norm that the best approximation of a rank keeps. */
    public double energy(int rank) {
      return LowRank.energy(values(), rank);
    }

    /** The lowest rank, 1 at least, that keeps a share of the squared norm. */
    public int rankFor(double share) {
      return LowRank.rankFor(values(), share);
    }

    private double[] values() {
      return singularValues.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  /**
   * Looks at an adapter.
   *
   * @throws org.tune4j.engine.ModelFormatException if the folder is no LoRA adapter, or is more
   *     than updates of its base
   */
  public static AdapterReport of(Path folder) {
    List<Site> sites = new ArrayList<>();
    try (AdapterFile adapter = AdapterFile.open(folder)) {
      for (AdapterFile.Site site : adapter.sites().values()) {
        try (TensorScope work = TensorScope.open()) {
          List<Double> spectrum = new ArrayList<>();
          for (double value : adapter.update(site, work).spectrum()) {
            spectrum.add(value);
          }
          sites.add(new Site(site.module(), site.outputs(), site.inputs(), site.rank(), spectrum));
        }
      }
    }
    return new AdapterReport(folder, sites);
  }

  /** The Frobenius norm of all updates together. */
  public double norm() {
    return Math.sqrt(sites.stream().mapToDouble(site -> site.norm() * site.norm()).sum());
  }

  /** The share of the squared norm of all updates that the best approximations of a rank keep. */
  public double energy(int rank) {
    double all = kept(Integer.MAX_VALUE);
    return all == 0 ? 1 : kept(rank) / all;
  }

  private double kept(int rank) {
    return sites.stream().mapToDouble(site -> site.energy(rank) * site.norm() * site.norm()).sum();
  }
}
