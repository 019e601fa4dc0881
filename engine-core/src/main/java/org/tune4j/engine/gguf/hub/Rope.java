package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.tune4j.engine.ModelFormatException;

/** The scaling of rotary positions, as metadata and tensors, and as {@code rope_scaling}. */
final class Rope {
  static final String FREQUENCIES = "rope_freqs.weight";
  static final String LONG = "rope_factors_long.weight";
  static final String SHORT = "rope_factors_short.weight";

  /** Metadata holds numbers of 32 bits. */
  private static final double ROUNDING = 1e-5;

  private static final String TYPE = "rope.scaling.type";
  private static final String FACTOR = "rope.scaling.factor";
  private static final String ORIGINAL = "rope.scaling.original_context_length";
  private static final String ATTENTION = "rope.scaling.attn_factor";
  private static final String EXTRAPOLATION = "rope.scaling.yarn_ext_factor";

  /** Fields of yarn, as metadata names them and as the hub does. */
  private static final List<Field> YARN =
      List.of(
          Field.optional("rope.scaling.yarn_beta_fast", "beta_fast", true),
          Field.optional("rope.scaling.yarn_beta_slow", "beta_slow", true));

  private Rope() {}

  /**
   * Reads it.
   *
   * @param rotated how much of a head is rotated
   */
  static void toHub(ModelHeader header, ObjectNode config, int rotated) {
    double theta = header.real("rope.freq_base", 10000);
    config.put("rope_theta", theta);
    ObjectNode scaling = config.objectNode();
    switch (type(header)) {
      case "none" -> frequencies(header, scaling, theta, rotated);
      case "linear" -> {
        scaling.put("rope_type", "linear");
        scaling.put("factor", factor(header));
      }
      case "yarn" -> yarn(header, scaling);
      case "longrope" -> longrope(header, config, scaling, rotated);
      default -> throw header.refuse(TYPE, type(header), "one of none, linear, yarn and longrope");
    }
    boolean other = !scaling.path("rope_type").asText().equals("longrope");
    if (other && header.real(ATTENTION, 1) != 1) {
      throw header.refuse(ATTENTION, header.real(ATTENTION), "1, but for longrope");
    }
    if (other && (header.hasTensor(LONG) || header.hasTensor(SHORT))) {
      throw header.refuse(TYPE, type(header), "longrope beside the tensor " + LONG);
    }
    if (header.hasTensor(FREQUENCIES) && !type(header).equals("none")) {
      throw header.refuse(TYPE, type(header), "none beside the tensor " + FREQUENCIES);
    }
    if (!scaling.isEmpty()) {
      config.set("rope_scaling", scaling);
    }
  }

  /** A factor without a type is linear, and Phi-3's files have tensors and no type. */
  private static String type(ModelHeader header) {
    if (!header.has(TYPE) && header.hasTensor(LONG)) {
      return "longrope";
    }
    return header.text(TYPE, factor(header) == 1 ? "none" : "linear");
  }

  private static double factor(ModelHeader header) {
    double factor = header.real(FACTOR, header.real("rope.scale_linear", 1));
    return factor == 0 ? 1 : factor;
  }

  private static void yarn(ModelHeader header, ObjectNode scaling) {
    if (header.real(EXTRAPOLATION, 1) != 1) {
      throw header.refuse(EXTRAPOLATION, header.real(EXTRAPOLATION), "1");
    }
    scaling.put("rope_type", "yarn");
    scaling.put("factor", header.real(FACTOR));
    scaling.put("original_max_position_embeddings", header.size(ORIGINAL));
    Field.toHub(YARN, header, scaling);
    String attention = "rope.scaling.yarn_attn_factor";
    if (header.has(attention)) {
      scaling.put("attention_factor", header.real(attention));
    }
  }

  private static void longrope(
      ModelHeader header, ObjectNode config, ObjectNode scaling, int rotated) {
    scaling.put("rope_type", "longrope");
    int positions = config.path("max_position_embeddings").asInt();
    int original = header.has(ORIGINAL) ? header.size(ORIGINAL) : positions;
    config.put("original_max_position_embeddings", original);
    factors(scaling.putArray("short_factor"), numbers(header, SHORT, rotated));
    factors(scaling.putArray("long_factor"), numbers(header, LONG, rotated));
    double attention = header.real(ATTENTION, 1);
    if (Math.abs(attention - attentionFactor(positions, original)) > ROUNDING) {
      scaling.put("attention_factor", attention);
    }
  }

