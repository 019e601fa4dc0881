package org.tune4j.lora.algebra;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * How two adapters' updates stand to each other, from their files and without the base.
 *
 * @param first an adapter
 * @param second the other
 * @param cosine of all updates as one vector; a site that only one has counts as 0 in the other
 * @param sites those that both have, by module, sorted
 * @param onlyFirst modules that only the first updates
 * @param onlySecond modules that only the second updates
 */
public record AdapterComparison(
    Path first,
    Path second,
    double cosine,
    List<Site> sites,
    List<String> onlyFirst,
    List<String> onlySecond) {
  /** Signs are looked at in rows at equal distances, of at most this many entries a site. */
  private static final long MOST_ENTRIES = 1 << 22;

  public AdapterComparison {
    sites = List.copyOf(sites);
    onlyFirst = List.copyOf(onlyFirst);
    onlySecond = List.copyOf(onlySecond);
  }

  /**
   * At one site.
   *
   * @param cosine of the two updates as vectors, -1 to 1; 0 where one is 0
   * @param outputOverlap of what the two updates write to: the mean squared cosine of the angles
   *     between the spaces that their columns span, 0 to 1 (LoRA, Hu et al., 2022, section 7.2)
   * @param inputOverlap of what they read: the same of their rows
   * @param signConflicts the share of entries at which they have opposite signs, of those that
   *     neither has as 0
   */
  public record Site(
      String module,
      double cosine,
      double outputOverlap,
      double inputOverlap,
      double signConflicts) {}

  /**
   * Compares.
   *
   * @throws ConfigException if the two are adapters of different bases
   * @throws org.tune4j.engine.ModelFormatException if one is no LoRA adapter, or is more than
   *     updates of its base
   */
  public static AdapterComparison of(Path first, Path second) {
    List<WeightedAdapter> both =
        List.of(new WeightedAdapter(first, 1), new WeightedAdapter(second, 1));
    try (Combination pair = new Combination(both, CombinationType.CAT)) {
      return new Comparing(pair).result();
    }
  }

  /** Goes over the sites and adds up. */
  private static final class Comparing {
    private final Combination pair;
    private final List<Site> sites = new ArrayList<>();
    private final List<List<String>> only = List.of(new ArrayList<>(), new ArrayList<>());
    private final double[] squares = new double[2];
    private double inner;

    Comparing(Combination pair) {
      this.pair = pair;
    }

    AdapterComparison result() {
      pair.sites().forEach(this::add);
      double norms = Math.sqrt(squares[0] * squares[1]);
      return new AdapterComparison(
          pair.parts().get(0).adapter().folder(),
          pair.parts().get(1).adapter().folder(),
          norms == 0 ? 0 : inner / norms,
          sites,
          only.get(0),
          only.get(1));
    }

    private void add(String module, List<Combination.Term> terms) {
      try (TensorScope work = TensorScope.open()) {
        List<LowRank> updates = new ArrayList<>();
        for (Combination.Term term : terms) {
          LowRank update = term.part().adapter().update(term.site(), work);
          updates.add(update);
          squares[term.part().number()] += Math.pow(update.norm(), 2);
        }
        if (terms.size() == 1) {
          only.get(terms.get(0).part().number()).add(module);
        } else {
          add(module, updates.get(0), updates.get(1), work);
        }
      }
    }

    private void add(String module, LowRank one, LowRank other, TensorScope work) {
      double norms = one.norm() * other.norm();
      if (norms == 0) {
        sites.add(new Site(module, 0, 0, 0, 0));
        return;
      }
      double product = one.inner(other);
      inner += product;
      List<Tensor> spans = one.spans(work);
      List<Tensor> others = other.spans(work);
      long[] conflicts = one.conflicts(other, rows(one));
      sites.add(
          new Site(
              module,
              product / norms,
              LowRank.overlap(spans.get(0), others.get(0)),
              LowRank.overlap(spans.get(1), others.get(1)),
              conflicts[1] == 0 ? 0 : (double) conflicts[0] / conflicts[1]));
    }

    private static long[] rows(LowRank update) {
      long step = 1 + (update.outputs() * update.inputs() - 1) / MOST_ENTRIES;
      return LongStream.range(0, update.outputs()).filter(row -> row % step == 0).toArray();
    }
  }
}
