package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.objective.Distillation;
import org.tune4j.engine.objective.HiddenMatch;

/**
 * Of whom {@code sft} learns besides the labels, with names of DistilBERT, TRL and torchtune.
 *
 * @param teacher the model's folder; empty where all is known from {@code logits}
 * @param logits the file that keeps what it says; empty to ask it in each update
 * @param topK how many tokens are kept there
 * @param match what else is learned of it
 */
record DistillationSettings(
    Optional<Path> teacher,
    Optional<Path> logits,
    int topK,
    Distillation how,
    Optional<HiddenMatch> match) {
  private static final String GROUP = "distillation";
  private static final String TEACHER = "teacher";
  private static final String LOGITS = "teacher_logits";
  private static final String TOP_K = "teacher_top_k";
  private static final String LOSS = "distillation_loss";
  private static final String TEMPERATURE = "temperature";
  private static final String BETA = "beta";
  private static final String KD_RATIO = "kd_ratio";
  private static final String MATCH = "hidden_match";
  private static final String WEIGHT = "hidden_weight";
  private static final String LAYERS = "hidden_layers";
  private static final int USUAL_TOP_K = 64;

  static final List<Setting> TABLE =
      List.of(
          new Setting(
              TEACHER,
              GROUP,
              "DIR",
              "Learn what this model says too (docs/objectives.md): a folder or a GGUF file, with"
                  + " the same tokens."),
          new Setting(
              LOGITS,
              GROUP,
              "FILE",
              "Keep what it says here, and train without it in memory; a file that is there is"
                  + " used, and --teacher then only compared with it."),
          new Setting(
              TOP_K,
              GROUP,
              "N",
              "Tokens that are kept of each, the likeliest; all others together. Default 64."),
          new Setting(
              LOSS,
              GROUP,
              "forward_kl|reverse_kl|gkd",
              "How far the models are from each other: KL divergence of the student from the"
                  + " teacher (default), of the teacher from the student, or TRL's GKD."),
          new Setting(TEMPERATURE, GROUP, "X", "What scores are divided by in it. Default 1."),
          new Setting(
              BETA,
              GROUP,
              "X",
              "Of gkd: the teacher's weight in the mixture, 0 to 1. Default 0.5."),
          new Setting(
              KD_RATIO,
              GROUP,
              "X",
              "Share of it in the loss; the rest is that of the labels. Default 0.5, of gkd 1."),
          new Setting(
              MATCH,
              GROUP,
              "cosine|mse",
              "Match the vectors between blocks too: DistilBERT's cosine, or TinyBERT's mean square"
                  + " after a learned projection."),
          new Setting(WEIGHT, GROUP, "X", "What that counts in the loss. Default 1."),
          new Setting(
              LAYERS,
              GROUP,
              "N=M,…",
              "Which of the student's layers, from 1, is to be like which of the teacher's. Default:"
                  + " the last like the last."));

  /**
   * What was asked for; empty for no teacher.
   *
   * @throws ConfigException if settings contradict each other, naming them
   */
  static Optional<DistillationSettings> of(Settings settings) {
    if (!settings.has(TEACHER) && !settings.has(LOGITS)) {
      for (Setting setting : TABLE) {
        if (settings.has(setting.name())) {
          throw new ConfigException(
              setting.name() + " needs teacher, or teacher_logits: of whom to learn");
        }
      }
      return Optional.empty();
    }
    need(settings, TOP_K, LOGITS);
    need(settings, TOP_K, TEACHER);
    need(settings, WEIGHT, MATCH);
    need(settings, LAYERS, MATCH);
    if (settings.has(LOGITS) && settings.has(MATCH)) {
      throw new ConfigException(
          "hidden_match and teacher_logits: no vectors between blocks are kept there; take one of"
              + " them out");
    }
    for (String other : List.of("label_smoothing_factor", "router_aux_loss_coef")) {
      settings.number(
          other,
          value -> {
            if (value > 0) {
              throw new ConfigException(
                  other + " does not go with a teacher; take one of them out");
            }
          });
    }
    if (settings.has("peft_type") && PromptSettings.of(settings).isPresent()) {
      throw new ConfigException(
          "peft_type with virtual tokens does not go with a teacher, which would not read them;"
              + " take one of them out");
    }
    int[] topK = {USUAL_TOP_K};
    settings.integer(TOP_K, value -> topK[0] = value);
    if (topK[0] < 1) {
      throw new ConfigException(TOP_K + ": wanted at least 1, found " + topK[0]);
    }
    return Optional.of(
        new DistillationSettings(
            settings.path(TEACHER),
            settings.path(LOGITS),
            topK[0],
            distillation(settings),
            match(settings)));
  }

  private static void need(Settings settings, String name, String needed) {
    if (settings.has(name) && !settings.has(needed)) {
      throw new ConfigException(name + " needs " + needed);
    }
  }

  private static Distillation distillation(Settings settings) {
    String loss = settings.text(LOSS).orElse("forward_kl");
    double temperature = number(settings, TEMPERATURE, 1);
    boolean isGkd = loss.equals("gkd");
    if (settings.has(BETA) && !isGkd) {
      throw new ConfigException("beta does not go with distillation_loss " + loss);
    }
    double ratio = number(settings, KD_RATIO, isGkd ? 1 : 0.5);
    if (!(ratio > 0 && ratio <= 1)) {
      throw new ConfigException(KD_RATIO + ": wanted above 0 to 1, found " + ratio);
    }
    return switch (loss) {
      case "forward_kl" -> Distillation.forwardKl(temperature, ratio);
      case "reverse_kl" -> Distillation.reverseKl(temperature, ratio);
      case "gkd" -> new Distillation(number(settings, BETA, 0.5), temperature, ratio, false);
      default ->
          throw new ConfigException(LOSS + ": wanted forward_kl, reverse_kl or gkd, found " + loss);
    };
  }

  private static Optional<HiddenMatch> match(Settings settings) {
    HiddenMatch.Kind[] kind = {null};
    settings.choice(MATCH, HiddenMatch.Kind.class, value -> kind[0] = value);
    if (kind[0] == null) {
      return Optional.empty();
    }
    Map<Integer, Integer> layers = new LinkedHashMap<>();
    settings.numbers(
        LAYERS,
        pairs ->
            pairs.forEach((own, taught) -> layers.put(layer(own), layer(String.valueOf(taught)))));
    return Optional.of(new HiddenMatch(kind[0], number(settings, WEIGHT, 1), layers));
  }

  private static int layer(String text) {
    if (!text.matches("\\d{1,6}(\\.0)?")) {
      throw new ConfigException(LAYERS + ": wanted layers such as 1=2,2=4, found " + text);
    }
    return (int) Double.parseDouble(text);
  }

  private static double number(Settings settings, String name, double otherwise) {
    double[] value = {otherwise};
    settings.number(name, given -> value[0] = given);
    return value[0];
  }

  /** Every setting with its value, as a configuration file has it. */
  Map<String, Object> resolved() {
    Map<String, Object> values = new LinkedHashMap<>();
    teacher.ifPresent(path -> values.put(TEACHER, path.toString()));
    logits.ifPresent(
        path -> {
          values.put(LOGITS, path.toString());
          teacher.ifPresent(asked -> values.put(TOP_K, topK));
        });
    String loss = how.scaled() ? (how.beta() == 0 ? "forward_kl" : "reverse_kl") : "gkd";
    values.put(LOSS, loss);
    values.put(TEMPERATURE, how.temperature());
    if (loss.equals("gkd")) {
      values.put(BETA, how.beta());
    }
    values.put(KD_RATIO, how.alpha());
    match.ifPresent(
        each -> {
          values.put(MATCH, each.kind().name().toLowerCase(Locale.ROOT));
          values.put(WEIGHT, each.weight());
          if (!each.layers().isEmpty()) {
            values.put(LAYERS, each.layers());
          }
        });
    return values;
  }
}
