package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.GivenHead;
import org.tune4j.engine.model.Precision;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;

/** A model to ask, with its tokenizer and perhaps an adapter. */
final class LoadedModel implements AutoCloseable {
  private final Tokenizer tokenizer;
  private final CausalLm base;
  private final LoadedAdapter adapted;

  private LoadedModel(Tokenizer tokenizer, CausalLm base, LoadedAdapter adapted) {
    this.tokenizer = tokenizer;
    this.base = base;
    this.adapted = adapted;
  }

  /**
   * Loads what {@code model}, {@code adapter}, {@code task_id}, {@code precision}, {@code
   * fp32_modules}, {@code weights}, {@code stream_weights}, {@code device} and {@code threads} say.
   */
  static LoadedModel of(Settings settings) {
    Path folder = SettingsCommand.required(settings, "model");
    Optional<Path> adapter = settings.path("adapter");
    Tokenizer tokenizer = Tokenizer.load(AddedTokens.tokenizer(folder, adapter));
    CausalLm base = null;
    try {
      base = base(settings, adapter.flatMap(GivenHead::read));
      LoadedAdapter adapted = LoadedAdapter.of(base, tokenizer, adapter, task(settings));
      return new LoadedModel(tokenizer, base, adapted);
    } catch (RuntimeException e) {
      tokenizer.close();
      if (base != null) {
        base.close();
      }
      throw e;
    }
  }

  /** Whose virtual tokens are taken, if that is said. */
  static Optional<Integer> task(Settings settings) {
    Integer[] task = {null};
    settings.integer("task_id", value -> task[0] = value);
    return Optional.ofNullable(task[0]);
  }

  /** What the head of a model says, or that of an adapter on it; empty if the next token. */
  static Optional<HeadTask> task(Path model, Optional<Path> adapter) {
    return adapter
        .flatMap(GivenHead::read)
        .map(GivenHead::task)
        .or(() -> Architectures.task(model));
  }

  /**
   * Loads the base that settings name.
   *
   * @param head that its adapter was trained with; empty for the model's own
   */
  static CausalLm base(Settings settings, Optional<GivenHead> head) {
    Path folder = SettingsCommand.required(settings, "model");
    settings.integer("threads", NativeGate::setThreads);
    String device = settings.text("device").orElse("cpu");
    Precision precision =
        new Precision(
            PrecisionChoice.of(settings.text("precision").orElse("auto"), device),
            PrecisionSettings.fp32Modules(settings));
    WeightFormat format = GenerationSettings.format(settings);
    boolean streams = settings.flag("stream_weights");
    if (format != WeightFormat.PLAIN && (streams || head.isPresent())) {
      throw new ConfigException(
          "weights: %s takes plain, found %s"
              .formatted(
                  streams ? "stream_weights" : "an adapter with a head of its own",
                  format.lowerName()));
    }
    if (streams && head.isPresent()) {
      throw new ConfigException(
          "stream_weights: the adapter has a head of its own, which needs the weights in memory");
    }
    if (streams) {
      return CausalLm.stream(folder, precision, device);
    }
    return head.isPresent()
        ? CausalLm.load(folder, precision, device, head.get().task(), head.get().seed())
        : CausalLm.load(folder, precision, device, format);
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  BoundModel model() {
    return adapted.model();
  }

  /** The tokens that end a text: the model's own, and the one that training appends. */
  Set<Integer> ends() {
    Set<Integer> ends = new HashSet<>(base.architecture().endOfText());
    tokenizer.eosId().ifPresent(ends::add);
    return ends;
  }

  @Override
  public void close() {
    adapted.close();
    base.close();
    tokenizer.close();
  }
}
