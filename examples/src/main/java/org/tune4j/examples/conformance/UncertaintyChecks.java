package org.tune4j.examples.conformance;

import static org.tune4j.examples.conformance.EvalGolden.doubles;
import static org.tune4j.examples.conformance.EvalGolden.ints;
import static org.tune4j.examples.conformance.EvalGolden.list;
import static org.tune4j.examples.conformance.EvalGolden.rows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.tune4j.eval.label.ProbabilityScores;
import org.tune4j.eval.uncertainty.ConformalPredictor;
import org.tune4j.eval.uncertainty.ConformalPredictor.Coverage;
import org.tune4j.eval.uncertainty.ConformalScore;
import org.tune4j.eval.uncertainty.Distributions;
import org.tune4j.eval.uncertainty.EnsembleUncertainty;
import org.tune4j.eval.uncertainty.ReliabilityDiagram;
import org.tune4j.eval.uncertainty.TemperatureScaling;

/** Checks calibration, the doubt of ensembles and conformal sets against their formulas. */
final class UncertaintyChecks {
  private UncertaintyChecks() {}

  static void calibration(EvalGolden golden) {
    JsonNode json = golden.json();
    TemperatureScaling fitted =
        TemperatureScaling.fit(rows(json.get("logits")), ints(json.get("labels")));
    golden.relative(
        "temperature",
        fitted.temperature(),
        json.get("after").get("temperature"),
        "temperature_rel");
    scaled(golden, "before", new TemperatureScaling(1));
    scaled(golden, "after", fitted);
    JsonNode edges = json.get("bin_edges_case");
    ReliabilityDiagram diagram = new ReliabilityDiagram(edges.get("bins").asInt());
    for (int i = 0; i < edges.get("confidence").size(); i++) {
      diagram.add(
          edges.get("confidence").get(i).asDouble(), edges.get("correct").get(i).asInt() == 1);
    }
    golden.near("bin_edges_case ece", diagram.ece(), edges.get("ece"));
    bins(golden, "bin_edges_case rows", diagram, edges.get("rows"));
  }

  private static void scaled(EvalGolden golden, String name, TemperatureScaling scaling) {
    JsonNode json = golden.json();
    double[][] logits = rows(json.get("logits"));
    int[] gold = ints(json.get("labels"));
    JsonNode wanted = json.get(name);
    ReliabilityDiagram diagram =
        new ReliabilityDiagram(json.get("hyperparameters").get("bins").asInt());
    ProbabilityScores scores = new ProbabilityScores(logits[0].length);
    for (int row = 0; row < gold.length; row++) {
      double[] probabilities = scaling.probabilities(logits[row]);
      diagram.add(gold[row], probabilities);
      scores.add(gold[row], probabilities);
    }
    golden.near(name + " nll", scaling.nll(logits, gold), wanted.get("nll"));
    golden.near(name + " ece", diagram.ece(), wanted.get("ece"));
    golden.near(name + " mce", diagram.mce(), wanted.get("mce"));
    golden.near(
        name + " brier_sum_over_classes", scores.brier(), wanted.get("brier_sum_over_classes"));
    if (wanted.has("bins")) {
      golden.near(name + " accuracy", scores.topAccuracy(1), wanted.get("accuracy"));
      bins(golden, name + " bins", diagram, wanted.get("bins"));
    }
  }

  private static void bins(
      EvalGolden golden, String check, ReliabilityDiagram diagram, JsonNode wanted) {
    List<ReliabilityDiagram.Bin> bins = diagram.bins();
    golden.same(check + ": count", bins.size(), wanted.size());
    for (int i = 0; i < Math.min(bins.size(), wanted.size()); i++) {
      golden.near(check + " upper", bins.get(i).upper(), wanted.get(i).get("upper"));
      golden.near(check + " count", bins.get(i).count(), wanted.get(i).get("count"));
      golden.near(check + " accuracy", bins.get(i).accuracy(), wanted.get(i).get("accuracy"));
      golden.near(check + " confidence", bins.get(i).confidence(), wanted.get(i).get("confidence"));
    }
  }

  static void uncertainty(EvalGolden golden) {
    JsonNode json = golden.json();
    List<double[][]> members = list(json.get("logits")).stream().map(EvalGolden::rows).toList();
    List<EnsembleUncertainty> found =
        IntStream.range(0, members.get(0).length)
            .mapToObj(
                row ->
                    EnsembleUncertainty.of(
                        members.stream()
                            .map(member -> Distributions.softmax(member[row], 1))
                            .toArray(double[][]::new)))
            .toList();
    for (int row = 0; row < found.size(); row++) {
      golden.near(
          "mean_probability",
          found.get(row).meanProbability(),
          json.get("mean_probability").get(row));
    }
    part(golden, "predictive_entropy", found, EnsembleUncertainty::predictiveEntropy);
    part(golden, "expected_entropy", found, EnsembleUncertainty::expectedEntropy);
    part(golden, "mutual_information", found, EnsembleUncertainty::mutualInformation);
    part(golden, "normalized_entropy", found, EnsembleUncertainty::normalizedEntropy);
    part(golden, "variation_ratio", found, EnsembleUncertainty::variationRatio);
    part(golden, "max_probability", found, EnsembleUncertainty::maxProbability);
    part(golden, "margin", found, EnsembleUncertainty::margin);
    part(golden, "probability_variance", found, EnsembleUncertainty::probabilityVariance);
  }

  private static void part(
      EvalGolden golden,
      String name,
      List<EnsembleUncertainty> found,
      ToDoubleFunction<EnsembleUncertainty> part) {
    golden.near(name, found.stream().mapToDouble(part).toArray(), golden.json().get(name));
  }

  static void conformal(EvalGolden golden) {
    golden
        .json()
        .get("result")
        .fields()
        .forEachRemaining(
            each -> {
              double alpha = Double.parseDouble(each.getKey());
              int n = golden.json().get("calibration_labels").size();
              golden.near(
                  "alpha " + each.getKey() + " rank",
                  ConformalPredictor.rank(n, alpha),
                  each.getValue().get("rank"));
              for (ConformalScore score : ConformalScore.values()) {
                sets(golden, each.getKey(), score, each.getValue());
              }
            });
  }

  private static void sets(EvalGolden golden, String alpha, ConformalScore score, JsonNode result) {
    String name = score.name().toLowerCase(Locale.ROOT);
    String check = "alpha " + alpha + " " + name + " ";
    JsonNode wanted = result.get(name);
    ConformalPredictor predictor =
        ConformalPredictor.calibrate(
            score,
            probabilities(golden, "calibration_logits"),
            ints(golden.json().get("calibration_labels")),
            Double.parseDouble(alpha));
    double[][] test = probabilities(golden, "test_logits");
    golden.near(check + "threshold", predictor.threshold(), wanted.get("threshold"));
    for (int row = 0; row < test.length; row++) {
      int[] set = predictor.set(test[row]);
      double[] labels = doubles(wanted.get("sets").get(row));
      golden.same(
          check + "sets",
          Arrays.stream(set).boxed().toList(),
          Arrays.stream(labels).mapToObj(label -> (int) label).toList());
    }
    Coverage coverage = predictor.coverage(test, ints(golden.json().get("test_labels")));
    golden.near(check + "coverage", coverage.share(), wanted.get("coverage"));
    golden.near(check + "mean_size", coverage.meanSize(), wanted.get("mean_size"));
  }

  private static double[][] probabilities(EvalGolden golden, String key) {
    return Arrays.stream(rows(golden.json().get(key)))
        .map(logits -> Distributions.softmax(logits, 1))
        .toArray(double[][]::new);
  }
}
