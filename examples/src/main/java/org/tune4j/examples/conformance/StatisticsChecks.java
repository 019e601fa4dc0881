package org.tune4j.examples.conformance;

import static org.apache.commons.statistics.inference.AlternativeHypothesis.GREATER_THAN;
import static org.apache.commons.statistics.inference.AlternativeHypothesis.LESS_THAN;
import static org.apache.commons.statistics.inference.AlternativeHypothesis.TWO_SIDED;
import static org.tune4j.examples.conformance.EvalGolden.doubles;
import static org.tune4j.examples.conformance.EvalGolden.ints;
import static org.tune4j.examples.conformance.EvalGolden.list;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.tune4j.eval.stats.Bootstrap;
import org.tune4j.eval.stats.Correlation;
import org.tune4j.eval.stats.Interval;
import org.tune4j.eval.stats.McNemar;
import org.tune4j.eval.stats.MultipleTesting;
import org.tune4j.eval.stats.PairedTests;
import org.tune4j.eval.stats.PairedTests.Zeros;
import org.tune4j.eval.stats.Proportion;
import org.tune4j.eval.stats.Resampling;
import org.tune4j.eval.stats.RowStatistics;
import org.tune4j.eval.stats.TestResult;
import org.tune4j.eval.stats.TwoProportions;
import org.tune4j.eval.stats.TwoSampleTests;

/** Checks intervals and tests against scipy and statsmodels. */
final class StatisticsChecks {
  /** The level of every interval in the file. */
  private static final double LEVEL = 0.95;

  private final EvalGolden golden;

  private StatisticsChecks(EvalGolden golden) {
    this.golden = golden;
  }

  static void check(EvalGolden golden) {
    StatisticsChecks checks = new StatisticsChecks(golden);
    JsonNode json = golden.json();
    checks.bootstrap(json.get("bootstrap"));
    checks.paired(json.get("paired"));
    list(json.get("mcnemar")).forEach(checks::mcNemar);
    list(json.get("two_proportions")).forEach(checks::proportions);
    checks.multiple(json.get("multiple_testing"));
  }

  private void bootstrap(JsonNode part) {
    RowStatistics a = RowStatistics.mean(doubles(part.get("a")));
    RowStatistics b = RowStatistics.mean(doubles(part.get("b")));
    Resampling given = resampling(part.get("indices").asText(), a.rows());
    Bootstrap mean = Bootstrap.of(a, given);
    golden.near("bootstrap mean", mean.value(), part.get("mean"));
    golden.near("bootstrap standard_error", mean.standardError(), part.get("standard_error"));
    interval("bootstrap percentile", mean.percentile(LEVEL), part.get("percentile"));
    interval("bootstrap basic", mean.basic(LEVEL), part.get("basic"));
    interval("bootstrap bca", mean.bca(LEVEL), part.get("bca"));
    golden.near("bootstrap bca_z0", mean.bias(), part.get("bca_z0"));
    golden.near("bootstrap bca_acceleration", mean.acceleration(), part.get("bca_acceleration"));
    JsonNode paired = part.get("paired_difference_b_minus_a");
    Bootstrap difference = Bootstrap.of(b.minus(a), given);
    golden.near("paired bootstrap mean", difference.value(), paired.get("mean"));
    interval("paired bootstrap percentile", difference.percentile(LEVEL), paired.get("percentile"));
    golden.near(
        "paired bootstrap share_at_or_below_zero",
        difference.shareAtOrBelowZero(),
        paired.get("share_at_or_below_zero"));
  }

  /** The text begins with the name of a file of one tensor {@code [resamples, rows]}. */
  private Resampling resampling(String text, int rows) {
    try (Golden file = Golden.open(golden.file().resolveSibling(text.split(" ")[0]))) {
      int[] flat =
          Arrays.stream(file.longs(file.names().iterator().next()))
              .mapToInt(Math::toIntExact)
              .toArray();
      int[][] indices = new int[flat.length / rows][];
      for (int resample = 0; resample < indices.length; resample++) {
        indices[resample] = Arrays.copyOfRange(flat, resample * rows, (resample + 1) * rows);
      }
      return Resampling.given(indices);
    }
  }

  private void interval(String check, Interval found, JsonNode wanted) {
    golden.near(check, new double[] {found.low(), found.high()}, wanted);
  }

  private void test(String check, TestResult found, JsonNode wanted) {
    if (wanted.isNull()) {
      golden.same(check + ": undefined", Double.isNaN(found.p()), true);
    } else {
      golden.near(check + " statistic", found.statistic(), wanted.get("statistic"));
      golden.relative(check + " p", found.p(), wanted.get("p"), "p_rel");
    }
  }

