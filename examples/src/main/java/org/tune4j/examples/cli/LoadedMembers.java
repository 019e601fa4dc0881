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
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.GivenHead;

/**
 * A model with a head, or the same model with several adapters, the members of an ensemble. What a
 * head has that its checkpoint lacks is drawn by the adapter's seed, so only adapters of one seed
 * share the weights of the base.
 */
final class LoadedMembers implements AutoCloseable {
  private final Map<Optional<GivenHead>, CausalLm> bases = new HashMap<>();
  private final Deque<Runnable> opened = new ArrayDeque<>();
  private final List<BoundModel> models = new ArrayList<>();

  private LoadedMembers() {}

  /**
   * Loads the base that settings name with each of these adapters; bare where there is none.
   *
   * @param task what all of them must say
   * @throws ConfigException if one says something else; it names the folder
   */
  static LoadedMembers of(Settings settings, List<Path> adapters, HeadTask task) {
    LoadedMembers all = new LoadedMembers();
    Optional<Integer> of = LoadedModel.task(settings);
    try {
      if (adapters.isEmpty()) {
        all.add(all.base(settings, Optional.empty()), Optional.empty(), of);
      }
      for (Path adapter : adapters) {
        Optional<GivenHead> head = GivenHead.read(adapter);
        if (head.isPresent() && !head.get().task().equals(task)) {
          throw new ConfigException(
              adapter + ": says something else than " + adapters.get(0) + ": wanted equal labels");
        }
        all.add(all.base(settings, head), Optional.of(adapter), of);
      }
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  private CausalLm base(Settings settings, Optional<GivenHead> head) {
    CausalLm base = bases.get(head);
    if (base == null) {
      base = LoadedModel.base(settings, head);
      opened.push(base::close);
      bases.put(head, base);
    }
    return base;
  }

  private void add(CausalLm base, Optional<Path> adapter, Optional<Integer> task) {
    LoadedAdapter adapted = LoadedAdapter.of(base, adapter, task);
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
