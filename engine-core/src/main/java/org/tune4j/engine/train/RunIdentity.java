package org.tune4j.engine.train;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.CheckpointStore;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.TrainingData;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Fp32Module;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Everything that the numbers of a run depend on, by name: a run goes on from a checkpoint only
 * under the same.
 *
 * @param fields sorted by name
 */
public record RunIdentity(Map<String, String> fields) {
  private static final Logger LOG = LoggerFactory.getLogger(RunIdentity.class);

  /** What may differ: it changes no number. */
  private static final Set<String> FREE =
      Set.of(
          "train.save_steps",
          "train.save_total_limit",
          "train.memory.takes_over",
          "train.memory.spill_states",
          "train.memory.spill_activations",
          "data.preflight_allow",
          "data.skip_bad_rows",
          "data.chat_template"); // What it says shows in the rows.

  private static final Set<String> PLANNED =
      Set.of(
          "train.per_device_train_batch_size",
          "train.gradient_accumulation_steps",
          "train.recompute",
          "train.optim",
          "train.memory.storage.masters",
          "train.memory.storage.gradients");

  public RunIdentity {
    fields = Collections.unmodifiableMap(new TreeMap<>(fields));
  }

  /** What a run is made of besides its method and its {@link TrainConfig}. */
  public static RunIdentity of(
      CausalLm base, Tokenizer tokenizer, TrainingData rows, DataConfig data) {
    return of(base)
        .and("tokenizer", tokenizer.fingerprint())
        .and("rows", rows.lookedAt().rows() + ", SHA-256 " + rows.fingerprint())
        .and("data", data);
  }

  /** A model, how it computes, and on how many threads: sums depend on them. */
  public static RunIdentity of(CausalLm base) {
    return new RunIdentity(
        Map.of(
            "base.config", base.configSha256(),
            "base.weights", base.weightsFingerprint(),
            "precision", precision(base),
            "threads", String.valueOf(NativeGate.threads())));
  }

  private static String precision(CausalLm base) {
    Set<Fp32Module> exact = new TreeSet<>(base.architecture().fp32Modules());
    return base.dtype().name()
        + (base.format() == WeightFormat.PLAIN ? "" : ", weights in " + base.format().lowerName())
        + (exact.isEmpty() ? "" : ", in FLOAT32 " + exact);
  }

  /** What a run in that folder was begun under; empty where it has no checkpoint to tell. */
  public static Optional<RunIdentity> of(CheckpointStore checkpoints) {
    for (Path checkpoint : checkpoints.newestFirst()) {
      try {
        return Optional.of(new RunIdentity(SavedState.read(checkpoint).identity()));
      } catch (ModelFormatException e) {
        LOG.warn("{} is passed over: {}", checkpoint, e.getMessage()); // All say the same.
      }
    }
    return Optional.empty();
  }

  /** With how a run trains. */
  RunIdentity and(TrainConfig config) {
    return and("train", config).and("train.optim", config.optimizer().key());
  }

  /**
   * Whether what memory is planned by was the same in this run; what it does not say was.
   *
   * @param config how a run would train
   */
  boolean dividesAs(TrainConfig config) {
    Map<String, String> would = new RunIdentity(Map.of()).and(config).fields();
    return PLANNED.stream()
        .allMatch(name -> would.get(name).equals(fields.getOrDefault(name, would.get(name))));
  }

  /** With one more field. */
  public RunIdentity and(String name, String value) {
    Map<String, String> all = new TreeMap<>(fields);
    all.put(name, value);
    return new RunIdentity(all);
  }

  /**
   * With the fields of a configuration, named {@code prefix.field_name}; records are taken apart.
   */
  public RunIdentity and(String prefix, Record config) {
    RunIdentity all = this;
    for (RecordComponent component : config.getClass().getRecordComponents()) {
      String name = prefix + "." + snakeCase(component.getName());
      Object value = value(config, component);
      all = value instanceof Record inner ? all.and(name, inner) : all.and(name, text(value));
    }
    return all;
  }

  private static String snakeCase(String camelCase) {
    return camelCase.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  private static Object value(Record config, RecordComponent component) {
    try {
      return component.getAccessor().invoke(config);
    } catch (ReflectiveOperationException e) {
      throw new EngineBugException(config.getClass() + "." + component.getName(), e);
    }
  }

  /** The same text for the same value in every process: immutable sets and maps have no order. */
  private static String text(Object value) {
    if (value instanceof Optional<?> optional) {
      return text(optional.orElse(null));
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, String> sorted = new TreeMap<>();
      map.forEach((key, entry) -> sorted.put(String.valueOf(key), text(entry)));
      return sorted.toString();
    }
    if (value instanceof Collection<?> collection) {
      List<String> texts = new ArrayList<>();
      collection.forEach(element -> texts.add(text(element)));
      return (value instanceof Set ? new TreeSet<>(texts) : texts).toString();
    }
    return String.valueOf(value);
  }

  /**
   * Compares with what a checkpoint was made under. A field that one of the two does not know, as
   * another version wrote it, is told and not compared.
   *
   * @param checkpoint what the error names
   * @throws ConfigException naming the first field that differs
   */
  void requireSameAs(RunIdentity saved, Path checkpoint) {
    Set<String> names = new TreeSet<>(fields.keySet());
    names.addAll(saved.fields.keySet());
    for (String name : names) {
      String was = saved.fields.get(name);
      String is = fields.get(name);
      if (was == null || is == null) {
        LOG.warn("{}: {} was {} and is now {}; not compared", checkpoint, name, was, is);
      } else if (!FREE.contains(name) && !was.equals(is)) {
        throw new ConfigException(
            "Cannot go on from %s: %s was %s and is now %s; set it back, or start anew in another folder"
                .formatted(checkpoint, name, was, is));
      }
    }
  }
}
