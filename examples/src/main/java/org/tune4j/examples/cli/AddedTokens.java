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
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.TensorInfo;
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

  /** More than that is a fault of the file, which loading tells. */
  private static final int MOST_ROWS = 1 << 24;

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

  /** The model as it is once it has rows for the tokens of this run. */
  Architecture grown(Architecture architecture, Tokenizer tokenizer) {
    return isEmpty() ? architecture : architecture.withVocabulary(rows(architecture, tokenizer));
  }

  /** The same; the model that is given is given up, and closed if that fails. */
  CausalLm grown(CausalLm model, Tokenizer tokenizer) {
    return isEmpty() ? model : withRows(model, rows(model.architecture(), tokenizer));
  }

  private static int rows(Architecture architecture, Tokenizer tokenizer) {
    return Math.max(architecture.vocabularySize(), tokenizer.vocabularySize());
  }

  private static CausalLm withRows(CausalLm model, int rows) {
    try {
      return model.withVocabulary(rows);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * A base as an adapter on it wants it: with rows for all tokens that the adapter brings. The one
   * that is given is given up, and closed if that fails.
   *
   * @param tokenizer as {@link #tokenizer} has it of the same adapter
   */
  static CausalLm grown(CausalLm base, Tokenizer tokenizer, Path adapter) {
    return withRows(base, rows(base.architecture(), tokenizer, adapter));
  }

  /** How many rows that are: those of its own tokenizer, or of a whole embedding in its file. */
  static int rows(Architecture architecture, Tokenizer tokenizer, Path adapter) {
    int rows =
        ownTokenizer(Optional.of(adapter)).isPresent()
            ? rows(architecture, tokenizer)
            : architecture.vocabularySize();
    try (SafetensorsFile file = PeftFiles.open(adapter)) {
      String name = PeftFiles.PREFIX + architecture.embedding().module() + ".weight";
      TensorInfo whole = file.tensors().get(name);
      // PEFT's users pad: more rows than the tokenizer has tokens.
      return whole == null || whole.shape().length != 2 || whole.shape()[0] > MOST_ROWS
          ? rows
          : Math.max(rows, (int) whole.shape()[0]);
    }
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

  /** The tokenizer that goes with an adapter on a base: its own, or the base's. */
  static Path tokenizer(Path base, Optional<Path> adapter) {
    return ownTokenizer(adapter).orElse(base);
  }

  /** An adapter's folder that has a tokenizer of its own, as transformers saves it. */
  static Optional<Path> ownTokenizer(Optional<Path> adapter) {
    return adapter.filter(each -> Files.exists(each.resolve("tokenizer.json")));
  }
}
