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
  /** Every kind of text with its share; most rows are reviews, as the demo is about them. */
  static final List<Part> PARTS =
      List.of(
          new Part(new Reviews(), 4),
          new Part(new ArithmeticProblems(), 2),
          new Part(new ServiceDialogues(), 2),
          new Part(new MedicalNotes(), 1),
          new Part(new FinanceNotes(), 1));

  private static final int SHARES = PARTS.stream().mapToInt(Part::share).sum();

  /** A kind of text and how many of all shares it has. */
  record Part(TextKind kind, int share) {}

  private final long seed;

  public Corpus(long seed) {
    this.seed = seed;
  }

  /** The text of one row; rows are numbered from 0 and there is no last one. */
  public String row(long row) {
    SplittableRandom random = Seeds.random(seed, row);
    TextKind kind = kind(random.nextInt(SHARES));
    Language language = random.nextBoolean() ? Language.ENGLISH : Language.CHINESE;
    return kind.write(language, random);
  }

  private static TextKind kind(int drawn) {
    int end = 0;
    for (Part part : PARTS) {
      end += part.share();
      if (drawn < end) {
        return part.kind();
      }
    }
    throw new IllegalArgumentException("No part holds the share " + drawn);
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
