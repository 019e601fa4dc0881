package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.tune4j.engine.data.RatedDocument;
import org.tune4j.engine.data.Rating;
import org.tune4j.rlhf.preference.AnswerLesson;
import org.tune4j.rlhf.preference.CpoConfig;
import org.tune4j.rlhf.preference.CpoLoss;
import org.tune4j.rlhf.preference.DpoConfig;
import org.tune4j.rlhf.preference.DpoLoss;
import org.tune4j.rlhf.preference.DpoLossType;
import org.tune4j.rlhf.preference.FDivergence;
import org.tune4j.rlhf.preference.KtoConfig;
import org.tune4j.rlhf.preference.KtoLoss;
import org.tune4j.rlhf.preference.OrpoLoss;
import org.tune4j.rlhf.preference.PreferenceLoss;

/**
 * Checks {@code goldens/rl/dpo}, {@code kto} and {@code orpo_simpo}: losses of fixed
 * log-probabilities, and their gradients.
 */
final class PreferenceLossConformance {
  private final RlCase golden;

  PreferenceLossConformance(RlCase golden) {
    this.golden = golden;
  }

  private Golden tensors() {
    return Golden.open(golden.folder().resolve("tensors.safetensors"));
  }

  /** Chosen answers first, as many rejected ones behind them. */
  private static List<RatedDocument> pairs(int pairs) {
    return IntStream.range(0, 2 * pairs)
        .mapToObj(
            d ->
                d < pairs
                    ? new RatedDocument(Rating.CHOSEN, d + pairs)
                    : new RatedDocument(Rating.REJECTED, d - pairs))
        .toList();
  }

  private void value(String check, double found, double wanted) {
    golden.within(check, difference(found, wanted), golden.tolerance("loss_abs"));
  }

  /** Of numbers above 1 in proportion: the peer's fp32 has no more digits of them. */
  private static double difference(double found, double wanted) {
    return Math.abs(found - wanted) / Math.max(1, Math.abs(wanted));
  }

  void dpo() {
    int pairs = golden.count("pairs");
    try (Golden tensors = tensors()) {
      for (DpoLossType type : DpoLossType.values()) {
        boolean smooths =
            type == DpoLossType.EXO_PAIR
                || type == DpoLossType.ROBUST
                || type == DpoLossType.AOT
                || type == DpoLossType.AOT_UNPAIRED;
        dpo(
            tensors,
            pairs,
            type.key(),
            each ->
                each.lossType(type)
                    .labelSmoothing(smooths ? golden.setting("label_smoothing") : 0));
      }
      dpo(
          tensors,
          pairs,
          "sigmoid_plus_sft",
          each -> each.lossType(DpoLossType.SIGMOID, DpoLossType.SFT).lossWeights(mixed()));
      for (FDivergence divergence : FDivergence.values()) {
        String name = divergence.name().toLowerCase(Locale.ROOT);
        if (divergence != FDivergence.REVERSE_KL) {
          dpo(
              tensors,
              pairs,
              "sigmoid_" + name,
              each ->
                  each.fDivergenceType(divergence).fAlphaDivergenceCoef(golden.setting("f_alpha")));
        }
      }
      dpo(tensors, pairs, "sigmoid_ld_alpha", each -> each.ldAlpha(0.5));
      dpo(
          tensors,
          pairs,
          "cdpo_reference_implementation",
          each -> each.labelSmoothing(golden.setting("label_smoothing")));
    }
  }

  /** The second weight follows from the values, which the case has apart. */
  private List<Double> mixed() {
    JsonNode values = golden.json().get("values");
    double both = values.get("sigmoid_plus_sft").get("loss").asDouble();
    double sigmoid = values.get("sigmoid").get("loss").asDouble();
    double sft = values.get("sft").get("loss").asDouble();
    return List.of(1.0, Math.rint((both - sigmoid) / sft * 100) / 100);
  }

