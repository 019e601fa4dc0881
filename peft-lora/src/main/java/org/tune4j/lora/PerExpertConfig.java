package org.tune4j.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.TargetModules;

/**
 * The configuration of an adapter whose file is a {@link PerExpertFile}, for the matrices of all
 * experts: modules are those that the file has, ranks and scalings those of the layers.
 */
final class PerExpertConfig {
  private static final Logger LOG = LoggerFactory.getLogger(PerExpertConfig.class);
  private static final Pattern LINEAR =
      Pattern.compile(Pattern.quote(PeftFiles.PREFIX) + "(.+)\\.lora_(embedding_)?A(\\.weight)?");

  private final LoraConfig config;
  private final PerExpertFile file;
  private final Map<String, Integer> ranks;
  private final Map<String, Double> alphas;

  private PerExpertConfig(LoraConfig config, PerExpertFile file) {
    this.config = config;
    this.file = file;
    this.ranks = new LinkedHashMap<>(config.rankPattern());
    this.alphas = new LinkedHashMap<>(config.alphaPattern());
  }

  /**
   * From the configuration as it is written.
   *
   * @throws ModelFormatException if gate and up have other scalings
   */
  static LoraConfig of(LoraConfig config, PerExpertFile file) {
    return new PerExpertConfig(config, file).read();
  }

  private LoraConfig read() {
    TreeSet<String> parameters = new TreeSet<>();
    String gate = first("w1", "gate_proj");
    if (gate != null) {
      String up = Objects.requireNonNull(first("w3", "up_proj"));
      if (scaling(gate) != scaling(up)) {
        throw new ModelFormatException(
            file.path() + ": wanted one scaling for both of " + List.of(gate, up));
      }
      parameters.add("experts." + ExpertTargets.GATE_UP);
      put("experts." + ExpertTargets.GATE_UP, rank(gate) + rank(up), scaling(gate));
    }
    String down = first("w2", "down_proj");
    if (down != null) {
      parameters.add("experts." + ExpertTargets.DOWN);
      put("experts." + ExpertTargets.DOWN, rank(down), scaling(down));
    }
    TreeSet<String> modules = new TreeSet<>();
    for (String name : file.tensors().keySet()) {
      var linear = LINEAR.matcher(name);
      if (linear.matches() && linear.group(1).endsWith(".mlp.gate")) {
        // Patterns of ranks name it as the file does.
        Matcher own = LINEAR.matcher(file.stored(name));
        String router = own.matches() ? own.group(1) : linear.group(1);
        parameters.add(ExpertTargets.ROUTER);
        put(ExpertTargets.ROUTER, rank(router), scaling(router));
      } else if (linear.matches() && !name.contains(".experts.")) {
        modules.add(template(linear.group(1)));
      }
    }
    if (config.loraDropout() > 0) {
      LOG.warn(
          "{}: lora_dropout = {} becomes 0: matrices of all experts have none",
          file.path(),
          config.loraDropout());
    }
    return config.toBuilder()
        .loraDropout(0)
        .rankPattern(ranks)
        .alphaPattern(alphas)
        .targetModules(new TargetModules.Regex(String.join("|", modules)))
        .targetParameters(parameters.toArray(String[]::new))
        .build();
  }

  /** A path as an expression that matches it in every block. */
  private static String template(String module) {
    return module.replace(".", "\\.").replaceAll("\\.\\d+\\\\\\.", ".\\\\d+\\\\.");
  }

  private String first(String mixtral, String others) {
    Map<String, String> layers = file.layers();
    return layers.getOrDefault(mixtral, layers.get(others));
  }

  private int rank(String module) {
    return config.rank(module);
  }

  private double scaling(String module) {
    return config.scaling(module);
  }

  private void put(String parameter, int rank, double scaling) {
    String pattern = ".*\\." + parameter.replace(".", "\\.");
    ranks.put(pattern, rank);
    alphas.put(pattern, config.useRslora() ? scaling * Math.sqrt(rank) : scaling * rank);
  }
}
