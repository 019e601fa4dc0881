package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.tokenize.Tokenizer;

/** What two forms of a model are compared on. */
final class ComparedPrompts {
  private static final List<String> USUAL =
      List.of(
          "The capital of France is Paris, and the capital of Italy is",
          "Question: what is 12 plus 30? Answer:",
          "def add(a, b):\n    return",
          "今天天气很好，我们一起去");

  /** Longer prompts are compared on so many of their first tokens. */
  private static final int LONGEST = 64;

  private ComparedPrompts() {}

  /**
   * The ids of the prompts of a file, or of the usual ones.
   *
   * @param model whose tokenizer is asked
   */
  static List<int[]> ids(Path model, Optional<Path> file, Architecture architecture) {
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      List<int[]> texts = new ArrayList<>();
      for (String prompt : file.map(GenerateCommand::read).orElse(USUAL)) {
        int[] ids = tokenizer.encode(prompt, true).ids();
        int most = Math.min(LONGEST, architecture.maxPositions());
        texts.add(Arrays.copyOf(ids, Math.min(ids.length, most)));
      }
      return texts;
    }
  }
}
