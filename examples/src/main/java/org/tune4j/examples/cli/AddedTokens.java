package org.tune4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.lora.LoraConfig;

/**
 * Tokens that a run adds to the vocabulary.
 *
 * @param texts the tokens; none for a run that adds none
 */
record AddedTokens(List<String> texts) {
  private static final String KEY = "add_tokens";

  AddedTokens {
    texts = List.copyOf(texts);
  }

  /** What settings say; they are learned by LoRA, as rows of the embedding, or by full training. */
  static AddedTokens of(Settings settings) {
    List<String> texts = new ArrayList<>();
    settings.list(KEY, texts::addAll);
    if (!texts.isEmpty() && !settings.text("peft_type").orElse("LORA").equalsIgnoreCase("lora")) {
      throw new ConfigException(
          "%s: wanted LoRA or --method full, which learn what the tokens mean; found peft_type %s"
              .formatted(KEY, settings.text("peft_type").orElseThrow()));
    }
    if (!texts.isEmpty() && settings.has("trainable_token_indices")) {
      throw new ConfigException(
          "%s and trainable_token_indices: the tokens that are added are those whose vectors are"
                  .formatted(KEY)
              + " learned; leave trainable_token_indices out");
    }
    return new AddedTokens(texts);
  }

  boolean isEmpty() {
    return texts.isEmpty();
  }

  /** The model as it is once it has rows for all tokens of a tokenizer. */
  static Architecture grown(Architecture architecture, Tokenizer tokenizer) {
    return architecture.withVocabulary(
        Math.max(architecture.vocabularySize(), tokenizer.vocabularySize()));
  }

  /** The same; the model that is given is given up. */
  static CausalLm grown(CausalLm model, Tokenizer tokenizer) {
    return model.withVocabulary(
        Math.max(model.architecture().vocabularySize(), tokenizer.vocabularySize()));
  }

  /** LoRA that learns the rows of these tokens, where it does not train the whole matrix. */
  LoraConfig learnedBy(LoraConfig lora, Architecture architecture, Tokenizer tokenizer) {
    if (isEmpty()) {
      return lora;
    }
    int size = tokenizer.vocabularySize();
    List<Integer> ids = IntStream.range(size - texts.size(), size).boxed().toList();
    TargetModules saved = TargetModules.of(lora.modulesToSave().toArray(String[]::new));
    Map<String, List<Integer>> rows = new LinkedHashMap<>();
    List<String> modules = new ArrayList<>(List.of(architecture.embedding().module()));
    if (!architecture.tied()) {
      modules.add(architecture.head().out().module());
    }
    for (String module : modules) {
      if (!saved.matches(module)) {
        rows.put(module.substring(module.lastIndexOf('.') + 1), ids);
      }
    }
    return lora.toBuilder().trainableTokenIndices(rows).build();
  }

  /** An adapter's folder that has a tokenizer of its own, as transformers saves it. */
  static Optional<Path> ownTokenizer(Optional<Path> adapter) {
    return adapter.filter(each -> Files.exists(each.resolve("tokenizer.json")));
  }
}
