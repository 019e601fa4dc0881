package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Folders that this process has locked. */
  private static final Set<Path> HERE = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final Path real;
  private final FileChannel lock;

  private RunFolder(Path path, Path real, FileChannel lock) {
    this.path = path;
    this.real = real;
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
      Path real = path.toRealPath();
      // Asked before the lock's file is opened: closing it again would end this process's lock.
      if (!HERE.add(real)) {
        throw taken(path);
      }
      try {
        return locked(path, real, resume);
      } catch (IOException | RuntimeException e) {
        HERE.remove(real);
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be opened for a run: " + e.getMessage(), e);
    }
  }

  private static RunFolder locked(Path path, Path real, boolean resume) throws IOException {
    FileChannel channel =
        FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw taken(path);
      }
      sweep(path);
      if (!resume && !new CheckpointStore(path).isEmpty()) {
        throw new ConfigException(
            path + ": holds the checkpoints of a run; let the run resume, or name another folder");
      }
      return new RunFolder(path, real, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static ConfigException taken(Path path) {
    return new ConfigException(
        path + ": another run is writing to this folder; wait for its end, or name another one");
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
    if (!lock.isOpen()) {
      return; // Another run may have it by now.
    }
    try {
      lock.close();
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be unlocked: " + e.getMessage(), e);
    } finally {
      HERE.remove(real);
    }
  }
}
