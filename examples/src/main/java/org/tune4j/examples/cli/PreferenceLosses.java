package org.tune4j.examples.cli;

import static org.tune4j.examples.cli.PreferenceSettings.ALPHA;
import static org.tune4j.examples.cli.PreferenceSettings.ALPHA_DIVERGENCE;
import static org.tune4j.examples.cli.PreferenceSettings.BETA;
import static org.tune4j.examples.cli.PreferenceSettings.CPO_ALPHA;
import static org.tune4j.examples.cli.PreferenceSettings.DESIRABLE;
import static org.tune4j.examples.cli.PreferenceSettings.DIVERGENCE;
import static org.tune4j.examples.cli.PreferenceSettings.FREE;
import static org.tune4j.examples.cli.PreferenceSettings.GAMMA;
import static org.tune4j.examples.cli.PreferenceSettings.LD_ALPHA;
import static org.tune4j.examples.cli.PreferenceSettings.LOSS;
import static org.tune4j.examples.cli.PreferenceSettings.SMOOTHING;
import static org.tune4j.examples.cli.PreferenceSettings.TAU;
import static org.tune4j.examples.cli.PreferenceSettings.UNDESIRABLE;
import static org.tune4j.examples.cli.PreferenceSettings.WEIGHTS;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
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

/** The losses of judged answers by their names, and what is set of each. */
final class PreferenceLosses {
  private static final Set<String> OF_DPO =
      Set.of(WEIGHTS, DIVERGENCE, ALPHA_DIVERGENCE, TAU, LD_ALPHA, FREE);
  private static final Set<String> OF_KTO = Set.of(DESIRABLE, UNDESIRABLE);
  private static final Set<String> OF_CPO = Set.of(CPO_ALPHA, GAMMA, ALPHA);
  private static final String SIMPO = "simpo";
  private static final Map<String, CpoConfig.Type> CPO =
      Map.of(
          "cpo",
          CpoConfig.Type.SIGMOID,
          "cpo_hinge",
          CpoConfig.Type.HINGE,
          "cpo_ipo",
          CpoConfig.Type.IPO,
          SIMPO,
          CpoConfig.Type.SIMPO);

  private static final Map<String, KtoConfig.Type> KTO =
      Map.of(
          "kto", KtoConfig.Type.KTO,
          "apo_zero_unpaired", KtoConfig.Type.APO_ZERO_UNPAIRED);

  private PreferenceLosses() {}

  /**
   * The loss of these names.
   *
   * @throws ConfigException if there is none, or settings are not of it
   */
  static PreferenceLoss of(Settings settings, List<String> names) {
    String first = names.get(0);
    if (names.size() == 1 && KTO.containsKey(first)) {
      refuse(settings, OF_DPO, names);
      refuse(settings, OF_CPO, names);
      refuse(settings, Set.of(SMOOTHING), names);
      return new KtoLoss(
          new KtoConfig(
              KTO.get(first),
              number(settings, BETA, 0.1),
              number(settings, DESIRABLE, 1),
              number(settings, UNDESIRABLE, 1)));
    }
    refuse(settings, OF_KTO, names);
    if (names.equals(List.of("orpo"))) {
      refuse(settings, OF_DPO, names);
      refuse(settings, OF_CPO, names);
      refuse(settings, Set.of(SMOOTHING), names);
      return new OrpoLoss(number(settings, BETA, 0.1));
    }
    if (names.size() == 1 && CPO.containsKey(first)) {
      refuse(settings, OF_DPO, names);
      if (!first.equals(SIMPO)) {
        refuse(settings, Set.of(GAMMA), names);
      }
      Double[] alpha = {null};
      settings.number(CPO_ALPHA, value -> alpha[0] = value);
      return new CpoLoss(
          new CpoConfig(
              number(settings, BETA, first.equals(SIMPO) ? 2 : 0.1),
              CPO.get(first),
              number(settings, SMOOTHING, 0),
              alpha[0],
              number(settings, GAMMA, 0.5),
              number(settings, ALPHA, 0)));
    }
    refuse(settings, OF_CPO, names);
    return new DpoLoss(dpo(settings, names));
  }