  private static double attentionFactor(double positions, double original) {
    double factor = positions / original;
    return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
  }

  private static float[] numbers(ModelHeader header, String tensor, int rotated) {
    float[] numbers = header.numbers(tensor);
    if (numbers.length != rotated / 2) {
      throw new ModelFormatException(
          header.file().path()
              + ": tensor '"
              + tensor
              + "': found "
              + numbers.length
              + " numbers, wanted "
              + rotated / 2
              + ", one for each rotated pair");
    }
    return numbers;
  }

  private static void factors(ArrayNode target, float[] factors) {
    for (float factor : factors) {
      target.add(Double.parseDouble(Float.toString(factor)));
    }
  }

  /**
   * Factors of frequencies, as Llama 3 has them: known by the numbers that its parameters give, and
   * taken as they stand where others made them.
   */
  private static void frequencies(
      ModelHeader header, ObjectNode scaling, double theta, int rotated) {
    if (!header.hasTensor(FREQUENCIES)) {
      return;
    }
    float[] found = numbers(header, FREQUENCIES, rotated);
    double most = 1;
    for (float factor : found) {
      most = Math.max(most, factor);
    }
    int original = header.has(ORIGINAL) ? header.size(ORIGINAL) : 8192;
    Llama3Factors usual = new Llama3Factors(most, 1, 4, original);
    if (usual.fit(found, theta, ROUNDING)) {
      scaling.put("rope_type", "llama3");
      scaling.put("factor", Double.parseDouble(Float.toString((float) most)));
      scaling.put("low_freq_factor", 1.0);
      scaling.put("high_freq_factor", 4.0);
      scaling.put("original_max_position_embeddings", original);
    } else {
      scaling.put("rope_type", "longrope");
      scaling.put("attention_factor", 1.0);
      factors(scaling.putArray("short_factor"), found);
      factors(scaling.putArray("long_factor"), found);
    }
  }

  /** Writes it. */
  static void toGguf(HubConfig config, ArchitectureKeys keys, int rotated) {
    keys.real("rope.freq_base", config.ropeTheta());
    HubConfig scaling = config.rope();
    switch (config.ropeType()) {
      case "default" -> {}
      case "linear" -> {
        keys.text(TYPE, "linear");
        keys.real(FACTOR, scaling.number("factor", 1));
      }
      case "yarn" -> {
        double ratio =
            (double) config.whole("max_position_embeddings", 2048) / config.originalPositions();
        keys.text(TYPE, "yarn");
        keys.real(FACTOR, scaling.number("factor", ratio));
        keys.whole(ORIGINAL, config.originalPositions());
        Field.toGguf(YARN, scaling, keys);
      }
      case "llama3" -> {
        Llama3Factors factors =
            new Llama3Factors(
                scaling.number("factor", 8),
                scaling.number("low_freq_factor", 1),
                scaling.number("high_freq_factor", 4),
                config.originalPositions());
        keys.whole(ORIGINAL, config.originalPositions());
        keys.tensor(FREQUENCIES, factors.of(config.ropeTheta(), rotated));
      }
      case "longrope", "su" -> {
        int positions = config.whole("max_position_embeddings", 4096);
        int original = config.originalPositions();
        keys.text(TYPE, "longrope");
        keys.whole(ORIGINAL, original);
        keys.real(
            ATTENTION, scaling.number("attention_factor", attentionFactor(positions, original)));
        keys.tensor(LONG, numbers(scaling, "long_factor"));
        keys.tensor(SHORT, numbers(scaling, "short_factor"));
      }
      default ->
          throw config.refuse(
              "rope_type", config.ropeType(), "the format knows linear, llama3, yarn and longrope");
    }
  }

  private static float[] numbers(HubConfig scaling, String field) {
    float[] numbers = new float[scaling.json().path(field).size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) scaling.json().path(field).get(i).doubleValue();
    }
    return numbers;
  }
}
