package org.tune4j.engine.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.CheckpointStore;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.Finishing;
import org.tune4j.engine.tensor.Tensor;

/**
 * A run's checkpoints: {@code checkpoint-N} with the exported model or adapter, {@code
 * training_state.safetensors} (masters and optimizer state) and {@code trainer_state.json} (where
 * the run stands and what its numbers depend on).
 *
 * <p>The files are written on the run's thread, into the system's cache; another thread reads them
 * back, forces them to the disk and lets the checkpoint appear, one after the other.
 */
final class TrainCheckpoints implements AutoCloseable {
  private static final String TENSORS = "training_state.safetensors";

  private final CheckpointStore store;
  private final int keep;
  private final RunIdentity identity;
  private final TrainableTensors weights;
  private final Optimizer optimizer;
  private final AtomicFolder.Content export;
  private final ListenerStates listeners;
  private final ExecutorService finisher =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "tune4j-checkpoint");
            thread.setDaemon(true);
            return thread;
          });
  private Future<Saved> pending;

  /**
   * Checkpoints of a run.
   *
   * @param keep how many stay; 0 for all
   * @param export writes what was trained in the field's own form
   */
  TrainCheckpoints(
      CheckpointStore store,
      int keep,
      RunIdentity identity,
      TrainableTensors weights,
      Optimizer optimizer,
      AtomicFolder.Content export,
      ListenerStates listeners) {
    this.store = store;
    this.keep = keep;
    this.identity = identity;
    this.weights = weights;
    this.optimizer = optimizer;
    this.export = export;
    this.listeners = listeners;
  }

  /** A checkpoint that is whole. */
  record Saved(long step, Path folder) {}

  /**
   * Writes the files of a checkpoint; when it is whole shows in {@link #finished}. The one before
   * must be finished.
   */
  void save(TrainState state) {
    if (pending != null) {
      throw new EngineBugException("the checkpoint before is not finished");
    }
    NewFolder written = store.begin(state.step(), folder -> write(folder, state));
    pending =
        finisher.submit(
            () -> {
              Saved saved = new Saved(state.step(), store.finish(state.step(), written));
              store.deleteOld(state.step(), keep, state.bestStep());
              return saved;
            });
  }

  private void write(NewFolder folder, TrainState state) throws IOException {
    try (Optimizer.InPlace averaged = optimizer.averaged()) {
      export.writeTo(folder);
    }
    List<TensorToWrite> tensors = new ArrayList<>();
    named()
        .forEach(
            (name, tensor) -> tensors.add(StoredTensors.toWrite(name, tensor, tensor.elements())));
    folder.write(TENSORS, Map.of("format", "pt"), tensors);
    SavedState.of(identity, state, listeners.states()).writeTo(folder);
  }

  /**
   * The checkpoint that was saved last, once.
   *
   * @param wait whether to wait until it is whole
   * @throws StorageException if it could not be made whole
   */
  Optional<Saved> finished(boolean wait) {
    if (pending == null || !(wait || pending.isDone())) {
      return Optional.empty();
    }
    Future<Saved> done = pending;
    pending = null;
    try {
      return Optional.of(uninterrupted(done));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new EngineBugException("saving a checkpoint failed", e.getCause());
    }
  }

  /**
   * An interrupt does not leave half a checkpoint behind: it is seen once the other half is made.
   */
  private static <T> T uninterrupted(Future<T> future) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Map<String, Tensor> named() {
    Map<String, Tensor> named = new LinkedHashMap<>();
    named.putAll(weights.state());
    named.putAll(optimizer.state());
    return named;
  }

  /**
   * Goes on from the newest checkpoint that is whole, if there is one.
   *
   * @throws org.tune4j.engine.ConfigException if it was made under something else
   */
  Optional<TrainState> resume() {
    Optional<Path> newest = store.newestWhole();
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    SavedState saved = SavedState.read(newest.get());
    identity.requireSameAs(new RunIdentity(saved.identity()), newest.get());
    listeners.restore(saved.listeners());
    TrainState state = saved.state();
    load(newest.get(), state);
    // The run may have been stopped between saving this one and deleting what it made old.
    store.deleteOld(state.step(), keep, state.bestStep());
    return Optional.of(state);
  }

  /**
   * Goes back to the tensors of the newest whole checkpoint whose weights have seen fewer updates
   * than now, and deletes those after it. What was saved last must be finished.
   *
   * @param spared the step whose checkpoint stays in any case
   * @return whether there is one; nothing was changed otherwise
   */
  boolean rewind(long spared) {
    Optional<Path> folder = store.newestWhole();
    while (folder.isPresent()) {
      TrainState state = SavedState.read(folder.get()).state();
      if (state.updates() < optimizer.steps()) {
        load(folder.get(), state);
        store.deleteAfter(state.step(), spared);
        return true;
      }
      folder = store.newestWholeBefore(state.step());
    }
    return false;
  }

  private void load(Path folder, TrainState state) {
    // Tensors of two steps, where the JVM's end cut this in two, must not be saved as one.
    try (Finishing.Insisted whole = Finishing.insist();
        SafetensorsFile file = SafetensorsFile.open(folder.resolve(TENSORS))) {
      named().forEach((name, tensor) -> StoredTensors.fill(tensor, file, name));
      optimizer.restore(state.updates());
      weights.refresh();
    }
  }

  /** Goes back to the tensors of the checkpoint after a step. */
  void load(long step) {
    Path folder = store.verified(step);
    load(folder, SavedState.read(folder).state());
  }

  /** Waits until the checkpoint that was saved last is whole, or has failed to become so. */
  @Override
  public void close() {
    try {
      finished(true);
    } finally {
      finisher.shutdown();
    }
  }
}
