package org.tune4j.full;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.TensorSlot;

/**
 * By what the learning rates of weights are multiples of the run's.
 *
 * @param layerwiseLrDecay each layer's rate is that of the layer above times this (ELECTRA, BEiT):
 *     of the output layer and the last norm 1, of block i of L {@code decay^(L - i)}, of embeddings
 *     {@code decay^(L + 1)}; 1 for none
 * @param factors expressions and what the rates of those weights are multiplied with besides, whose
 *     names in the model's files the first of them matches from the first character on
 */
public record LearningRates(double layerwiseLrDecay, Map<String, Double> factors) {
  /** The run's rate for all. */
  public static final LearningRates SAME = new LearningRates(1, Map.of());

  public LearningRates {
    factors = Collections.unmodifiableMap(new LinkedHashMap<>(factors));
    if (!(layerwiseLrDecay > 0 && layerwiseLrDecay <= 1)) {
      throw new ConfigException(
          "layerwise_lr_decay: wanted above 0 up to 1, found " + layerwiseLrDecay);
    }
    factors.forEach(LearningRates::check);
  }

  private static void check(String expression, double factor) {
    try {
      Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new ConfigException(
          "learning_rate_factors: '%s' is no regular expression: %s"
              .formatted(expression, e.getDescription()),
          e);
    }
    if (!(factor >= 0 && Double.isFinite(factor))) {
      throw new ConfigException(
          "learning_rate_factors: %s: wanted at least 0, found %s".formatted(expression, factor));
    }
  }

  /**
   * The same weights with their rates.
   *
   * @throws ConfigException if an expression matches nothing, or parts only of what is one tensor
   *     in memory
   */
  List<Trainable> of(Architecture model, List<Trainable> weights) {
    List<String> names =
        weights.stream()
            .flatMap(each -> each.slot().parts().stream().map(TensorSlot.Part::name))
            .toList();
    for (String expression : factors.keySet()) {
      if (names.stream().noneMatch(name -> Pattern.compile(expression).matcher(name).lookingAt())) {
        throw new ConfigException(
            "learning_rate_factors: '%s' matches no weight that is trained; the nearest is '%s'"
                .formatted(expression, NearestName.of(expression, names)));
      }
    }
    return weights.stream()
        .map(each -> each.withRate(each.rate() * layer(model, each) * factor(each.slot())))
        .toList();
  }

  private double layer(Architecture model, Trainable weight) {
    int blocks = model.blocks().size();
    if (weight.block() != Trainable.NO_BLOCK) {
      return Math.pow(layerwiseLrDecay, blocks - weight.block());
    }
    return model.embeddingSlots().contains(weight.slot())
        ? Math.pow(layerwiseLrDecay, blocks + 1.0)
        : 1;
  }

  private double factor(TensorSlot slot) {
    List<Double> found = slot.parts().stream().map(part -> factor(part.name())).distinct().toList();
    if (found.size() > 1) {
      throw new ConfigException(
          "learning_rate_factors: %s are one tensor in memory and would have the factors %s"
              .formatted(slot.parts().stream().map(TensorSlot.Part::name).toList(), found));
    }
    return found.get(0);
  }

  private double factor(String name) {
    return factors.entrySet().stream()
        .filter(each -> Pattern.compile(each.getKey()).matcher(name).lookingAt())
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(1.0);
  }
}
