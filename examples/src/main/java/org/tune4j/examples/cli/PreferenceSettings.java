package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.rlhf.preference.DpoLossType;
import org.tune4j.rlhf.preference.PreferenceLoss;

/**
 * What {@code tune4j prefer} can be told of its loss, with the names and defaults of TRL.
 *
 * @param names of the losses, as they are given
 * @param refModel the reference's folder; empty for none besides the model itself
 * @param precompute whether the reference reads all rows before the run
 * @param file that keeps what it says of them for other runs
 */
record PreferenceSettings(
    List<String> names,
    PreferenceLoss loss,
    Optional<Path> refModel,
    boolean precompute,
    Optional<Path> file) {
  private static final String GROUP = "preference";
  static final String LOSS = "loss_type";
  static final String WEIGHTS = "loss_weights";
  static final String BETA = "beta";
  static final String SMOOTHING = "label_smoothing";
  static final String DIVERGENCE = "f_divergence_type";
  static final String ALPHA_DIVERGENCE = "f_alpha_divergence_coef";
  static final String TAU = "discopop_tau";
  static final String LD_ALPHA = "ld_alpha";
  static final String FREE = "reference_free";
  private static final String REF_MODEL = "ref_model";
  private static final String PRECOMPUTE = "precompute_ref_log_probs";
  private static final String FILE = "ref_log_probs_file";
  static final String DESIRABLE = "desirable_weight";
  static final String UNDESIRABLE = "undesirable_weight";
  static final String CPO_ALPHA = "cpo_alpha";
  static final String GAMMA = "simpo_gamma";
  static final String ALPHA = "alphapo_alpha";

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
          new Setting(
              FILE,
              GROUP,
              "FILE",
              "The same, kept for later runs: made where it is not there, refused where another"
                  + " model, tokenizer or other rows made it. With an adapter the model without it."),
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

  private static final Set<String> OF_REFERENCE = Set.of(REF_MODEL, PRECOMPUTE, FILE);

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
    PreferenceLoss loss = PreferenceLosses.of(settings, names);
    if (!loss.usesReference()) {
      PreferenceLosses.refuse(
          settings,
          OF_REFERENCE,
          settings.flag(FREE) ? FREE : LOSS + " " + String.join(",", names));
    }
    if (settings.has(REF_MODEL) && settings.flag(PRECOMPUTE)) {
      throw new ConfigException(
          "ref_model and precompute_ref_log_probs: the model itself is read before; keep one");
    }
    if (settings.has(FILE) && (settings.has(REF_MODEL) || settings.flag(PRECOMPUTE))) {
      throw new ConfigException(
          "ref_log_probs_file: by itself has the model read all rows before; leave ref_model and"
              + " precompute_ref_log_probs out");
    }
    return new PreferenceSettings(
        List.copyOf(names),
        loss,
        settings.path(REF_MODEL),
        settings.flag(PRECOMPUTE),
        settings.path(FILE));
  }

  /** Every setting with its value, as a configuration file has it. */
  Map<String, Object> resolved() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(LOSS, names);
    values.putAll(PreferenceLosses.resolved(loss));
    refModel.ifPresent(path -> values.put(REF_MODEL, path.toString()));
    if (precompute) {
      values.put(PRECOMPUTE, true);
    }
    file.ifPresent(path -> values.put(FILE, path.toString()));
    return values;
  }
}
