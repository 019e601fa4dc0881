package org.tune4j.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.checkpoint.TensorFile;
import org.tune4j.engine.model.Architecture;

/**
 * Whole matrices of words in an adapter's file that its configuration does not name: PEFT's {@code
 * save_embedding_layers} writes them where the vocabulary has grown. They stand in the place of the
 * base's, as what {@code modules_to_save} names.
 */
final class SavedEmbeddings {
  private static final String KEY = "modules_to_save";

  private SavedEmbeddings() {}

  /** The content of an {@code adapter_config.json} that names them, whatever the method. */
  static ObjectNode named(ObjectNode config, TensorFile file, Architecture architecture) {
    JsonNode list = config.path(KEY);
    if (!list.isArray() && config.hasNonNull(KEY)) {
      return config; // Reading it will say what is wrong.
    }
    List<String> names = new ArrayList<>();
    list.forEach(name -> names.add(name.asText()));
    TargetModules named = TargetModules.of(names.toArray(String[]::new));
    List<String> modules =
        List.of(architecture.embedding().module(), architecture.head().out().module());
    // Of a tied matrix either name means both.
    boolean covered = architecture.tied() && modules.stream().anyMatch(named::matches);
    List<String> more =
        modules.stream()
            .filter(module -> file.tensors().containsKey(PeftFiles.PREFIX + module + ".weight"))
            .filter(module -> !named.matches(module))
            .toList();
    if (covered || more.isEmpty()) {
      return config;
    }
    ObjectNode all = config.deepCopy();
    ArrayNode saved = all.putArray(KEY);
    Stream.concat(names.stream(), more.stream()).forEach(saved::add);
    return all;
  }
}
