package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
   * The checkpoints of a run, for reading them; a run that writes takes those of its {@link
   * RunFolder}.
   *
   * @param run the run's folder
   */
  public CheckpointStore(Path run) {
    this.run = run;
  }

  /**
   * Writes the files of the checkpoint after an update; {@link #finish} must follow, which may be
   * on another thread.
   */
  public NewFolder begin(long step, AtomicFolder.Content content) {
    // A resumed run comes past a step again whose checkpoint was damaged, and so passed over.
    remove(folder(step));
    return AtomicFolder.begin(folder(step), content);
  }

  /** Makes the checkpoint after an update durable and lets it appear. */
  public Path finish(long step, NewFolder written) {
    AtomicFolder.finish(folder(step), written);
    return folder(step);
  }

  /** Whether there is any checkpoint, whole or not. */
  public boolean isEmpty() {
    return steps().isEmpty();
  }

  /** The folders of all checkpoints, whole or not, the newest first. */
  public List<Path> newestFirst() {
    return steps().stream().sorted(Comparator.reverseOrder()).map(this::folder).toList();
  }

  /**
   * The newest checkpoint whose files are all as they were written; damaged ones are passed over,
   * aloud.
   */
  public Optional<Path> newestWhole() {
    return newestWholeBefore(Long.MAX_VALUE);
  }

  /** The newest checkpoint before an update whose files are all as they were written. */
  public Optional<Path> newestWholeBefore(long step) {
    List<Long> steps = steps();
    for (int i = steps.size() - 1; i >= 0; i--) {
      if (steps.get(i) < step) {
        Path folder = folder(steps.get(i));
        try {
          Manifest.verified(folder);
          return Optional.of(folder);
        } catch (ModelFormatException e) {
          LOG.warn("{} is damaged and passed over: {}", folder, e.getMessage());
        }
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
   * Deletes the oldest checkpoints of those up to a step. Later ones were damaged when the run went
   * on from that step, and are replaced as it comes by.
   *
   * @param keep how many stay; 0 for all
   * @param spared the step whose checkpoint stays in any case
   */
  public void deleteOld(long upTo, int keep, long spared) {
    List<Long> steps =
        new ArrayList<>(steps().stream().filter(step -> step <= upTo && step != spared).toList());
    while (keep > 0 && steps.size() > keep) {
      remove(folder(steps.remove(0)));
    }
  }

  /**
   * Deletes the checkpoints after a step.
   *
   * @param spared the step whose checkpoint stays in any case
   */
  public void deleteAfter(long step, long spared) {
    steps().stream()
        .filter(later -> later > step && later != spared)
        .forEach(later -> remove(folder(later)));
  }

  /** Takes the name away first, so that it never means half a checkpoint. */
  private static void remove(Path folder) {
    try {
      if (FolderEntries.isThere(folder)) {
        Path nameless = AtomicFile.temporaryBeside(folder);
        Files.move(folder, nameless, StandardCopyOption.ATOMIC_MOVE);
        AtomicFolder.delete(nameless);
      }
    } catch (IOException e) {
      throw new StorageException(folder + ": cannot be deleted: " + e.getMessage(), e);
    }
  }

  private Path folder(long step) {
    return run.resolve("checkpoint-" + step);
  }

  private List<Long> steps() {
    try {
      return FolderEntries.of(run).stream()
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
