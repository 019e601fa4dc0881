package org.tune4j.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.tune4j.engine.StorageException;
import org.tune4j.testdata.DemoFiles;

/**
 * A temporary folder with the demo's model and rows in it.
 *
 * @param path the folder
 */
record DemoFolder(Path path) {
  /** Makes one in the system's folder for such. */
  static DemoFolder create() {
    try {
      Path path = Files.createTempDirectory("tune4j-bench-");
      DemoFiles.copyTo(path);
      return new DemoFolder(path);
    } catch (IOException e) {
      throw new StorageException("A temporary folder cannot be filled: " + e.getMessage(), e);
    }
  }

  Path model() {
    return path.resolve(DemoFiles.BASE);
  }

  /** All rows of a task. */
  Path rows() {
    return path.resolve(DemoFiles.DATA).resolve("sentiment_train.jsonl");
  }

  /** The first rows of it, in a file of their own. */
  Path rows(int count) {
    try (Stream<String> lines = Files.lines(rows())) {
      List<String> first = lines.limit(count).toList();
      return Files.write(path.resolve(count + "-rows.jsonl"), first);
    } catch (IOException e) {
      throw new StorageException(path + ": rows cannot be written: " + e.getMessage(), e);
    }
  }

  /** Deletes it with all that was put in. */
  void delete() {
    delete(path);
  }

  /** Deletes a folder with all that is in it. */
  static void delete(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new StorageException(folder + ": cannot be deleted: " + e.getMessage(), e);
    }
  }
}
