package org.tune4j.testdata;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The mixed text that the demo's base model is pre-trained on: row by row a kind and a language are
 * drawn. A row is a function of (seed, row number) alone.
 */
public final class Corpus {
  /** Every kind of text. */
  static final List<TextKind> KINDS =
      List.of(
          new ArithmeticProblems(),
          new Reviews(),
          new ServiceDialogues(),
          new MedicalNotes(),
          new FinanceNotes());

  private final long seed;

  public Corpus(long seed) {
    this.seed = seed;
  }

  /** The text of one row; rows are numbered from 0 and there is no last one. */
  public String row(long row) {
    SplittableRandom random = Seeds.random(seed, row);
    TextKind kind = KINDS.get(random.nextInt(KINDS.size()));
    Language language = random.nextBoolean() ? Language.ENGLISH : Language.CHINESE;
    return kind.write(language, random);
  }

  /**
   * Writes the first rows of the corpus as JSON lines of the form {@code {"text": "..."}}, UTF-8.
   *
   * @param file the file to write; its folder is made if it is missing
   * @return the file
   */
  public static Path writePretraining(Path file, int rows, long seed) throws IOException {
    if (rows < 1) {
      throw new IllegalArgumentException("rows is " + rows + "; it must be at least 1.");
    }
    Corpus corpus = new Corpus(seed);
    if (file.getParent() != null) {
      Files.createDirectories(file.getParent());
    }
    try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      for (int row = 0; row < rows; row++) {
        out.write(Json.line(Map.of("text", corpus.row(row))) + "\n");
      }
    }
    return file;
  }
}
