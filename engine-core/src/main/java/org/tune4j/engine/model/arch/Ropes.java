package org.tune4j.engine.model.arch;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.model.RopeSpec;

/**
 * Rotary frequencies from a configuration, in both spellings: {@code rope_parameters} (transformers
 * 5) and {@code rope_theta} with {@code rope_scaling} (transformers 4). Source: transformers'
 * {@code modeling_rope_utils}.
 */
final class Ropes {
  private Ropes() {}

  /**
   * Reads them.
   *
   * @param rotated size of the rotated part of a head
   * @param theta the base, where neither spelling gives one
   */
  static RopeSpec read(ConfigJson config, int rotated, double theta) {
    ConfigJson parameters = config.object("rope_parameters");
    ConfigJson scaling = parameters != null ? parameters : config.object("rope_scaling");
    double base = parameters != null ? parameters.number("rope_theta", theta, false) : theta;
    if (rotated % 2 != 0) {
      config.refuse(
          "head_dim", "rotary positions turn pairs, so wanted an even size, not " + rotated);
    }
    List<Float> frequencies = new ArrayList<>();
    for (int i = 0; i < rotated / 2; i++) {
      frequencies.add((float) (1.0 / Math.pow((float) base, (float) (2.0 * i / rotated))));
    }
    String type =
        scaling == null ? "default" : scaling.text("rope_type", scaling.text("type", "default"));
    switch (type) {
      case "default":
        break;
      case "linear":
        double factor = scaling.number("factor", 1, false);
        frequencies.replaceAll(f -> (float) (f / factor));
        break;
      case "llama3":
        llama3(scaling, frequencies);
        break;
      default:
        scaling.refuse(
            scaling.has("rope_type") ? "rope_type" : "type",
            "known are default, linear and llama3");
    }
    return new RopeSpec(frequencies, 1.0);
  }

  /** Llama 3.1: long waves are stretched, short ones kept, those between blended. */
  private static void llama3(ConfigJson scaling, List<Float> frequencies) {
    double factor = scaling.number("factor", 8, false);
    double low = scaling.number("low_freq_factor", 1, false);
    double high = scaling.number("high_freq_factor", 4, false);
    double original = scaling.size("original_max_position_embeddings");
    if (high <= low) {
      scaling.refuse("high_freq_factor", "it must exceed low_freq_factor = " + low);
    }
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
  }
}
