package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.GivenHead;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * A model with a head, or the same model with several adapters, the members of an ensemble. What a
 * head has that its checkpoint lacks is drawn by the adapter's seed, so only adapters of one seed
 * share the weights of the base.
 */
final class LoadedMembers implements AutoCloseable {
  private final Map<Shared, CausalLm> bases = new HashMap<>();
  private final Deque<Runnable> opened = new ArrayDeque<>();
  private final List<BoundModel> models = new ArrayList<>();

  private final Settings settings;
  private final Tokenizer tokenizer;

  /**
   * What members have in common that share the weights of the base.
   *
   * @param rows of its embedding
   */
  private record Shared(Optional<GivenHead> head, int rows) {}

  private LoadedMembers(Settings settings, Tokenizer tokenizer) {
    this.settings = settings;
    this.tokenizer = tokenizer;
  }

  /**
   * Loads the base that settings name with each of these adapters; bare where there is none.
   *
   * @param tokenizer of the first
   * @param task what all of them must say
   * @throws ConfigException if one says something else, or reads other tokens; it names the folder
   */
  static LoadedMembers of(
      Settings settings, List<Path> adapters, Tokenizer tokenizer, HeadTask task) {
    LoadedMembers all = new LoadedMembers(settings, tokenizer);
    try {
      if (adapters.isEmpty()) {
        CausalLm base = LoadedModel.base(settings, Optional.empty());
        all.opened.push(base::close);
        all.add(base, Optional.empty());
      }
      for (Path adapter : adapters) {
        all.join(adapter, adapters.get(0), task);
      }
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  private void join(Path adapter, Path first, HeadTask task) {
    Path model = SettingsCommand.required(settings, "model");
    Optional<GivenHead> head = GivenHead.read(adapter);
    if (head.isPresent() && !head.get().task().equals(task)) {
      throw new ConfigException(
          adapter + ": says something else than " + first + ": wanted equal labels");
    }
    requireSameTokens(adapter, first, model);
    Architecture architecture =
        head.map(each -> Architectures.read(model, each.task()))
            .orElseGet(() -> Architectures.read(model));
    int rows = AddedTokens.rows(architecture, tokenizer, adapter);
    CausalLm base = bases.get(new Shared(head, rows));
    if (base == null) {
      base = AddedTokens.grown(LoadedModel.base(settings, head), tokenizer, adapter);
      opened.push(base::close);
      bases.put(new Shared(head, rows), base);
    }
    add(base, Optional.of(adapter));
  }

  private static void requireSameTokens(Path adapter, Path first, Path model) {
    Path wanted = AddedTokens.tokenizer(model, Optional.of(first));
    Path found = AddedTokens.tokenizer(model, Optional.of(adapter));
    if (!wanted.equals(found) && !sameTokens(wanted, found)) {
      throw new ConfigException(
          "%s: wanted the tokens of %s, found those of %s; one text is read for all adapters"
              .formatted(adapter, wanted, found));
    }
  }

  private static boolean sameTokens(Path one, Path other) {
    try (Tokenizer first = Tokenizer.load(one);
        Tokenizer second = Tokenizer.load(other)) {
      return first.fingerprint().equals(second.fingerprint());
    }
  }

  private void add(CausalLm base, Optional<Path> adapter) {
    LoadedAdapter adapted = LoadedAdapter.of(base, tokenizer, adapter, LoadedModel.task(settings));
    opened.push(adapted::close);
    models.add(adapted.model());
  }

  /** One for each adapter, in their order; or the bare one. */
  List<BoundModel> models() {
    return models;
  }

  @Override
  public void close() {
    opened.forEach(Runnable::run);
  }
}
