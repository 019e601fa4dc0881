package org.tune4j.testdata;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Copies the demo's resources out of the jar into folders, where the loaders want them. */
public final class DemoFiles {
  /** The folder of the base model: a Hugging Face checkpoint folder. */
  public static final String BASE = "demo-base";

  /** The folder of the data sets. */
  public static final String DATA = "demo";

  /** What {@link #BASE} holds besides the weights. */
  static final List<String> BASE_FILES =
      List.of("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json");

  /** The weights in {@link #BASE}: copied if this build holds them. */
  static final String WEIGHTS = "model.safetensors";

  /** What {@link #DATA} holds. */
  static final List<String> DATA_FILES =
      List.of(
          "sentiment_train.jsonl",
          "sentiment_test.jsonl",
          "arithmetic_train.jsonl",
          "arithmetic_test.jsonl");

  private DemoFiles() {}

  /**
   * Copies the base model and the data sets to {@code folder/demo-base} and {@code folder/demo}.
   * Files of the same names are replaced.
   *
   * @return the folder
   */
  public static Path copyTo(Path folder) throws IOException {
    copyBaseTo(folder.resolve(BASE));
    copyDataTo(folder.resolve(DATA));
    return folder;
  }

  /**
   * Copies the base model's files into a folder, which is made if it is missing.
   *
   * @return the folder
   */
  public static Path copyBaseTo(Path folder) throws IOException {
    for (String name : BASE_FILES) {
      copy(BASE, name, folder);
    }
    if (hasWeights()) {
      copy(BASE, WEIGHTS, folder);
    }
    return folder;
  }

  /**
   * Copies the data sets into a folder, which is made if it is missing.
   *
   * @return the folder
   */
  public static Path copyDataTo(Path folder) throws IOException {
    for (String name : DATA_FILES) {
      copy(DATA, name, folder);
    }
    return folder;
  }

  /** Whether this build holds the base model's weights. */
  public static boolean hasWeights() {
    return DemoFiles.class.getResource(BASE + "/" + WEIGHTS) != null;
  }

  private static void copy(String from, String name, Path folder) throws IOException {
    Files.createDirectories(folder);
    try (InputStream in = DemoFiles.class.getResourceAsStream(from + "/" + name)) {
      if (in == null) {
        throw new IOException(
            "The resource " + from + "/" + name + " is missing; WriteResources writes it.");
      }
      Files.copy(in, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
