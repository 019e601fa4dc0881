package org.tune4j.lora;

import java.util.ArrayList;
import java.util.List;
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
  private SavedEmbeddings() {}

  /** The configuration that names them. */
  static LoraConfig of(LoraConfig config, TensorFile file, Architecture architecture) {
    TargetModules named = TargetModules.of(config.modulesToSave().toArray(String[]::new));
    List<String> saved = new ArrayList<>(config.modulesToSave());
    List.of(architecture.embedding().module(), architecture.head().out().module()).stream()
        .filter(module -> file.tensors().containsKey(PeftFiles.PREFIX + module + ".weight"))
        .filter(module -> !named.matches(module))
        .forEach(saved::add);
    // Of a tied matrix either name means both.
    boolean more = saved.size() > config.modulesToSave().size();
    boolean covered =
        architecture.tied()
            && (named.matches(architecture.embedding().module())
                || named.matches(architecture.head().out().module()));
    return more && !covered
        ? config.toBuilder().modulesToSave(saved.toArray(String[]::new)).build()
        : config;
  }
}
