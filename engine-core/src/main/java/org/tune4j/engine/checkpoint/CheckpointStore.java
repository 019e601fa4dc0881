package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;

/**
 * The checkpoints of a run folder, {@code checkpoint-N} after update N: each appears whole or not
 * at all.
 */
public final class CheckpointStore {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
  private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,18})");
  private final Path run;

  /**
   * The checkpoints of a run.
   *
   * @param run the run's folder; made when the first checkpoint is written
   */
  public CheckpointStore(Path run) {
    this.run = run;
  }

  /** Writes the checkpoint after an update; one that is there already is replaced. */
  public Path write(long step, AtomicFolder.Content content) {
    Path folder = folder(step);
    if (Files.exists(folder)) {
      // A resumed run comes past the same update again; what it writes is equal.
      AtomicFolder.delete(folder);
    }
    AtomicFolder.write(folder, content);
    return folder;
  }

  /**
   * The newest checkpoint whose files are all as they were written; damaged ones are passed over,
   * aloud.
   */
  public Optional<Path> newestWhole() {
    List<Long> steps = steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      Path folder = folder(steps.get(i));
      try {
        Manifest.verified(folder);
        return Optional.of(folder);
      } catch (ModelFormatException e) {
        LOG.warn("{} is damaged and passed over: {}", folder, e.getMessage());
      }
    }
    return Optional.empty();
  }

  /**
   * The checkpoint after an update.
   *
   * @throws ModelFormatException if it is not there or damaged
   */
  public Path verified(long step) {
    Path folder = folder(step);
    Manifest.verified(folder);
    return folder;
  }

  /**
   * Deletes the oldest checkpoints.
   *
   * @param keep how many stay; 0 for all
   * @param spared the update whose checkpoint stays in any case
   */
  public void deleteOld(int keep, long spared) {
    List<Long> steps = new ArrayList<>(steps());
    steps.remove(Long.valueOf(spared));
    while (keep > 0 && steps.size() > keep) {
      AtomicFolder.delete(folder(steps.remove(0)));
    }
  }

  private Path folder(long step) {
    return run.resolve("checkpoint-" + step);
  }

  private List<Long> steps() {
    if (!Files.isDirectory(run)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(run)) {
      return entries
          .map(path -> NAME.matcher(path.getFileName().toString()))
          .filter(Matcher::matches)
          .map(matcher -> Long.valueOf(matcher.group(1)))
          .sorted(Comparator.naturalOrder())
          .toList();
    } catch (IOException e) {
      throw new StorageException(run + ": cannot be listed: " + e.getMessage(), e);
    }
  }
}
