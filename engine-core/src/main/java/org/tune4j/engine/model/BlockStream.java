package org.tune4j.engine.model;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The blocks of a model passing through memory: one that is computed with, and one that another
 * thread reads meanwhile. Forward passes go upwards and begin again, backward passes go downwards.
 *
 * <p>Belongs to one {@link BoundModel}, and is used by its thread.
 */
final class BlockStream implements AutoCloseable {
  private final StreamedWeights weights;
  private final Supplier<TensorScope> scopes;
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "tune4j-block-reader");
            thread.setDaemon(true);
            return thread;
          });
  private Read current;
  private Read next;

  /** A block in memory, or on its way there. */
  private record Read(int block, TensorScope scope, CompletableFuture<Map<String, Tensor>> tensors)
      implements AutoCloseable {
    /** Waits for the reading to end, for it writes into the memory that is freed. */
    @Override
    public void close() {
      tensors.handle((read, failure) -> null).join();
      scope.close();
    }
  }

  /**
   * @param scopes gives the scope of each block
   */
  BlockStream(StreamedWeights weights, Supplier<TensorScope> scopes) {
    this.weights = weights;
    this.scopes = scopes;
  }

  /**
   * A block's tensors by the names of their slots; they stay until another block is asked for.
   *
   * @throws org.tune4j.engine.ModelFormatException if a file changed its length since it was opened
   * @throws org.tune4j.engine.StorageException if it cannot be read
   */
  Map<String, Tensor> block(int block) {
    boolean upwards = current == null || block == current.block + 1 || block == 0;
    if (current == null || current.block != block) {
      close(current);
      current = null;
      current = take(block);
    }
    int following = upwards ? (block + 1) % weights.blocks() : block - 1;
    if (next == null && following >= 0 && following != block) {
      next = begin(following);
    }
    try {
      return current.tensors.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private Read take(int block) {
    Read read = next;
    next = null;
    if (read != null && read.block == block) {
      return read;
    }
    close(read);
    return begin(block);
  }

  private Read begin(int block) {
    TensorScope scope = scopes.get();
    return new Read(
        block, scope, CompletableFuture.supplyAsync(() -> weights.read(block, scope), reader));
  }

  private static void close(Read read) {
    if (read != null) {
      read.close();
    }
  }

  @Override
  public void close() {
    close(current);
    close(next);
    current = null;
    next = null;
    reader.shutdown();
  }
}
