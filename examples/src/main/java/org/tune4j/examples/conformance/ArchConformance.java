package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.model.arch.Architectures;

/**
 * Whether a model family gives transformers' numbers: logits, loss and the gradient of every
 * tensor, from a checkpoint in each spelling that it is found in, with and without recompute.
 * Tolerances are those of the goldens' README.
 */
public final class ArchConformance {
  private static final Set<String> TASKS = Set.of("causal", "ner", "reward", "seqcls");

  /** Checks a folder with a checkpoint, {@code golden.json} and {@code golden.safetensors}. */
  public void check(Path caseFolder, CheckSink sink) {
    String name = "arch/" + caseFolder.toAbsolutePath().normalize().getFileName();
    JsonNode golden = read(caseFolder.resolve("golden.json"));
    String modelType = read(caseFolder.resolve("config.json")).path("model_type").asText();
    String task = golden.path("task").asText();
    if (!TASKS.contains(task)) {
      sink.report(name, "task " + task + " is not supported", Double.NaN, 0, false);
    } else if (!Architectures.supported().contains(modelType)) {
      sink.report(name, "model_type " + modelType + " is not supported", Double.NaN, 0, false);
    } else {
      checkSpellings(name, caseFolder, golden, sink);
    }
  }

  private static void checkSpellings(
      String name, Path caseFolder, JsonNode golden, CheckSink sink) {
    try (Golden tensors = Golden.open(caseFolder.resolve("golden.safetensors"))) {
      for (CheckpointSpelling spelling : CheckpointSpelling.in(caseFolder)) {
        String suffix = " [" + spelling.name() + "]";
        CheckSink labelled =
            (caseName, check, diff, tolerance, ok) ->
                sink.report(caseName, check + suffix, diff, tolerance, ok);
        try {
          spelling.use(folder -> check(name, folder, golden, tensors, labelled));
        } catch (ModelFormatException e) {
          labelled.report(name, "loads: " + e.getMessage(), Double.NaN, 0, false);
        }
      }
    }
  }

  private static void check(
      String name, Path checkpoint, JsonNode golden, Golden tensors, CheckSink sink) {
    if (!golden.path("task").asText().equals("causal")) {
      try (HeadCase model = new HeadCase(name, checkpoint, golden, tensors)) {
        model.compare(sink);
      }
      return;
    }
    try (ArchCase model = new ArchCase(name, checkpoint, golden, tensors)) {
      model.compareLogits(sink);
      model.compareDocumentsAlone(sink);
      model.compareGradients(sink);
      model.compareGenerations(sink);
    }
  }

  private static JsonNode read(Path file) {
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