  private void dpo(Golden tensors, int pairs, String name, UnaryOperator<DpoConfig.Builder> how) {
    DpoLoss loss =
        new DpoLoss(
            how.apply(
                    DpoConfig.builder()
                        .beta(golden.setting("beta"))
                        .discopopTau(golden.setting("discopop_tau")))
                .build());
    int[][] places = places(tensors);
    double[] policy =
        summingTo("policy", pick(tensors.floats("per_token_logps"), places), places, pairs);
    double[] reference =
        summingTo("ref", pick(tensors.floats("ref_per_token_logps"), places), places, pairs);
    Checked checked = new Checked(loss, pairs(pairs), places, policy, reference, 0, pairs);
    JsonNode wanted = golden.json().get("values").get(name);
    value(name, checked.mean(), wanted.get("loss").asDouble());
    checked.gradient(tensors, name);
    if (wanted.has("rewards/chosen")) {
      double[] rewards = checked.lesson.graded().rewards();
      value(
          name + "/rewards/chosen",
          mean(rewards, 0, pairs),
          wanted.get("rewards/chosen").asDouble());
      value(
          name + "/rewards/rejected",
          mean(rewards, pairs, 2 * pairs),
          wanted.get("rewards/rejected").asDouble());
    }
  }

  /**
   * The same so that answers have the sums that the peer rounded to fp32: what is checked is the
   * loss, which multiplies their last digit.
   */
  private double[] summingTo(String model, double[] ofTokens, int[][] places, int pairs) {
    JsonNode sums = golden.json().get("sums");
    int first = 0;
    for (int d = 0; d < places.length; d++) {
      String side = model + (d < pairs ? "_chosen" : "_rejected");
      int end = first + places[d].length;
      double sum = Arrays.stream(ofTokens, first, end).sum();
      ofTokens[first] += sums.get(side).get(d % pairs).asDouble() - sum;
      first = end;
    }
    return ofTokens;
  }

  private static double mean(double[] values, int from, int to) {
    return Arrays.stream(values, from, to).average().orElse(Double.NaN);
  }

  /** Of each row, which of its scored tokens are of the answer. */
  private static int[][] places(Golden tensors) {
    long[] mask = tensors.longs("completion_mask");
    int width = (int) tensors.shape("completion_mask")[1];
    return IntStream.range(0, mask.length / width)
        .mapToObj(
            row ->
                IntStream.range(0, width - 1)
                    .filter(t -> mask[row * width + t + 1] != 0)
                    .map(t -> row * (width - 1) + t)
                    .toArray())
        .toArray(int[][]::new);
  }

  private static double[] pick(float[] all, int[][] places) {
    return Arrays.stream(places).flatMapToInt(Arrays::stream).mapToDouble(i -> all[i]).toArray();
  }

  /** A loss of fixed numbers. */
  private final class Checked {
    private final PreferenceLoss loss;
    private final int[][] places;
    private final int count;
    private final double nllShare;
    private final AnswerLesson lesson;

    Checked(
        PreferenceLoss loss,
        List<RatedDocument> rated,
        int[][] places,
        double[] policy,
        double[] reference,
        double kl,
        int count) {
      this.loss = loss;
      this.places = places;
      this.count = count;
      int[] lengths = Arrays.stream(places).mapToInt(row -> row.length).toArray();
      int chosen =
          IntStream.range(0, lengths.length)
              .filter(d -> rated.get(d).rating() == Rating.CHOSEN)
              .map(d -> lengths[d])
              .sum();
      this.nllShare = loss.nllWeight() * count / Math.max(1, chosen);
      this.lesson = AnswerLesson.of(loss, rated, lengths, policy, reference, kl, nllShare);
    }

    double mean() {
      return (DoubleStream.of(lesson.graded().losses()).sum() + nllShare * lesson.nll()) / count;
    }

    void gradient(Golden tensors, String name) {
      float[] wanted = tensors.floats("grad/" + name);
      double worst = 0;
      int token = 0;
      // The peer sums places that no answer has as well, where all log-probabilities are 0.
      for (int[] row : places) {
        for (int place : row) {
          double difference = difference(lesson.byToken()[token++] / count, wanted[place]);
          worst = difference <= worst ? worst : difference;
        }
      }
      golden.within("grad/" + name, worst, golden.tolerance("grad_abs"));
    }
  }

