package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;

/**
 * A run's folder while one run writes to it. Opening it takes its lock, which ends with the process
 * at the latest, and deletes what a killed run left half-written.
 */
public final class RunFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
  private static final String LOCK = ".lock";
  private final Path path;
  private final FileChannel lock;

  private RunFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Opens a run's folder, which is made if it is not there.
   *
   * @param resume whether the run goes on from what lies there
   * @throws ConfigException if another run is writing to it, or it holds the checkpoints of a run
   *     that is not to go on
   * @throws StorageException if it cannot be made, locked or cleared
   */
  public static RunFolder open(Path path, boolean resume) {
    DurableFolder.make(path);
    try {
      FileChannel channel =
          FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        lock(path, channel);
        sweep(path);
        if (!resume && !new CheckpointStore(path).isEmpty()) {
          throw new ConfigException(
              path
                  + ": holds the checkpoints of a run; let the run resume, or name another folder");
        }
        return new RunFolder(path, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be opened for a run: " + e.getMessage(), e);
    }
  }

  private static void lock(Path path, FileChannel channel) throws IOException {
    FileLock taken;
    try {
      taken = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      taken = null; // By this process.
    }
    if (taken == null) {
      throw new ConfigException(
          path + ": another run is writing to this folder; wait for its end, or name another one");
    }
  }

  private static void sweep(Path path) throws IOException {
    for (Path entry : FolderEntries.of(path)) {
      if (AtomicFile.isTemporary(entry)) {
        LOG.warn("{} was left by a run that was stopped, and is deleted", entry);
        AtomicFolder.delete(entry);
      }
    }
  }

  public Path path() {
    return path;
  }

  /** The run's checkpoints. */
  public CheckpointStore checkpoints() {
    return new CheckpointStore(path);
  }

  /** Lets another run write to the folder. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be unlocked: " + e.getMessage(), e);
    }
  }
}
