package org.tune4j.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LanguageHead;
import org.tune4j.engine.report.ModelCard;
import org.tune4j.engine.report.SourceCard;
import org.tune4j.engine.train.Versions;
import org.tune4j.eval.report.RunFacts;

/**
 * The card of a model folder that is written.
 *
 * @param base the base model's name on the hub
 * @param run the folder of the run that the adapter came out of, if it lies in one
 */
record HubCard(
    String title,
    Path source,
    Optional<String> base,
    Optional<String> license,
    List<String> datasets,
    Optional<Path> run) {
  private static final int MOST_MEBIBYTES_OF_CONFIG = 16;

  static HubCard of(Settings settings, String title, Path source, Optional<Path> adapter) {
    List<String> datasets = new ArrayList<>();
    settings.list("datasets", datasets::addAll);
    Optional<String> base = settings.text("base_model");
    base.filter(name -> ModelCard.hubName(name).isEmpty())
        .ifPresent(
            name -> {
              throw new ConfigException("base_model: wanted owner/name, found '" + name + "'");
            });
    return new HubCard(
        title,
        source,
        base.or(() -> baseOf(source, adapter)),
        settings.text("license"),
        datasets,
        adapter.map(path -> path.toAbsolutePath().normalize().getParent()));
  }

  /** What the adapter says that it was trained on, or the model that it was loaded from. */
  private static Optional<String> baseOf(Path source, Optional<Path> adapter) {
    Optional<String> named =
        adapter.flatMap(path -> hubName(PeftFiles.readConfig(path), "base_model_name_or_path"));
    return named.isPresent() || GgufModel.isFile(source)
        ? named
        : hubName(
            JsonFile.read(source.resolve("config.json"), MOST_MEBIBYTES_OF_CONFIG),
            "_name_or_path");
  }

  private static Optional<String> hubName(ObjectNode json, String field) {
    return ModelCard.hubName(json.path(field).asText());
  }

  byte[] text(Architecture architecture) {
    ModelCard card = new ModelCard(title);
    license.ifPresent(value -> card.with("license", value));
    if (license.isEmpty()) {
      card.withDefaults(SourceCard.of(source));
    }
    base.ifPresent(value -> card.with("base_model", value));
    card.with("library_name", "transformers");
    if (architecture.head() instanceof LanguageHead && architecture.isCausal()) {
      card.with("pipeline_tag", "text-generation");
    }
    card.with("tags", List.of(architecture.modelType(), "tune4j")).with("datasets", datasets);
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("architecture", architecture.modelType());
    model.put("parameters", architecture.parameters());
    model.put("longest text in tokens", architecture.maxPositions());
    card.section("Model", model);
    run.ifPresent(folder -> RunFacts.addTo(card, folder));
    return card.section("Versions", Map.of("tune4j", Versions.current().get("tune4j"))).bytes();
  }
}
