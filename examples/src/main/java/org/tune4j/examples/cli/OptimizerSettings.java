package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.optim.Adafactor;
import org.tune4j.engine.optim.Adam;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.AdamW8bit;
import org.tune4j.engine.optim.Ema;
import org.tune4j.engine.optim.Lion;
import org.tune4j.engine.optim.Muon;
import org.tune4j.engine.optim.OptimizerConfig;
import org.tune4j.engine.optim.ScheduleFreeAdamW;
import org.tune4j.engine.optim.Sgd;

/** The optimizer that settings name, with transformers' names: {@code optim, optim_args}. */
final class OptimizerSettings {
  private static final List<String> BETAS = List.of("adam_beta1", "adam_beta2");
  private static final String EPSILON = "adam_epsilon";
  private static final String MIN_8BIT_SIZE = "min_8bit_size";
  private static final String EMA_WARMUP = "use_ema_warmup";
  private static final String ADJUST_LR = "adjust_lr_fn";
  private static final List<String> NAMES =
      List.of(
          "adamw", "adamw_8bit", "schedule_free_adamw", "muon", "adam", "sgd", "lion", "adafactor");

  /** What each takes in {@code optim_args}. */
  private static final Map<String, Set<String>> ARGS =
      Map.of(
          "adamw", Set.of(),
          "adamw_8bit", Set.of(MIN_8BIT_SIZE),
          "schedule_free_adamw", Set.of("r", "weight_lr_power"),
          "muon", Set.of("momentum", "nesterov", "ns_steps", ADJUST_LR),
          "adam", Set.of(),
          "sgd", Set.of("momentum", "nesterov"),
          "lion", Set.of(),
          "adafactor",
              Set.of(
                  "form",
                  "eps1",
                  "eps2",
                  "clip_threshold",
                  "decay_rate",
                  "beta1",
                  "scale_parameter",
                  "relative_step",
                  "warmup_init"));

  private final Settings settings;
  private final Map<String, Object> args = new LinkedHashMap<>();

  private OptimizerSettings(Settings settings) {
    this.settings = settings;
    settings.map("optim_args", args::putAll);
  }

  /**
   * The optimizer that was asked for.
   *
   * @throws ConfigException if a setting does not go with it
   */
  static OptimizerConfig config(Settings settings) {
    OptimizerConfig optimizer = new OptimizerSettings(settings).config();
    if (!settings.has("ema_decay")) {
      if (settings.has(EMA_WARMUP)) {
        throw new ConfigException("use_ema_warmup needs ema_decay, to which it comes up");
      }
      return optimizer;
    }
    double[] decay = {0};
    settings.number("ema_decay", value -> decay[0] = value);
    return new Ema.Settings(optimizer, decay[0], settings.flag(EMA_WARMUP));
  }