  private void paired(JsonNode part) {
    double[] x = doubles(part.get("x"));
    double[] y = doubles(part.get("y"));
    PairedTests pairs = new PairedTests(x, y);
    test("paired t", pairs.t(TWO_SIDED), part.get("t"));
    golden.relative(
        "paired t_one_sided_less", pairs.t(LESS_THAN).p(), part.get("t_one_sided_less"), "p_rel");
    golden.near("cohen_d_paired", pairs.cohenD(), part.get("cohen_d_paired"));
    JsonNode wilcoxon = part.get("wilcoxon");
    test("wilcoxon auto", pairs.wilcoxon(TWO_SIDED), wilcoxon.get("auto"));
    test(
        "wilcoxon wilcox_asymptotic",
        pairs.wilcoxonNormal(TWO_SIDED, Zeros.LEFT_OUT, false),
        wilcoxon.get("wilcox_asymptotic"));
    test(
        "wilcoxon wilcox_asymptotic_corrected",
        pairs.wilcoxonNormal(TWO_SIDED, Zeros.LEFT_OUT, true),
        wilcoxon.get("wilcox_asymptotic_corrected"));
    test(
        "wilcoxon pratt_asymptotic",
        pairs.wilcoxonNormal(TWO_SIDED, Zeros.RANKED, false),
        wilcoxon.get("pratt_asymptotic"));
    test("wilcoxon greater", pairs.wilcoxon(GREATER_THAN), wilcoxon.get("greater"));
    JsonNode exact = part.get("wilcoxon_exact_no_ties");
    PairedTests some = new PairedTests(of(x, exact.get("rows")), of(y, exact.get("rows")));
    test("wilcoxon exact", some.wilcoxonExact(TWO_SIDED), exact);
    TwoSampleTests samples = new TwoSampleTests(x, y);
    test("welch_t", samples.welch(TWO_SIDED), part.get("welch_t"));
    test("mann_whitney", samples.mannWhitney(TWO_SIDED), part.get("mann_whitney"));
    golden.near("pearson", Correlation.pearson(x, y), part.get("pearson"));
    golden.near("spearman", Correlation.spearman(x, y), part.get("spearman"));
    golden.near("kendall_tau_b", Correlation.kendall(x, y), part.get("kendall_tau_b"));
  }

  private static double[] of(double[] values, JsonNode rows) {
    return Arrays.stream(ints(rows)).mapToDouble(row -> values[row]).toArray();
  }

  private void mcNemar(JsonNode part) {
    JsonNode table = part.get("table");
    McNemar test = new McNemar(table.get(0).get(1).asInt(), table.get(1).get(0).asInt());
    test("mcnemar exact", test.exact(), part.get("exact"));
    test("mcnemar chi2_corrected", test.chiSquare(true), part.get("chi2_corrected"));
    test("mcnemar chi2_plain", test.chiSquare(false), part.get("chi2_plain"));
  }

  private void proportions(JsonNode part) {
    TwoProportions two =
        new TwoProportions(
            new Proportion(part.get("successes_1").asInt(), part.get("n_1").asInt()),
            new Proportion(part.get("successes_2").asInt(), part.get("n_2").asInt()));
    golden.near("two_proportions z_pooled", two.z(TWO_SIDED).statistic(), part.get("z_pooled"));
    golden.relative("two_proportions p", two.z(TWO_SIDED).p(), part.get("p"), "p_rel");
    golden.relative(
        "two_proportions p_one_sided_2_larger",
        two.z(LESS_THAN).p(),
        part.get("p_one_sided_2_larger"),
        "p_rel");
    golden.near(
        "two_proportions difference_2_minus_1", two.difference(), part.get("difference_2_minus_1"));
    interval("two_proportions ci95_wald", two.wald(LEVEL), part.get("ci95_wald"));
    interval("two_proportions ci95_newcombe", two.newcombe(LEVEL), part.get("ci95_newcombe"));
    interval("two_proportions wilson_1", two.first().wilson(LEVEL), part.get("wilson_1"));
    interval(
        "two_proportions clopper_pearson_1",
        two.first().clopperPearson(LEVEL),
        part.get("clopper_pearson_1"));
    golden.relative(
        "two_proportions fisher_exact_p", two.fisher().p(), part.get("fisher_exact_p"), "p_rel");
  }

  private void multiple(JsonNode part) {
    double[] p = doubles(part.get("p"));
    golden.near("bonferroni", MultipleTesting.bonferroni(p), part.get("bonferroni"));
    golden.near("holm", MultipleTesting.holm(p), part.get("holm"));
    golden.near("fdr_bh", MultipleTesting.benjaminiHochberg(p), part.get("fdr_bh"));
  }
}
