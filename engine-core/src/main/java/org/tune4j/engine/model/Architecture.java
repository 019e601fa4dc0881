package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;

/**
 * What a language model is: sizes and parts, without any weight.
 *
 * @param modelType as {@code config.json} says
 * @param vocabularySize rows of the embedding
 * @param hiddenSize size of a token's vector between blocks
 * @param maxPositions the longest sequence the model was made for
 * @param finalNorm after the last block; encoders have none
 * @param ignored regular expressions of checkpoint tensors that carry no weight of this model
 *     (buffers of old files)
 * @param endOfText ids that end a text, from the configuration; may be empty
 * @param fp32Modules what is kept in at least fp32, whatever the rest computes in
 */
public record Architecture(
    String modelType,
    int vocabularySize,
    int hiddenSize,
    int maxPositions,
    EmbeddingSpec embedding,
    List<BlockSpec> blocks,
    Optional<NormSpec> finalNorm,
    HeadSpec head,
    List<String> ignored,
    List<Integer> endOfText,
    Set<Fp32Module> fp32Modules) {
  public Architecture {
    blocks = List.copyOf(blocks);
    ignored = List.copyOf(ignored);
    endOfText = List.copyOf(endOfText);
    fp32Modules = Set.copyOf(fp32Modules);
  }

  /** One that computes everything in the same type. */
  public Architecture(
      String modelType,
      int vocabularySize,
      int hiddenSize,
      int maxPositions,
      EmbeddingSpec embedding,
      List<BlockSpec> blocks,
      Optional<NormSpec> finalNorm,
      HeadSpec head,
      List<String> ignored,
      List<Integer> endOfText) {
    this(
        modelType,
        vocabularySize,
        hiddenSize,
        maxPositions,
        embedding,
        blocks,
        finalNorm,
        head,
        ignored,
        endOfText,
        Set.of());
  }

  /** The same where further tensors of a checkpoint carry no weight. */
  public Architecture ignoring(List<String> more) {
    List<String> all = new ArrayList<>(ignored);
    all.addAll(more);
    return with(head, all, fp32Modules);
  }

  /** The embedding's matrix {@code [vocabulary, hidden]}. */
  public TensorSlot embeddingSlot() {
    return embedding.tokens(vocabularySize, hiddenSize);
  }

  /** All that a token passes before the first block. */
  public List<TensorSlot> embeddingSlots() {
    return embedding.slots(vocabularySize, hiddenSize);
  }

  /** The same with another head. */
  public Architecture with(HeadSpec other) {
    return with(other, ignored, fp32Modules);
  }

  /**
   * The same with some parts in at least fp32.
   *
   * @throws ConfigException if it has no such part
   */
  public Architecture with(Set<Fp32Module> inFp32) {
    for (Fp32Module module : inFp32) {
      if (module.slots(this).isEmpty()) {
        throw new ConfigException(
            "fp32_modules: a %s has no %s; it has %s"
                .formatted(
                    modelType,
                    module.lowerName(),
                    Arrays.stream(Fp32Module.values())
                        .filter(each -> !each.slots(this).isEmpty())
                        .map(Fp32Module::lowerName)
                        .toList()));
      }
    }
    return with(head, ignored, inFp32);
  }

  /**
   * The same with another number of tokens: rows of the embedding, and of an output layer for
   * words.
   *
   * @throws ConfigException if it would have fewer than it has
   */
  public Architecture withVocabulary(int tokens) {
    if (tokens < vocabularySize) {
      throw new ConfigException(
          "vocabulary: wanted at least the %d tokens that the model has, found %d"
              .formatted(vocabularySize, tokens));
    }
    return new Architecture(
        modelType,
        tokens,
        hiddenSize,
        maxPositions,
        embedding,
        blocks,
        finalNorm,
        head instanceof LanguageHead language ? language.withOutputs(tokens) : head,
        ignored,
        endOfText,
        fp32Modules);
  }

  private Architecture with(HeadSpec itsHead, List<String> itsIgnored, Set<Fp32Module> inFp32) {
    return new Architecture(
        modelType,
        vocabularySize,
        hiddenSize,
        maxPositions,
        embedding,
        blocks,
        finalNorm,
        itsHead,
        itsIgnored,
        endOfText,
        inFp32);
  }

  /** The output layer as a group; when tied it uses the embedding's matrix. */
  public LinearGroup headGroup() {
    return new LinearGroup(
        head.out().module(),
        List.of(head.out()),
        tied() ? Optional.of(embeddingSlot()) : Optional.empty());
  }

  /** Whether the output layer uses the embedding's matrix. */
  public boolean tied() {
    return head instanceof LanguageHead language && language.tied();
  }

  /** The scores become {@code cap * tanh(score / cap)}; 0 for none. */
  double scoreCap() {
    return head instanceof LanguageHead language ? language.scoreCap() : 0;
  }

  /** Whether a token sees nothing of what follows it, so that texts can be continued. */
  public boolean isCausal() {
    return blocks.stream().allMatch(block -> block.attention().scores().causal());
  }

  /** Every tensor of the model, in the order of use. */
  public List<TensorSlot> slots() {
    List<TensorSlot> slots = new ArrayList<>(embeddingSlots());
    blocks.forEach(block -> slots.addAll(block.slots()));
    finalNorm.ifPresent(norm -> slots.addAll(norm.slots()));
    head.dense().ifPresent(layer -> slots.addAll(LinearGroup.of(layer).slots()));
    if (!tied()) {
      slots.addAll(headGroup().slots());
    }
    return slots;
  }

  /**
   * Every linear layer but those of the head, in the order of use: what {@code all-linear} means
   * where there are no experts.
   */
  public List<LinearLayer> linearLayers() {
    return blocks.stream()
        .flatMap(block -> block.groups().stream())
        .flatMap(group -> group.layers().stream())
        .toList();
  }

  /** The matrices of all linear groups and experts in the blocks, in the order of use. */
  public List<TensorSlot> blockMatrices() {
    List<TensorSlot> matrices = new ArrayList<>();
    for (BlockSpec block : blocks) {
      block.groups().forEach(group -> matrices.add(group.weight()));
      if (block.feedForward() instanceof ExpertFeedForward experts) {
        matrices.add(experts.in());
        matrices.add(experts.out());
      }
    }
    return matrices;
  }

  /** How positions turn queries and keys, the same in every block; no frequencies where not. */
  RopeSpec rope() {
    return blocks.get(0).attention().rope().orElse(RopeSpec.NONE);
  }

  /** Tensors that are held, and computed with, in at least fp32. */
  public Set<TensorSlot> exact() {
    Set<TensorSlot> exact = new HashSet<>(buffers());
    fp32Modules.forEach(module -> exact.addAll(module.slots(this)));
    return exact;
  }

  /** Tensors that are never trained, and held in at least fp32. */
  public List<TensorSlot> buffers() {
    return blocks.stream().flatMap(block -> block.buffers().stream()).toList();
  }

  /** The blocks' routing, the same in all that have one. */
  Optional<RoutingSpec> routing() {
    return blocks.stream()
        .map(BlockSpec::feedForward)
        .filter(ExpertFeedForward.class::isInstance)
        .map(part -> ((ExpertFeedForward) part).routing())
        .findFirst();
  }

  /** The load-balancing loss of routers, where the family has one. */
  public Optional<RouterLoss> routerLoss() {
    return routing().flatMap(RoutingSpec::loss);
  }

  /** How many weights a token is multiplied with in the blocks. */
  public long weightsPerToken() {
    return blocks.stream()
        .mapToLong(b -> b.attention().weightsPerToken() + b.feedForward().weightsPerToken())
        .sum();
  }

  /** How many numbers the model holds; a tied matrix counts once. */
  public long parameters() {
    return slots().stream().mapToLong(TensorSlot::elements).sum();
  }
}