  /** The names that transformers has for who computes it say the same here. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT)
        .replaceFirst("^(adamw|lion)_(torch(_fused)?|hf|32bit)$", "$1")
        .replaceFirst("^adamw_bnb_8bit$", "adamw_8bit")
        .replaceFirst("^torch_adafactor$", "adafactor");
  }

  private OptimizerConfig config() {
    String name = plain(settings.text("optim").orElse("adamw"));
    if (!NAMES.contains(name)) {
      throw new ConfigException("optim: wanted one of %s, found %s".formatted(NAMES, name));
    }
    for (String arg : args.keySet()) {
      if (!ARGS.get(name).contains(arg)) {
        throw new ConfigException(
            "optim_args: %s takes %s, found %s"
                .formatted(
                    name,
                    ARGS.get(name).isEmpty()
                        ? "none"
                        : "no " + arg + "; the nearest is " + NearestName.of(arg, ARGS.get(name)),
                    arg));
      }
    }
    boolean hasBetas = !name.equals("sgd") && !name.equals("adafactor");
    boolean hasEpsilon = hasBetas && !name.equals("lion");
    BETAS.forEach(setting -> refuse(setting, name, hasBetas));
    refuse(EPSILON, name, hasEpsilon);
    double decay = number("weight_decay", 0);
    double beta1 = number("adam_beta1", 0.9);
    double beta2 = number("adam_beta2", name.equals("lion") ? 0.99 : 0.999);
    double epsilon = number(EPSILON, 1e-8);
    AdamW.Settings adamw = new AdamW.Settings(beta1, beta2, epsilon, decay);
    return switch (name) {
      case "adamw" -> adamw;
      case "adamw_8bit" ->
          new AdamW8bit.Settings(adamw, count(MIN_8BIT_SIZE, AdamW8bit.Settings.MIN_8BIT_SIZE));
      case "schedule_free_adamw" ->
          new ScheduleFreeAdamW.Settings(
              beta1, beta2, epsilon, decay, arg("r", 0), arg("weight_lr_power", 2));
      case "muon" ->
          new Muon.Settings(
              arg("momentum", 0.95), flag("nesterov", true), count("ns_steps", 5), adjust(), adamw);
      case "adam" -> new Adam.Settings(beta1, beta2, epsilon, decay);
      case "lion" -> new Lion.Settings(beta1, beta2, decay);
      case "sgd" -> new Sgd.Settings(arg("momentum", 0), flag("nesterov"), decay);
      default -> adafactor(decay);
    };
  }

  private void refuse(String setting, String name, boolean known) {
    if (settings.has(setting) && !known) {
      throw new ConfigException("%s does not go with optim %s".formatted(setting, name));
    }
  }

  private OptimizerConfig adafactor(double decay) {
    boolean torch =
        "torch".equals(args.get("form"))
            || settings.text("optim").map("torch_adafactor"::equals).orElse(false);
    Adafactor.Settings plain = torch ? Adafactor.Settings.torch(decay) : Adafactor.Settings.DEFAULT;
    return new Adafactor.Settings(
        plain.form(),
        arg("eps1", plain.eps1()),
        arg("eps2", plain.eps2()),
        arg("clip_threshold", plain.clipThreshold()),
        arg("decay_rate", plain.decayRate()),
        arg("beta1", plain.beta1()),
        decay,
        args.containsKey("scale_parameter") ? flag("scale_parameter") : plain.scaleParameter(),
        flag("relative_step"),
        flag("warmup_init"));
  }

  private double number(String name, double otherwise) {
    double[] value = {otherwise};
    settings.number(name, given -> value[0] = given);
    return value[0];
  }

  private double arg(String name, double otherwise) {
    Object value = args.getOrDefault(name, otherwise);
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new ConfigException("optim_args: %s: wanted a number, found %s".formatted(name, value));
  }

  private int count(String name, int otherwise) {
    double value = arg(name, otherwise);
    if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
      throw new ConfigException(
          "optim_args: %s: wanted a whole number, found %s".formatted(name, args.get(name)));
    }
    return (int) value;
  }

  private Muon.AdjustLr adjust() {
    Object value = args.getOrDefault(ADJUST_LR, "match_rms_adamw");
    for (Muon.AdjustLr adjust : Muon.AdjustLr.values()) {
      if (lower(adjust).equals(value)) {
        return adjust;
      }
    }
    throw new ConfigException(
        "optim_args: %s: wanted match_rms_adamw or original, found %s".formatted(ADJUST_LR, value));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private boolean flag(String name) {
    return flag(name, false);
  }

  private boolean flag(String name, boolean otherwise) {
    Object value = args.getOrDefault(name, otherwise);
    if (String.valueOf(value).matches("(?i)true|false")) {
      return Boolean.parseBoolean(String.valueOf(value));
    }
    throw new ConfigException(
        "optim_args: %s: wanted true or false, found %s".formatted(name, value));
  }

  /** Every setting with its value, as a configuration file has it. */
  static Map<String, Object> resolved(OptimizerConfig config) {
    if (config instanceof Ema.Settings ema) {
      Map<String, Object> all = new LinkedHashMap<>(resolved(ema.of()));
      all.put("ema_decay", ema.decay());
      all.put(EMA_WARMUP, ema.warmup());
      return all;
    }
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("optim", config.key());
    values.put("weight_decay", config.weightDecay());
    if (config instanceof AdamW.Settings adam) {
      putAdam(values, adam.beta1(), adam.beta2());
      values.put(EPSILON, adam.eps());
    } else if (config instanceof AdamW8bit.Settings eight) {
      putAdam(values, eight.adamw().beta1(), eight.adamw().beta2());
      values.put(EPSILON, eight.adamw().eps());
      values.put("optim_args", Map.of(MIN_8BIT_SIZE, eight.min8bitSize()));
    } else if (config instanceof ScheduleFreeAdamW.Settings free) {
      putAdam(values, free.beta1(), free.beta2());
      values.put(EPSILON, free.eps());
      values.put("optim_args", Map.of("r", free.r(), "weight_lr_power", free.weightLrPower()));
    } else if (config instanceof Muon.Settings muon) {
      putAdam(values, muon.adamw().beta1(), muon.adamw().beta2());
      values.put(EPSILON, muon.adamw().eps());
      values.put("optim_args", args(muon));
    } else if (config instanceof Adam.Settings adam) {
      putAdam(values, adam.beta1(), adam.beta2());
      values.put(EPSILON, adam.eps());
    } else if (config instanceof Lion.Settings lion) {
      putAdam(values, lion.beta1(), lion.beta2());
    } else if (config instanceof Sgd.Settings sgd) {
      values.put("optim_args", Map.of("momentum", sgd.momentum(), "nesterov", sgd.nesterov()));
    } else if (config instanceof Adafactor.Settings adafactor) {
      values.put("optim_args", args(adafactor));
    }
    return values;
  }

  private static void putAdam(Map<String, Object> values, double beta1, double beta2) {
    values.put("adam_beta1", beta1);
    values.put("adam_beta2", beta2);
  }

  private static Map<String, Object> args(Muon.Settings muon) {
    Map<String, Object> args = new LinkedHashMap<>();
    args.put("momentum", muon.momentum());
    args.put("nesterov", muon.nesterov());
    args.put("ns_steps", muon.nsSteps());
    args.put(ADJUST_LR, lower(muon.adjustLr()));
    return args;
  }

  private static Map<String, Object> args(Adafactor.Settings adafactor) {
    Map<String, Object> args = new LinkedHashMap<>();
    args.put("form", lower(adafactor.form()));
    args.put("eps1", adafactor.eps1());
    args.put("eps2", adafactor.eps2());
    args.put("clip_threshold", adafactor.clipThreshold());
    args.put("decay_rate", adafactor.decayRate());
    args.put("beta1", adafactor.beta1());
    args.put("scale_parameter", adafactor.scaleParameter());
    args.put("relative_step", adafactor.relativeStep());
    args.put("warmup_init", adafactor.warmupInit());
    return args;
  }
}
