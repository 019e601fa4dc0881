package org.tune4j.eval.robustness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.checkpoint.DurableFolder;
import org.tune4j.eval.result.ResultFolder;

/**
 * The files of attacks: {@code attack-NAME.jsonl}, a line a text, and {@code attack.json}, the
 * figures of all.
 */
public final class AttackFolder {
  private static final ObjectMapper JSON = new ObjectMapper();

  private AttackFolder() {}

  /** Writes what an attack made of texts. */
  public static void writeRows(Path folder, String attack, List<AttackResult> results) {
    DurableFolder.make(folder);
    StringBuilder lines = new StringBuilder();
    for (AttackResult result : results) {
      lines.append(text(json(attack, result), folder)).append('\n');
    }
    AtomicFile.write(
        folder.resolve("attack-" + attack + ".jsonl"),
        lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes the figures of attacks.
   *
   * @param about what they depend on, such as model and seed
   */
  public static void writeFigures(
      Path folder, Map<String, ?> about, List<AttackSummary> summaries) {
    DurableFolder.make(folder);
    Map<String, Object> all = new LinkedHashMap<>(about);
    all.put("attacks", summaries.stream().map(AttackFolder::json).toList());
    AtomicFile.write(
        folder.resolve("attack.json"), text(all, folder).getBytes(StandardCharsets.UTF_8));
  }

  private static String text(Map<String, Object> object, Path folder) {
    try {
      return JSON.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new StorageException(folder + ": attacks cannot be written: " + e.getMessage(), e);
    }
  }

  /** The line of a text. */
  public static Map<String, Object> json(String attack, AttackResult result) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("attack", attack);
    line.put("where", result.where());
    line.put("result", result.outcome().lowerName());
    line.put("label", result.label());
    line.put("original_label", result.originalLabel());
    line.put("perturbed_label", result.perturbedLabel());
    line.put("original", result.original());
    line.put("perturbed", result.perturbed());
    line.put("score", result.score());
    line.put("queries", result.queries());
    line.put("words", result.words());
    line.put("words_changed", result.wordsChanged());
    return line;
  }

  /** Counts and figures of an attack. */
  public static Map<String, Object> json(AttackSummary summary) {
    Map<String, Object> figures = new LinkedHashMap<>();
    summary.figures().forEach(figure -> figures.put(figure.name(), ResultFolder.json(figure)));
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("attack", summary.attack());
    line.put("successful", summary.successful());
    line.put("failed", summary.failed());
    line.put("skipped", summary.skipped());
    line.put("figures", figures);
    return line;
  }
}
