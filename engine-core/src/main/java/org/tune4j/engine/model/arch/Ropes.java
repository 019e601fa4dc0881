package org.tune4j.engine.model.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.model.RopeSpec;

/**
 * Rotary frequencies from a configuration, in both spellings: {@code rope_parameters} (transformers
 * 5) and {@code rope_theta} with {@code rope_scaling} (transformers 4). Source: transformers'
 * {@code modeling_rope_utils}.
 */
final class Ropes {
  private static final String ORIGINAL = "original_max_position_embeddings";
  private final ConfigJson config;
  private final ConfigJson scaling;
  private final int rotated;
  private final double base;
  private final List<Float> plain;

  private Ropes(ConfigJson config, int rotated, double theta) {
    ConfigJson parameters = config.object("rope_parameters");
    ConfigJson older = config.object("rope_scaling");
    this.config = config;
    this.scaling = parameters != null ? parameters : older;
    this.base =
        scaling != null && scaling.has("rope_theta")
            ? scaling.number("rope_theta", theta, false)
            : theta;
    this.rotated = rotated;
    if (rotated % 2 != 0) {
      config.refuse(
          "head_dim", "rotary positions turn pairs, so wanted an even size, not " + rotated);
    }
    this.plain = RopeSpec.inverseFrequencies(base, rotated);
  }

  /**
   * How much of a head is rotated.
   *
   * @param field what transformers 4 calls the share
   */
  static int rotated(ConfigJson config, int headSize, String field, double otherwise) {
    ConfigJson parameters = config.object("rope_parameters");
    boolean newer = parameters != null && parameters.has("partial_rotary_factor");
    ConfigJson where = newer ? parameters : config;
    String name = newer ? "partial_rotary_factor" : field;
    double share = where.number(name, otherwise);
    if (share < 0 || share > 1) {
      where.refuse(name, "the share of a head that is rotated lies between 0 and 1");
    }
    return (int) (headSize * share);
  }

  /**
   * Reads them.
   *
   * @param rotated size of the rotated part of a head
   * @param theta the base, where neither spelling gives one
   */
  static RopeSpec read(ConfigJson config, int rotated, double theta) {
    return new Ropes(config, rotated, theta).read();
  }

  private RopeSpec read() {
    String type =
        scaling == null ? "default" : scaling.text("rope_type", scaling.text("type", "default"));
    return switch (type) {
      case "default" -> new RopeSpec(plain, 1);
      case "linear" -> linear();
      case "dynamic" -> dynamic();
      case "llama3" -> llama3();
      case "yarn" -> yarn();
      // Phi-3's first files say su.
      case "longrope", "su" -> longrope();
      default -> {
        scaling.refuse(
            scaling.has("rope_type") ? "rope_type" : "type",
            "known are default, linear, dynamic, llama3, yarn and longrope");
        throw new AssertionError();
      }
    };
  }

  private RopeSpec linear() {
    double factor = scaling.number("factor", 1, false);
    return new RopeSpec(plain.stream().map(f -> (float) (f / factor)).toList(), 1);
  }

  private RopeSpec dynamic() {
    if (rotated == 2) {
      scaling.refuse("rope_type", "it needs more than one rotated pair");
    }
    int from = config.size("max_position_embeddings");
    double factor = scaling.number("factor", 1, false);
    return new RopeSpec(
        plain, 1, false, Optional.of(new RopeSpec.Dynamic(from, base, factor, rotated)));
  }

  /** Llama 3.1: long waves are stretched, short ones kept, those between blended. */
  private RopeSpec llama3() {
    double factor = scaling.number("factor", 8, false);
    double low = scaling.number("low_freq_factor", 1, false);
    double high = scaling.number("high_freq_factor", 4, false);
    double original = original();
    if (high <= low) {
      scaling.refuse("high_freq_factor", "it must exceed low_freq_factor = " + low);
    }
    List<Float> frequencies = new ArrayList<>(plain);
    frequencies.replaceAll(
        f -> {
          double wave = 2 * Math.PI / f;
          if (wave < original / high) {
            return f;
          }
          if (wave > original / low) {
            return (float) (f / factor);
          }
          double smooth = (original / wave - low) / (high - low);
          return (float) ((1 - smooth) * f / factor + smooth * f);
        });
    return new RopeSpec(frequencies, 1);
  }

  /** Peng et al., 2023: short waves are kept, long ones stretched, with a ramp between. */
  private RopeSpec yarn() {
    double factor = yarnFactor();
    double low = correction(orDefault("beta_fast", 32));
    double high = correction(orDefault("beta_slow", 1));
    if (scaling.flag("truncate", true)) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    double from = Math.max(low, 0);
    double to = Math.min(high, rotated - 1);
    double width = to == from ? 0.001 : to - from;
    List<Float> frequencies =
        IntStream.range(0, rotated / 2)
            .mapToObj(
                i -> {
                  double kept = 1 - Math.min(1, Math.max(0, (i - from) / width));
                  return (float) (plain.get(i) / factor * (1 - kept) + plain.get(i) * kept);
                })
            .toList();
    double all = scaling.number("mscale_all_dim", 0, true);
    double mscale = scaling.number("mscale", 0, true);
    double attention =
        mscale > 0 && all > 0
            ? magnitude(factor, mscale) / magnitude(factor, all)
            : magnitude(factor, 1);
    return new RopeSpec(frequencies, scaling.number("attention_factor", attention, false));
  }

  private double yarnFactor() {
    double ratio = (double) config.size("max_position_embeddings", 2048) / original();
    return scaling.number("factor", ratio, false);
  }

  /** 0 means the default, too. */
  private double orDefault(String field, double otherwise) {
    double value = scaling.number(field, otherwise, true);
    return value == 0 ? otherwise : value;
  }

  /** The pair that turns so often within the original length. */
  private double correction(double turns) {
    return rotated * Math.log(original() / (turns * 2 * Math.PI)) / (2 * Math.log(base));
  }

  /**
   * DeepSeek multiplies the scores with the square of this, where {@code mscale_all_dim} is set; 1
   * otherwise.
   */
  static double scoreMagnitude(ConfigJson config, int rotated, double theta) {
    Ropes ropes = new Ropes(config, rotated, theta);
    boolean yarn =
        ropes.scaling != null
            && ropes
                .scaling
                .text("rope_type", ropes.scaling.text("type", "default"))
                .equals("yarn");
    double all = yarn ? ropes.scaling.number("mscale_all_dim", 0, true) : 0;
    return all > 0 ? magnitude(ropes.yarnFactor(), all) : 1;
  }

  private static double magnitude(double factor, double mscale) {
    return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
  }

  /** Ding et al., 2024: factors for each pair, others for long texts. */
  private RopeSpec longrope() {
    int original = original();
    double factor =
        scaling.number(
            "factor", (double) config.size("max_position_embeddings", 4096) / original, false);
    double attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    return new RopeSpec(
        divided("short_factor"),
        scaling.number("attention_factor", attention, false),
        false,
        Optional.of(new RopeSpec.LongFactors(original, divided("long_factor"))));
  }

  private List<Float> divided(String field) {
    List<Double> factors = scaling.numbers(field, rotated / 2);
    return IntStream.range(0, rotated / 2)
        .mapToObj(i -> (float) (1.0 / ((float) (double) factors.get(i) / plain.get(i))))
        .toList();
  }

  /** The length that the model was first trained on; Phi-3 has it beside the scaling. */
  private int original() {
    return config.has(ORIGINAL)
        ? config.size(ORIGINAL)
        : scaling.size(ORIGINAL, config.size("max_position_embeddings", 2048));
  }
}
