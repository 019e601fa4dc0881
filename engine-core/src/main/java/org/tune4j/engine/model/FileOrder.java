package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.tensor.Tensor;

/**
 * Reads tensors in the order in which they lie in the files, which is what disks and the system's
 * reading ahead are fast at, with two threads: one waits for the disk or converts while the other
 * copies.
 */
final class FileOrder {
  private static final int THREADS = 2;

  private final SafetensorsFolder files;
  private final Map<String, String> names;
  private final Map<String, Integer> places = new HashMap<>();

  /**
   * @param names what the files call the parts of slots
   */
  FileOrder(SafetensorsFolder files, Map<String, String> names) {
    this.files = files;
    this.names = names;
    files.tensors().keySet().forEach(name -> places.put(name, places.size()));
  }

  private record Piece(String name, TensorSlot slot, TensorSlot.Part part) {}

  /** Where the numbers of a slot's parts belong. */
  @FunctionalInterface
  interface Target {
    /**
     * Takes the numbers of a part; called by several threads, for another part each.
     *
     * @param fill fills a tensor in the part's shape as the file has it
     */
    void set(TensorSlot slot, TensorSlot.Part part, Consumer<Tensor> fill);
  }

  /**
   * Fills the tensors of slots from their parts in the files.
   *
   * @param target where their numbers belong
   */
  void fill(List<TensorSlot> slots, Target target) {
    List<Piece> pieces = new ArrayList<>();
    for (TensorSlot slot : slots) {
      for (TensorSlot.Part part : slot.parts()) {
        pieces.add(new Piece(names.get(part.name()), slot, part));
      }
    }
    pieces.sort(Comparator.comparing(piece -> places.get(piece.name)));
    AtomicInteger next = new AtomicInteger();
    inParallel(
        () -> {
          for (int i = next.getAndIncrement(); i < pieces.size(); i = next.getAndIncrement()) {
            try {
              Piece piece = pieces.get(i);
              target.set(piece.slot, piece.part, tensor -> Weights.fill(tensor, files, piece.name));
            } catch (RuntimeException | Error e) {
              next.set(pieces.size()); // The other thread need not go on.
              throw e;
            }
          }
        });
  }

  /** Returns when no thread reads any more, so that what they write into may be freed. */
  private static void inParallel(Runnable work) {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      CompletableFuture<?>[] running = new CompletableFuture<?>[THREADS];
      Arrays.setAll(running, i -> CompletableFuture.runAsync(work, threads));
      CompletableFuture.allOf(running).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    } finally {
      threads.shutdown();
    }
  }
}
