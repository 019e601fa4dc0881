package org.tune4j.lora;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Learned rows of the embedding for some tokens, and of the output layer: the same ones where both
 * share their matrix.
 */
final class TokenRows {
  /** Stands for the input embedding where no module is named. */
  static final String INPUT = "";

  private final String key;
  private final Architecture architecture;
  private final Map<TensorSlot, Rows> all = new LinkedHashMap<>();

  /** Which rows of a matrix a parameter begins as. */
  private record Rows(TensorSlot weight, List<Integer> tokens) {}

  /**
   * @param key what configurations have them under, for errors
   * @param wanted tokens by the last steps of the embedding's path or the output layer's
   * @param wrapper what PEFT's names have after the module's path
   * @throws ConfigException if a module is neither, or a token is not in the vocabulary
   */
  TokenRows(
      String key, Map<String, List<Integer>> wanted, Architecture architecture, String wrapper) {
    this.key = key;
    this.architecture = architecture;
    String embedding = architecture.embedding().module();
    String head = architecture.head().out().module();
    Map<String, List<Integer>> byModule = new LinkedHashMap<>();
    wanted.forEach(
        (name, tokens) -> {
          requireTokens(tokens);
          byModule.put(module(name, embedding, head), tokens);
        });
    if (architecture.tied() && byModule.containsKey(head)) {
      if (!byModule.get(head).equals(byModule.get(embedding))) {
        throw new ConfigException(
            "%s: %s and %s share their matrix: wanted the same tokens of both, found %s"
                .formatted(key, embedding, head, byModule));
      }
      byModule.remove(head);
    }
    byModule.forEach(
        (module, tokens) ->
            all.put(
                TensorSlot.whole(
                    PeftFiles.PREFIX + module + wrapper + ".trainable_tokens_delta",
                    tokens.size(),
                    architecture.hiddenSize()),
                new Rows(
                    module.equals(embedding)
                        ? architecture.embeddingSlot()
                        : architecture.headGroup().weight(),
                    tokens)));
  }

  private String module(String name, String embedding, String head) {
    TargetModules named = TargetModules.of(name.equals(INPUT) ? embedding : name);
    if (named.matches(embedding)) {
      return embedding;
    }
    if (named.matches(head)) {
      return head;
    }
    throw TargetModules.nothingMatches(key, name, List.of(embedding, head));
  }

  private void requireTokens(List<Integer> tokens) {
    int vocabulary = architecture.vocabularySize();
    for (int token : tokens) {
      if (token < 0 || token >= vocabulary) {
        throw new ConfigException(
            "%s: wanted tokens 0 to %d, found %d; of a tokenizer that has more, give the model rows with CausalLm.withVocabulary first"
                .formatted(key, vocabulary - 1, token));
      }
    }
    if (tokens.isEmpty() || new HashSet<>(tokens).size() < tokens.size()) {
      throw new ConfigException(
          "%s: wanted at least one token, each once, found %s".formatted(key, tokens));
    }
  }

  /**
   * Puts them where they are read.
   *
   * @throws ConfigException if something else is learned there
   */
  void join(SiteAdapter adapter, ModuleSites sites) {
    all.forEach(
        (slot, rows) -> {
          boolean reads = rows.weight.equals(architecture.embeddingSlot());
          if (reads) {
            requireFree(sites, architecture.embedding().module());
            adapter.putAtEmbedding(kernel("token_rows", slot, rows));
          }
          if (!reads || architecture.tied()) {
            requireFree(sites, architecture.head().out().module());
            adapter.put(architecture.headGroup().name(), kernel("token_scores", slot, rows));
          }
        });
  }

  private void requireFree(ModuleSites sites, String module) {
    if (sites.isAdapted(module) || sites.isSaved(module)) {
      throw new ConfigException(
          "%s: %s is named by target_modules or modules_to_save too; keep one"
              .formatted(key, module));
    }
  }

  private static SiteKernel kernel(String name, TensorSlot slot, Rows rows) {
    return new SiteKernel(name, rows.tokens.toString(), List.of(slot), List.of());
  }

  /** Makes them what the base has. */
  void begin(CausalLm base, TrainableTensors weights) {
    all.forEach(
        (slot, rows) -> {
          try (TensorScope work = TensorScope.open()) {
            for (int i = 0; i < rows.tokens.size(); i++) {
              TensorOps.copy(
                  TensorOps.rows(work, weights.master(slot), i, 1),
                  TensorOps.rows(work, base.weight(rows.weight), rows.tokens.get(i), 1));
            }
          }
        });
    weights.refresh();
  }

  /** Whether a site is where these are read. */
  boolean owns(SiteKernel site) {
    return site.parameters().stream().anyMatch(all::containsKey);
  }

  /** Whether the rows at a site are what the base has. */
  boolean areBase(SiteKernel site, CausalLm base, TrainableTensors weights) {
    TensorSlot slot = site.parameters().get(0);
    Rows rows = all.get(slot);
    try (TensorScope work = TensorScope.open()) {
      for (int i = 0; i < rows.tokens.size(); i++) {
        Tensor own = TensorOps.rows(work, base.weight(rows.weight), rows.tokens.get(i), 1);
        Tensor learned = TensorOps.rows(work, weights.master(slot), i, 1);
        if (TensorOps.fingerprint(TensorOps.cast(work, learned, own.dtype()))
            != TensorOps.fingerprint(own)) {
          return false;
        }
      }
    }
    return true;
  }

  /** The modules whose rows are learned. */
  List<String> modules() {
    List<String> modules = new ArrayList<>();
    for (Rows rows : all.values()) {
      modules.add(
          rows.weight.equals(architecture.embeddingSlot())
              ? architecture.embedding().module()
              : architecture.head().out().module());
    }
    return modules;
  }
}
