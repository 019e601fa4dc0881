package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A kind of golden case: how it is recognised, and the class that checks it.
 *
 * @param name the kind
 * @param recogniser whether a folder or a file is a case of this kind; the kinds exclude each other
 * @param check empty where nothing checks this kind yet
 */
record GoldenKind(String name, Predicate<Path> recogniser, Optional<CaseCheck> check) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Every kind. */
  static final List<GoldenKind> ALL =
      List.of(
          checked(
              "arch",
              p -> has(p, "golden.json", "golden.safetensors", "config.json"),
              new ArchConformance()::check),
          checked(
              "tokenizer",
              p -> has(p, "golden.json", "tokenizer.json") && !has(p, "config.json"),
              new TokenizerConformance()::check),
          checked("chat", p -> has(p, "golden.json", "templates"), new ChatConformance()::check),
          checked(
              "safetensors",
              p -> has(p, "verdicts.bin", "hostile.json"),
              new SafetensorsConformance()::check),
          checked(
              "train", p -> has(p, "case.json") && isOfGroup(p, "train"), TrainConformance::check),
          checked("rl", p -> has(p, "case.json") && isOfGroup(p, "rl"), RlConformance::check),
          checked("eval", p -> isEvaluation(p) && isKnown(p), EvalConformance::check),
          unchecked("eval", p -> isEvaluation(p) && !isKnown(p)));

  private static GoldenKind checked(String name, Predicate<Path> recogniser, CaseCheck check) {
    return new GoldenKind(name, recogniser, Optional.of(check));
  }

  private static GoldenKind unchecked(String name, Predicate<Path> recogniser) {
    return new GoldenKind(name, recogniser, Optional.empty());
  }

  /** The kind of a case, if it is one. */
  static Optional<GoldenKind> of(Path path) {
    return ALL.stream().filter(kind -> kind.recogniser.test(path)).findFirst();
  }

  /** Whether a folder says that it holds reference values, known or not. */
  static boolean looksGolden(Path folder) {
    return has(folder, "golden.json") || has(folder, "case.json");
  }

  private static boolean has(Path folder, String... names) {
    for (String name : names) {
      if (!Files.exists(folder.resolve(name))) {
        return false;
      }
    }
    return true;
  }

  /**
   * What a case is about stands in the manifest of its group, which lies beside the cases. A case
   * that was copied alone is told by its peer: trl alone does reinforcement learning.
   */
  private static boolean isOfGroup(Path folder, String group) {
    Path manifest = folder.toAbsolutePath().normalize().resolveSibling("manifest.json");
    if (Files.isRegularFile(manifest)) {
      return read(manifest).path("group").asText().equals(group);
    }
    JsonNode golden = read(folder.resolve("case.json"));
    boolean preferences =
        golden.path("peer").toString().contains("trl")
            && !List.of("distillation", "packing").contains(golden.path("case").asText());
    return preferences == group.equals("rl");
  }

  private static boolean isEvaluation(Path file) {
    String name = String.valueOf(file.getFileName());
    return Files.isRegularFile(file)
        && name.endsWith(".json")
        && !name.equals("case.json")
        && read(file).hasNonNull("case")
        && read(file).hasNonNull("peer");
  }

  private static boolean isKnown(Path evaluation) {
    return EvalConformance.knows(read(evaluation).path("case").asText());
  }

  private static JsonNode read(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException unreadable) {
      return MissingNode.getInstance();
    }
  }
}
