package org.tune4j.full;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.TensorSlot;

/**
 * Which weights of a model stay as they are while the others are trained. They get no gradient and
 * no state of the optimizer, and the backward pass ends at the lowest block with something to
 * train.
 *
 * @param layers the first so many blocks are frozen
 * @param embeddings whether the embeddings are: of words, of positions and segments, and the norm
 *     behind them. An output layer that uses the embedding's matrix is frozen with it
 * @param unfrozenParameters expressions; of the rest only those weights are trained whose names in
 *     the model's files one of them matches from the first character on, as in axolotl. Empty for
 *     all
 */
public record Freezing(int layers, boolean embeddings, List<String> unfrozenParameters) {
  /** All is trained. */
  public static final Freezing NONE = new Freezing(0, false, List.of());

  public Freezing {
    unfrozenParameters = List.copyOf(unfrozenParameters);
    if (layers < 0) {
      throw new ConfigException("freeze_layers: wanted at least 0, found " + layers);
    }
    unfrozenParameters.forEach(Freezing::pattern);
  }

  private static Pattern pattern(String expression) {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new ConfigException(
          "unfrozen_parameters: '%s' is no regular expression: %s"
              .formatted(expression, e.getDescription()),
          e);
    }
  }

  /**
   * What of a model is trained.
   *
   * @throws ConfigException if the model has not so many blocks, an expression matches nothing that
   *     could be trained, or a part only of what is one tensor in memory, or nothing is left to
   *     train
   */
  List<Trainable> trained(Architecture model) {
    Set<TensorSlot> frozen = frozen(model);
    List<Trainable> free =
        TrainableWeights.all(model).stream().filter(each -> !frozen.contains(each.slot())).toList();
    unfrozenParameters.forEach(expression -> requireMatch(expression, model, free));
    List<Trainable> trained = free.stream().filter(each -> isUnfrozen(each.slot())).toList();
    if (trained.isEmpty()) {
      throw new ConfigException(
          "freeze_layers = %d, freeze_embeddings = %s: nothing is left to train"
              .formatted(layers, embeddings));
    }
    return trained;
  }

  private Set<TensorSlot> frozen(Architecture model) {
    int blocks = model.blocks().size();
    if (layers > blocks) {
      throw new ConfigException(
          "freeze_layers: the model has %d blocks, found %d".formatted(blocks, layers));
    }
    Set<TensorSlot> frozen = new HashSet<>();
    model.blocks().subList(0, layers).forEach(block -> frozen.addAll(block.slots()));
    if (embeddings) {
      frozen.addAll(model.embeddingSlots());
    }
    return frozen;
  }

  private static void requireMatch(String expression, Architecture model, List<Trainable> free) {
    Predicate<String> matches = name -> pattern(expression).matcher(name).lookingAt();
    List<String> all = TrainableWeights.all(model).stream().flatMap(Freezing::names).toList();
    if (all.stream().noneMatch(matches)) {
      throw new ConfigException(
          "unfrozen_parameters: '%s' matches no weight of this model; the nearest is '%s'"
              .formatted(expression, NearestName.of(expression, all)));
    }
    if (free.stream().flatMap(Freezing::names).noneMatch(matches)) {
      throw new ConfigException(
          "unfrozen_parameters: '%s' matches nothing but what freeze_layers and freeze_embeddings freeze"
              .formatted(expression));
    }
  }

  private static Stream<String> names(Trainable weight) {
    return weight.slot().parts().stream().map(TensorSlot.Part::name);
  }

  private boolean isUnfrozen(TensorSlot slot) {
    if (unfrozenParameters.isEmpty()) {
      return true;
    }
    List<String> names = slot.parts().stream().map(TensorSlot.Part::name).toList();
    List<String> matched = names.stream().filter(this::isMatched).toList();
    if (!matched.isEmpty() && matched.size() < names.size()) {
      throw new ConfigException(
          "unfrozen_parameters: %s is matched, and is one tensor in memory with %s; match all of them or none"
              .formatted(matched, names.stream().filter(name -> !matched.contains(name)).toList()));
    }
    return !matched.isEmpty();
  }

  private boolean isMatched(String name) {
    return unfrozenParameters.stream()
        .anyMatch(expression -> pattern(expression).matcher(name).lookingAt());
  }
}