  void kto() {
    try (Golden tensors = tensors()) {
      double policy = sum(tensors.floats("kl_policy_sum_logps"));
      double reference = sum(tensors.floats("kl_ref_sum_logps"));
      int rows = golden.count("rows");
      double kl = (policy - reference) / rows;
      long[] labels = tensors.longs("label");
      long[] all = new long[rows];
      kto(tensors, "kto", labels, kl, KtoConfig.Type.KTO);
      kto(tensors, "kto_negative_kl_is_clamped", labels, -kl - 1, KtoConfig.Type.KTO);
      kto(tensors, "kto_only_undesirable", all, kl, KtoConfig.Type.KTO);
      long[] good = all.clone();
      Arrays.fill(good, 1);
      kto(tensors, "kto_only_desirable", good, kl, KtoConfig.Type.KTO);
      kto(tensors, "apo_zero_unpaired", labels, kl, KtoConfig.Type.APO_ZERO_UNPAIRED);
    }
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  /** The reference's numbers are sums: its first token has all of it. */
  private void kto(Golden tensors, String name, long[] labels, double kl, KtoConfig.Type type) {
    KtoConfig config =
        new KtoConfig(
            type,
            golden.setting("beta"),
            golden.setting("desirable_weight"),
            golden.setting("undesirable_weight"));
    int[][] places = places(tensors);
    float[] sums = tensors.floats("ref_sum_logps");
    double[] policy = pick(tensors.floats("per_token_logps"), places);
    double[] reference = new double[policy.length];
    List<RatedDocument> rated = new ArrayList<>();
    int token = 0;
    for (int d = 0; d < labels.length; d++) {
      rated.add(new RatedDocument(labels[d] != 0 ? Rating.CHOSEN : Rating.REJECTED, -1));
      reference[token] = sums[d];
      token += places[d].length;
    }
    Checked checked =
        new Checked(new KtoLoss(config), rated, places, policy, reference, kl, labels.length);
    value(name, checked.mean(), golden.json().get("values").get(name).get("loss").asDouble());
    checked.gradient(tensors, name);
  }

  void withoutReference() {
    JsonNode h = golden.json().get("hyperparameters");
    reward("orpo", new OrpoLoss(h.get("orpo").get("beta").asDouble()));
    JsonNode simpo = h.get("simpo");
    Map<String, CpoConfig.Type> types =
        Map.of(
            "simpo", CpoConfig.Type.SIMPO,
            "sigmoid", CpoConfig.Type.SIGMOID,
            "hinge", CpoConfig.Type.HINGE,
            "ipo", CpoConfig.Type.IPO);
    golden
        .json()
        .get("values")
        .properties()
        .forEach(
            each -> {
              JsonNode settings = each.getValue().get("settings");
              if (settings != null) {
                reward(
                    each.getKey(),
                    new CpoLoss(
                        new CpoConfig(
                            simpo.get("beta").asDouble(),
                            types.get(settings.get("loss_type").asText()),
                            settings.get("label_smoothing").asDouble(),
                            settings.get("cpo_alpha").asDouble(),
                            simpo.get("gamma").asDouble(),
                            settings.get("alpha").asDouble())));
              }
            });
  }

  /** Answers of one token each have the mean log-probabilities that the case gives. */
  private void reward(String name, PreferenceLoss loss) {
    try (Golden tensors = tensors()) {
      float[] chosen = tensors.floats("chosen_mean_logps");
      float[] rejected = tensors.floats("rejected_mean_logps");
      int pairs = chosen.length;
      double[] all = new double[2 * pairs];
      int[] lengths = new int[2 * pairs];
      Arrays.fill(lengths, 1);
      for (int p = 0; p < pairs; p++) {
        all[p] = chosen[p];
        all[pairs + p] = rejected[p];
      }
      AnswerLesson lesson =
          AnswerLesson.of(loss, pairs(pairs), lengths, all, new double[2 * pairs], 0, 0);
      JsonNode wanted = golden.json().get("values").get(name);
      double nll = loss.nllWeight() * golden.json().get("nll").asDouble();
      value(
          name,
          nll + DoubleStream.of(lesson.graded().losses()).average().orElse(Double.NaN),
          wanted.get("total").asDouble());
      side(tensors, name + "/chosen", lesson, 0, pairs);
      side(tensors, name + "/rejected", lesson, pairs, pairs);
    }
  }

  private void side(Golden tensors, String name, AnswerLesson lesson, int from, int pairs) {
    float[] wanted = tensors.floats("grad/" + name);
    double worst = 0;
    for (int p = 0; p < pairs; p++) {
      double difference = difference(lesson.byToken()[from + p] / pairs, wanted[p]);
      worst = difference <= worst ? worst : difference;
    }
    golden.within("grad/" + name, worst, golden.tolerance("grad_abs"));
  }
}
