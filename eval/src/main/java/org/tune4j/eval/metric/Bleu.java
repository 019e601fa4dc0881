package org.tune4j.eval.metric;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.text.BleuTokenizer;
import org.tune4j.eval.text.NGrams;

/**
 * BLEU (Papineni et al., 2002) as sacreBLEU computes it, 0 to 100.
 *
 * <p>The statistics of a row: the length of the hypothesis, that of the reference closest to it,
 * how many of its 1-grams to {@code order}-grams are in a reference, and how many it has. A row by
 * itself is scored with effective order: else every text of less than four tokens is worth 0.
 *
 * @param tokenizer how texts are cut; where it is empty, each row as its references' script wants
 * @param lowercase whether case is ignored
 * @param smoothing what is done about orders at which nothing matches
 * @param order the longest n-gram
 * @param effectiveOrder whether orders that a short corpus has no n-grams of are left out
 */
public record Bleu(
    Optional<BleuTokenizer> tokenizer,
    boolean lowercase,
    Smoothing smoothing,
    int order,
    boolean effectiveOrder)
    implements Metric {
  /** sacreBLEU's defaults, but that the tokenizer goes by the script. */
  public static final Bleu DEFAULT = new Bleu(Optional.empty(), false, Smoothing.EXP, 4, false);

  public Bleu {
    if (order < 1) {
      throw new ConfigException("BLEU: order: found " + order + ", wanted at least 1");
    }
  }

  /**
   * What is done about orders at which nothing matches (Chen and Cherry, 2014).
   *
   * @param method how
   * @param value what {@code FLOOR} and {@code ADD_K} add
   */
  public record Smoothing(Method method, double value) {
    /** Each further order without a match counts half as much as the one before. */
    public static final Smoothing EXP = new Smoothing(Method.EXP, 0);

    /** Nothing is done. */
    public static final Smoothing NONE = new Smoothing(Method.NONE, 0);

    public Smoothing {
      if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
        throw new ConfigException("BLEU: smoothing value: found " + value + ", wanted 0 or more");
      }
    }

    /** No match counts as {@code value} matches. */
    public static Smoothing floor(double value) {
      return new Smoothing(Method.FLOOR, value);
    }

    /** From 2-grams on, {@code value} is added to what matches and to what there is. */
    public static Smoothing addK(double value) {
      return new Smoothing(Method.ADD_K, value);
    }

    private String label() {
      return switch (method) {
        case EXP -> "exp";
        case NONE -> "none";
        case FLOOR -> String.format(Locale.ROOT, "floor[%.2f]", value);
        case ADD_K -> String.format(Locale.ROOT, "add-k[%.2f]", value);
      };
    }

    /** The ways there are. */
    public enum Method {
      EXP,
      NONE,
      FLOOR,
      ADD_K
    }
  }

  /** The same with another tokenizer. */
  public Bleu with(BleuTokenizer other) {
    return new Bleu(Optional.of(other), lowercase, smoothing, order, effectiveOrder);
  }

  /** The same with effective order, as texts by themselves are scored. */
  public Bleu withEffectiveOrder() {
    return new Bleu(tokenizer, lowercase, smoothing, order, true);
  }

  @Override
  public String name() {
    return "bleu";
  }

  @Override
  public double[] statistics(String hypothesis, List<String> references) {
    BleuTokenizer cutter = cutter(references);
    List<List<String>> wanted =
        References.tokens(references, cutter.label(), text -> cutter.tokens(cased(text)));
    return statistics(cutter.tokens(cased(hypothesis)), wanted);
  }

  /** As {@link #statistics(String, List)}, of texts that were cut into tokens. */
  double[] statistics(List<String> hypothesis, List<List<String>> references) {
    double[] statistics = new double[2 + 2 * order];
    statistics[0] = hypothesis.size();
    statistics[1] = closest(hypothesis.size(), references);
    for (int n = 1; n <= order; n++) {
      Map<List<String>, Integer> most = new HashMap<>();
      for (List<String> reference : references) {
        NGrams.count(reference, n).forEach((gram, count) -> most.merge(gram, count, Math::max));
      }
      Map<List<String>, Integer> grams = NGrams.count(hypothesis, n);
      statistics[1 + n] = NGrams.shared(grams, most);
      statistics[1 + order + n] = NGrams.total(grams);
    }
    return statistics;
  }

  private BleuTokenizer cutter(List<String> references) {
    return tokenizer.orElseGet(() -> BleuTokenizer.of(references));
  }

  String cased(String text) {
    return lowercase ? text.toLowerCase(Locale.ROOT) : text;
  }

  /** The shorter of two that are equally close. */
  private static int closest(int length, List<List<String>> references) {
    int closest = references.get(0).size();
    for (List<String> reference : references) {
      int difference = Math.abs(reference.size() - length) - Math.abs(closest - length);
      if (difference < 0 || difference == 0 && reference.size() < closest) {
        closest = reference.size();
      }
    }
    return closest;
  }

  @Override
  public double score(double[] sums) {
    double[] precisions = precisions(sums);
    int orders = order;
    if (effectiveOrder) {
      orders = 1;
      while (orders < order && total(sums, orders + 1) > 0) {
        orders++;
      }
    }
    double logs = 0;
    for (int n = 0; n < orders; n++) {
      if (precisions[n] == 0) {
        return 0;
      }
      logs += Math.log(precisions[n]);
    }
    return brevityPenalty(sums) * Math.exp(logs / orders);
  }

  /** The smoothed precision of each order, 0 to 100; all are 0 where nothing matches at all. */
  public double[] precisions(double[] sums) {
    double[] precisions = new double[order];
    if (Arrays.stream(sums, 2, 2 + order).allMatch(count -> count == 0)) {
      return precisions;
    }
    double halved = 1;
    for (int n = 1; n <= order && total(sums, n) > 0; n++) {
      double added = smoothing.method == Smoothing.Method.ADD_K && n > 1 ? smoothing.value : 0;
      double correct = sums[1 + n] + added;
      if (correct == 0) {
        halved *= 2;
        correct =
            switch (smoothing.method) {
              case EXP -> 1 / halved;
              case FLOOR -> smoothing.value;
              case NONE, ADD_K -> 0;
            };
      }
      precisions[n - 1] = 100 * correct / total(sums, n);
    }
    return precisions;
  }

  /** How many n-grams there are, with what smoothing adds. */
  private double total(double[] sums, int n) {
    double added = smoothing.method == Smoothing.Method.ADD_K && n > 1 ? smoothing.value : 0;
    return sums[1 + order + n] + added;
  }

  /** What a corpus that is shorter than its references is multiplied by. */
  public static double brevityPenalty(double[] sums) {
    if (sums[0] >= sums[1]) {
      return 1;
    }
    return sums[0] > 0 ? Math.exp(1 - sums[1] / sums[0]) : 0;
  }

  @Override
  public double value(String hypothesis, List<String> references) {
    return withEffectiveOrder().score(statistics(hypothesis, references));
  }

  @Override
  public String tokenizer(List<String> references) {
    return cutter(references).label();
  }

  @Override
  public String signature(String references, Set<String> tokenizers) {
    return "nrefs:"
        + references
        + (lowercase ? "|case:lc" : "|case:mixed")
        + (effectiveOrder ? "|eff:yes" : "|eff:no")
        + "|tok:"
        + Metric.joined(tokenizers)
        + "|smooth:"
        + smoothing.label()
        + "|version:"
        + SACREBLEU;
  }

  /** The version of sacreBLEU whose results are computed here. */
  static final String SACREBLEU = "2.6.0+tune4j";
}
