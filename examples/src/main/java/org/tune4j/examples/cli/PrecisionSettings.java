package org.tune4j.examples.cli;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.model.Fp32Module;
import org.tune4j.engine.optim.LossScaler;

/** What is kept in fp32 beside {@code precision}, and how the loss is scaled in fp16. */
final class PrecisionSettings {
  private static final String FP32_MODULES = "fp32_modules";
  private static final String TRAIN = "train";

  // Those of torch's GradScaler.
  static final Setting INIT_SCALE =
      new Setting(
          "init_scale",
          TRAIN,
          "X",
          "What the loss of fp16 is first multiplied with. Default 65536.");

  static final Setting GROWTH_FACTOR =
      new Setting(
          "growth_factor",
          TRAIN,
          "X",
          "What that grows by after a while without overflow. Default 2.");

  static final Setting BACKOFF_FACTOR =
      new Setting(
          "backoff_factor", TRAIN, "X", "What it is multiplied with at an overflow. Default 0.5.");

  static final Setting GROWTH_INTERVAL =
      new Setting("growth_interval", TRAIN, "N", "That while, in updates. Default 2000.");

  private PrecisionSettings() {}

  static Setting fp32Modules(String group) {
    return new Setting(
        FP32_MODULES,
        group,
        "norm,router,head",
        "What is kept in fp32 where the rest is bf16 or fp16 (docs/precision.md). Default none.");
  }

  static Set<Fp32Module> fp32Modules(Settings settings) {
    Set<Fp32Module> modules = EnumSet.noneOf(Fp32Module.class);
    settings.list(FP32_MODULES, names -> names.forEach(name -> modules.add(module(name))));
    return modules;
  }

  private static Fp32Module module(String name) {
    List<String> known = Stream.of(Fp32Module.values()).map(Fp32Module::lowerName).toList();
    int at = known.indexOf(name);
    if (at < 0) {
      throw new ConfigException(
          "%s: wanted some of %s, found '%s'; the nearest is %s"
              .formatted(FP32_MODULES, known, name, NearestName.of(name, known)));
    }
    return Fp32Module.values()[at];
  }

  /** As ordered; null where nothing of it was. */
  static LossScaler.Settings lossScaler(Settings settings) {
    if (Stream.of(INIT_SCALE, GROWTH_FACTOR, BACKOFF_FACTOR, GROWTH_INTERVAL)
        .noneMatch(setting -> settings.has(setting.name()))) {
      return null;
    }
    LossScaler.Settings otherwise = LossScaler.Settings.DEFAULT;
    float[] scales = {otherwise.initScale(), otherwise.growthFactor(), otherwise.backoffFactor()};
    int[] interval = {otherwise.growthInterval()};
    settings.number(INIT_SCALE.name(), value -> scales[0] = (float) value);
    settings.number(GROWTH_FACTOR.name(), value -> scales[1] = (float) value);
    settings.number(BACKOFF_FACTOR.name(), value -> scales[2] = (float) value);
    settings.integer(GROWTH_INTERVAL.name(), value -> interval[0] = value);
    return new LossScaler.Settings(scales[0], scales[1], scales[2], interval[0]);
  }

  static Map<String, Object> resolved(Set<Fp32Module> modules, LossScaler.Settings scaler) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (!modules.isEmpty()) {
      values.put(FP32_MODULES, modules.stream().map(Fp32Module::lowerName).toList());
    }
    if (scaler != null) {
      values.put(INIT_SCALE.name(), scaler.initScale());
      values.put(GROWTH_FACTOR.name(), scaler.growthFactor());
      values.put(BACKOFF_FACTOR.name(), scaler.backoffFactor());
      values.put(GROWTH_INTERVAL.name(), scaler.growthInterval());
    }
    return values;
  }
}