  private static DpoConfig dpo(Settings settings, List<String> names) {
    DpoConfig.Builder dpo =
        DpoConfig.builder()
            .lossType(names.stream().map(PreferenceLosses::dpoType).toArray(DpoLossType[]::new))
            .referenceFree(settings.flag(FREE));
    settings.number(BETA, dpo::beta);
    settings.number(SMOOTHING, dpo::labelSmoothing);
    settings.choice(DIVERGENCE, FDivergence.class, dpo::fDivergenceType);
    settings.number(ALPHA_DIVERGENCE, dpo::fAlphaDivergenceCoef);
    settings.number(TAU, dpo::discopopTau);
    settings.number(LD_ALPHA, dpo::ldAlpha);
    settings.list(
        WEIGHTS, texts -> dpo.lossWeights(texts.stream().map(PreferenceLosses::weight).toList()));
    DpoConfig config = dpo.build();
    if (config.isSftAlone()) {
      refuse(settings, Set.of(BETA), names);
    }
    if (config.fDivergenceType() != FDivergence.ALPHA_DIVERGENCE) {
      requireAbsent(settings, ALPHA_DIVERGENCE, "needs f_divergence_type alpha_divergence");
    }
    if (!config.lossType().contains(DpoLossType.DISCOPOP)) {
      requireAbsent(settings, TAU, "needs loss_type discopop");
    }
    return config;
  }

  private static double weight(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new ConfigException(WEIGHTS + ": wanted numbers, found " + text);
    }
  }

  private static DpoLossType dpoType(String name) {
    return Arrays.stream(DpoLossType.values())
        .filter(type -> type.key().equals(name))
        .findFirst()
        .orElseThrow(
            () -> {
              List<String> known =
                  Stream.of(
                          Arrays.stream(DpoLossType.values()).map(DpoLossType::key),
                          KTO.keySet().stream().sorted(),
                          Stream.of("orpo"),
                          CPO.keySet().stream().sorted())
                      .flatMap(each -> each)
                      .toList();
              String why =
                  known.contains(name)
                      ? "stands alone, and is not added to others"
                      : "is none; the nearest is " + NearestName.of(name, known);
              return new ConfigException(
                  "%s: %s %s. All of them: %s"
                      .formatted(LOSS, name, why, String.join(", ", known)));
            });
  }

  private static void refuse(Settings settings, Set<String> others, List<String> names) {
    refuse(settings, others, LOSS + " " + String.join(",", names));
  }

  /**
   * Refuses settings.
   *
   * @param beside what they do not go with
   */
  static void refuse(Settings settings, Set<String> others, String beside) {
    others.stream()
        .sorted()
        .forEach(name -> requireAbsent(settings, name, "does not go with " + beside));
  }

  private static void requireAbsent(Settings settings, String name, String why) {
    if (settings.has(name)) {
      throw new ConfigException(name + " " + why);
    }
  }

  private static double number(Settings settings, String name, double otherwise) {
    double[] value = {otherwise};
    settings.number(name, given -> value[0] = given);
    return value[0];
  }

  /** What is set of a loss, as a configuration file has it. */
  static Map<String, Object> resolved(PreferenceLoss loss) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (loss instanceof DpoLoss dpo) {
      DpoConfig config = dpo.config();
      if (!config.lossWeights().isEmpty()) {
        values.put(WEIGHTS, config.lossWeights());
      }
      if (config.isSftAlone()) {
        return values;
      }
      values.put(BETA, config.beta());
      values.put(SMOOTHING, config.labelSmoothing());
      values.put(DIVERGENCE, config.fDivergenceType().name().toLowerCase(Locale.ROOT));
      if (config.fDivergenceType() == FDivergence.ALPHA_DIVERGENCE) {
        values.put(ALPHA_DIVERGENCE, config.fAlphaDivergenceCoef());
      }
      if (config.lossType().contains(DpoLossType.DISCOPOP)) {
        values.put(TAU, config.discopopTau());
      }
      if (config.ldAlpha() != null) {
        values.put(LD_ALPHA, config.ldAlpha());
      }
      values.put(FREE, config.referenceFree());
    } else if (loss instanceof KtoLoss kto) {
      values.put(BETA, kto.config().beta());
      values.put(DESIRABLE, kto.config().desirableWeight());
      values.put(UNDESIRABLE, kto.config().undesirableWeight());
    } else if (loss instanceof OrpoLoss orpo) {
      values.put(BETA, orpo.beta());
    } else if (loss instanceof CpoLoss cpo) {
      values.put(BETA, cpo.config().beta());
      values.put(SMOOTHING, cpo.config().labelSmoothing());
      if (cpo.config().cpoAlpha() != null) {
        values.put(CPO_ALPHA, cpo.config().cpoAlpha());
      }
      if (cpo.config().lossType() == CpoConfig.Type.SIMPO) {
        values.put(GAMMA, cpo.config().simpoGamma());
      }
      values.put(ALPHA, cpo.config().alpha());
    }
    return values;
  }
}
