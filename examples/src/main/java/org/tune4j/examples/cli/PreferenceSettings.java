package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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

/**
 * What {@code tune4j prefer} can be told of its loss, with the names and defaults of TRL.
 *
 * @param names of the losses, as they are given
 * @param refModel the reference's folder; empty for none besides the model itself
 * @param precompute whether the reference reads all rows before the run
 */
record PreferenceSettings(
    List<String> names, PreferenceLoss loss, Optional<Path> refModel, boolean precompute) {
  private static final String GROUP = "preference";
  private static final String LOSS = "loss_type";
  private static final String WEIGHTS = "loss_weights";
  private static final String BETA = "beta";
  private static final String SMOOTHING = "label_smoothing";
  private static final String DIVERGENCE = "f_divergence_type";
  private static final String ALPHA_DIVERGENCE = "f_alpha_divergence_coef";
  private static final String TAU = "discopop_tau";
  private static final String LD_ALPHA = "ld_alpha";
  private static final String FREE = "reference_free";
  private static final String REF_MODEL = "ref_model";
  private static final String PRECOMPUTE = "precompute_ref_log_probs";
  private static final String DESIRABLE = "desirable_weight";
  private static final String UNDESIRABLE = "undesirable_weight";
  private static final String CPO_ALPHA = "cpo_alpha";
  private static final String GAMMA = "simpo_gamma";
  private static final String ALPHA = "alphapo_alpha";

  static final List<Setting> TABLE =
      List.of(
          new Setting(
              LOSS,
              GROUP,
              "NAME,…",
              "The loss: one of TRL's for DPO, or several; kto or apo_zero_unpaired; orpo; cpo,"
                  + " cpo_hinge, cpo_ipo or simpo (docs/preference.md). Default sigmoid."),
          new Setting(WEIGHTS, GROUP, "X,…", "What each of several counts. Default 1."),
          new Setting(
              BETA,
              GROUP,
              "X",
              "How much it costs to leave the reference, or what a difference counts. Default 0.1,"
                  + " of simpo 2."),
          new Setting(
              SMOOTHING,
              GROUP,
              "P",
              "Share of the judgements that are taken to be wrong. Default 0."),
          new Setting(
              DIVERGENCE,
              GROUP,
              "reverse_kl|forward_kl|js_divergence|alpha_divergence",
              "How the policy is held to the reference. Default reverse_kl."),
          new Setting(ALPHA_DIVERGENCE, GROUP, "X", "Of alpha_divergence. Default 0.5."),
          new Setting(TAU, GROUP, "X", "Of discopop. Default 0.05."),
          new Setting(
              LD_ALPHA,
              GROUP,
              "P",
              "What tokens beyond the shorter answer of a pair count. Default: as much as others."),
          new Setting(
              FREE, GROUP, null, "Every answer is as likely as every other to the reference."),
          new Setting(
              REF_MODEL,
              GROUP,
              "DIR",
              "The reference. Default: the model without its adapter, or with --method full as"
                  + " training starts."),
          new Setting(
              PRECOMPUTE,
              GROUP,
              null,
              "Have the model read all rows before training, and keep what it says as the"
                  + " reference."),
          new Setting(DESIRABLE, GROUP, "X", "Of kto: what a good answer counts. Default 1."),
          new Setting(UNDESIRABLE, GROUP, "X", "Of kto: what a bad answer counts. Default 1."),
          new Setting(
              CPO_ALPHA,
              GROUP,
              "X",
              "Of cpo and simpo: what the likelihood of chosen answers counts. Default 1, of simpo"
                  + " 0."),
          new Setting(
              GAMMA, GROUP, "X", "Of simpo: by how much a chosen answer is to win. Default 0.5."),
          new Setting(
              ALPHA,
              GROUP,
              "X",
              "Of cpo and simpo: AlphaPO's reward (1 - p^-alpha) / alpha. Default 0: log p."));

  private static final Set<String> OF_DPO =
      Set.of(WEIGHTS, DIVERGENCE, ALPHA_DIVERGENCE, TAU, LD_ALPHA, FREE);
  private static final Set<String> OF_KTO = Set.of(DESIRABLE, UNDESIRABLE);
  private static final Set<String> OF_CPO = Set.of(CPO_ALPHA, GAMMA, ALPHA);
  private static final Set<String> OF_REFERENCE = Set.of(REF_MODEL, PRECOMPUTE);

  private static final Map<String, CpoConfig.Type> CPO =
      Map.of(
          "cpo", CpoConfig.Type.SIGMOID,
          "cpo_hinge", CpoConfig.Type.HINGE,
          "cpo_ipo", CpoConfig.Type.IPO,
          "simpo", CpoConfig.Type.SIMPO);

  private static final Map<String, KtoConfig.Type> KTO =
      Map.of(
          "kto", KtoConfig.Type.KTO,
          "apo_zero_unpaired", KtoConfig.Type.APO_ZERO_UNPAIRED);

  /**
   * What was asked for.
   *
   * @throws ConfigException if settings contradict each other, naming them
   */
  static PreferenceSettings of(Settings settings) {
    List<String> names = new ArrayList<>();
    settings.list(LOSS, names::addAll);
    if (names.isEmpty()) {
      names.add(DpoLossType.SIGMOID.key());
    }
    PreferenceLoss loss = loss(settings, names);
    if (!loss.usesReference()) {
      refuse(settings, OF_REFERENCE, names);
    }
    if (settings.has(REF_MODEL) && settings.flag(PRECOMPUTE)) {
      throw new ConfigException(
          "ref_model and precompute_ref_log_probs: the model itself is read before; keep one");
    }
    return new PreferenceSettings(
        List.copyOf(names), loss, settings.path(REF_MODEL), settings.flag(PRECOMPUTE));
  }

  private static PreferenceLoss loss(Settings settings, List<String> names) {
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
      Double[] alpha = {null};
      settings.number(CPO_ALPHA, value -> alpha[0] = value);
      return new CpoLoss(
          new CpoConfig(
              number(settings, BETA, first.equals("simpo") ? 2 : 0.1),
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
            .lossType(names.stream().map(PreferenceSettings::dpoType).toArray(DpoLossType[]::new))
            .referenceFree(settings.flag(FREE));
    settings.number(BETA, dpo::beta);
    settings.number(SMOOTHING, dpo::labelSmoothing);
    settings.choice(DIVERGENCE, FDivergence.class, dpo::fDivergenceType);
    settings.number(ALPHA_DIVERGENCE, dpo::fAlphaDivergenceCoef);
    settings.number(TAU, dpo::discopopTau);
    settings.number(LD_ALPHA, dpo::ldAlpha);
    settings.list(
        WEIGHTS, texts -> dpo.lossWeights(texts.stream().map(PreferenceSettings::weight).toList()));
    return dpo.build();
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
    others.stream()
        .filter(settings::has)
        .sorted()
        .findFirst()
        .ifPresent(
            name -> {
              throw new ConfigException(
                  "%s does not go with loss_type %s".formatted(name, String.join(",", names)));
            });
  }

  private static double number(Settings settings, String name, double otherwise) {
    double[] value = {otherwise};
    settings.number(name, given -> value[0] = given);
    return value[0];
  }

  /** Every setting with its value, as a configuration file has it. */
  Map<String, Object> resolved() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(LOSS, names);
    if (loss instanceof DpoLoss dpo) {
      DpoConfig config = dpo.config();
      if (!config.lossWeights().isEmpty()) {
        values.put(WEIGHTS, config.lossWeights());
      }
      values.put(BETA, config.beta());
      values.put(SMOOTHING, config.labelSmoothing());
      values.put(DIVERGENCE, config.fDivergenceType().name().toLowerCase(Locale.ROOT));
      values.put(ALPHA_DIVERGENCE, config.fAlphaDivergenceCoef());
      values.put(TAU, config.discopopTau());
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
      values.put(GAMMA, cpo.config().simpoGamma());
      values.put(ALPHA, cpo.config().alpha());
    }
    refModel.ifPresent(path -> values.put(REF_MODEL, path.toString()));
    if (precompute) {
      values.put(PRECOMPUTE, true);
    }
    return values;
  }
}
