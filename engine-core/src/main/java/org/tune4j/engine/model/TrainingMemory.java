package org.tune4j.engine.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.tensor.DType;

/**
 * What training holds in memory while a micro-batch is in the model, in bytes: counted from shapes
 * alone, by following what {@link BlockProgram} keeps and the kernels allocate.
 *
 * @param kept what forward leaves for backward, in all blocks
 * @param working the most that is held beside it: in a block's backward pass, or by the scores
 */
public record TrainingMemory(long kept, long working) {
  /**
   * Counts.
   *
   * @param shifted whether the gradient of {@linkplain InputShift inputs} is taken too
   * @param documents tokens of each document of the micro-batch
   * @param chunkScores so many scores are held at once (see the objective)
   */
  public static TrainingMemory of(
      Architecture architecture,
      Adapter adapter,
      DType dtype,
      Recompute recompute,
      boolean shifted,
      int[] documents,
      long chunkScores) {
    Shapes shapes = new Shapes(architecture, adapter, dtype.bytes(), sorted(documents));
    List<BlockSpec> blocks = architecture.blocks();
    int lowest = shifted ? 0 : shapes.lowestTrained();
    long kept = shapes.beside() + (shifted ? shapes.shifts() : 0);
    long working = shapes.scores(chunkScores);
    for (int i = lowest; i < blocks.size(); i++) {
      BlockSpec block = blocks.get(i);
      boolean all = recompute == Recompute.NONE;
      kept += all ? shapes.kept(block) : shapes.vector(architecture.hiddenSize());
      long backward = shapes.backward(block, all);
      working = Math.max(working, backward);
    }
    return new TrainingMemory(kept, working);
  }

  private static int[] sorted(int[] documents) {
    int[] longestFirst = documents.clone();
    Arrays.sort(longestFirst);
    for (int i = 0; i < longestFirst.length / 2; i++) {
      int last = longestFirst.length - 1 - i;
      int swapped = longestFirst[i];
      longestFirst[i] = longestFirst[last];
      longestFirst[last] = swapped;
    }
    return longestFirst;
  }

  /** The sizes of one micro-batch in one model. */
  private static final class Shapes {
    /** Query rows whose scores are taken at once: {@code strip} in kernel file attention.py. */
    private static final int STRIP = 128;

    private static final int FLOAT = 4;
    private static final int LONG = 8;

    private final Architecture architecture;
    private final Adapter adapter;
    private final int bytes;
    private final int[] documents;
    private final int prefix;
    private final long tokens;
    private final Set<String> trained;

    Shapes(Architecture architecture, Adapter adapter, int bytes, int[] documents) {
      this.architecture = architecture;
      this.adapter = adapter;
      this.bytes = bytes;
      VirtualPlaces virtual = VirtualPlaces.of(adapter.virtualTokens());
      this.prefix = virtual.prefix();
      this.documents = Arrays.stream(documents).map(n -> virtual.inputs() + n).toArray();
      this.tokens = Arrays.stream(this.documents).asLongStream().sum();
      this.trained =
          adapter.trainedWeights().stream()
              .map(trainable -> trainable.slot().name())
              .collect(Collectors.toSet());
    }

    /** So many numbers of every token. */
    long vector(long numbers) {
      return tokens * numbers * bytes;
    }

    /** The first block that backward reaches. */
    int lowestTrained() {
      if (adapter.virtualTokens().isPresent()
          || adapter.atEmbedding().isPresent()
          || trains(List.of(architecture.embeddingSlot()))) {
        return 0;
      }
      int lowest = 0;
      while (lowest < architecture.blocks().size()
          && !trainsAnything(architecture.blocks().get(lowest))) {
        lowest++;
      }
      return lowest;
    }

    private boolean trainsAnything(BlockSpec block) {
      return trains(block.slots())
          || block.groups().stream().anyMatch(group -> adapter.at(group).isPresent());
    }

    private boolean trains(List<TensorSlot> slots) {
      return slots.stream().anyMatch(slot -> trained.contains(slot.name()));
    }

    private boolean needsInput(LinearGroup group) {
      return adapter.at(group).isPresent() || trains(List.of(group.weight()));
    }

    /**
     * Token ids, rotary tables and places, the last block's output, the final norm, its gradient.
     */
    long beside() {
      long rotary = architecture.rope().inverseFrequencies().size();
      return tokens * 4 * LONG + vector(2 * rotary) + vector(3L * architecture.hiddenSize());
    }

    /** A shift, its gradient, and the shift that is made of that. */
    long shifts() {
      return 3 * tokens * architecture.hiddenSize() * FLOAT;
    }

    /** What a block keeps. */
    long kept(BlockSpec block) {
      ProgramLists lists =
          new ProgramLists(adapter, slot -> trained.contains(slot.name()), List::of);
      return new BlockProgram(block, architecture.hiddenSize(), lists)
              .kept().stream().mapToLong(kept -> kept.bytes(bytes)).sum()
          * tokens;
    }

    /** The most that a block's backward pass holds besides what forward kept. */
    long backward(BlockSpec block, boolean kept) {
      long hidden = vector(architecture.hiddenSize());
      long again = kept ? 0 : kept(block) + probabilities(block);
      return hidden + again + Math.max(feedForward(block), attention(block, hidden));
    }

    /** Gradients of the feed-forward part: the widest moments of mlp.py and of the way back. */
    private long feedForward(BlockSpec block) {
      if (block.feedForward() instanceof DenseFeedForward part) {
        return dense(part);
      }
      ExpertFeedForward part = (ExpertFeedForward) block.feedForward();
      long chosen = part.routing().chosen();
      // Of experts.py: the tokens and gradients of each choice, and their inner vectors.
      long experts = vector(chosen * (2L * architecture.hiddenSize() + 5L * part.intermediate()));
      return Math.max(experts, part.shared().map(this::dense).orElse(0L));
    }

    private long dense(DenseFeedForward part) {
      long inner = vector(part.out().inputs());
      long in = vector(part.in().outputs());
      long down = (needsInput(part.out()) ? inner : 0) + inner + beside(part.out());
      long activation = inner + in + (part.gated() ? 2 * inner : 0);
      long up = in + 2 * vector(architecture.hiddenSize()) + beside(part.in());
      return Math.max(down, Math.max(activation, up));
    }

    /**
     * What an adapter's kernel holds. With dropout, an input and a gradient are multiplied with the
     * mask into new tensors.
     */
    private long beside(LinearGroup group) {
      Optional<SiteKernel> kernel = adapter.at(group);
      boolean drops = kernel.stream().anyMatch(k -> k.saved().stream().anyMatch(s -> s.mask()));
      long working = kernel.map(SiteKernel::workingColumns).orElse(0L);
      return vector((drops ? 2L * group.inputs() : 0) + working);
    }

    /** Gradients of attention: the widest moment of attention.py, in its largest group. */
    private long attention(BlockSpec block, long hidden) {
      AttentionSpec spec = block.attention();
      long queries = (long) spec.heads() * spec.keySize();
      long keys = (long) spec.keyValueHeads() * spec.keySize();
      long outside = hidden + vector(queries) + vector(queries + 2 * keys);
      long inside = 0;
      for (AttentionGroups.Range group : AttentionGroups.ranges(documents)) {
        long padded = (long) group.documents() * group.longest();
        boolean isPadded = padded > group.tokens();
        long whole = padded * (3 * queries + 4 * keys) + (isPadded ? group.tokens() * queries : 0);
        long rows = (long) group.documents() * Math.min(STRIP, group.longest());
        long strip = 2 * rows * queries + 3 * rows * spec.heads() * mostKeys(spec, group);
        inside = Math.max(inside, (whole + strip) * bytes);
      }
      return outside + inside;
    }

    private long mostKeys(AttentionSpec spec, AttentionGroups.Range group) {
      int window = spec.scores().window();
      int keys = prefix + group.longest();
      return window == 0 ? keys : Math.min(keys, window + STRIP);
    }

    /** All attention probabilities of a block, which are kept while it is computed again. */
    private long probabilities(BlockSpec block) {
      AttentionSpec spec = block.attention();
      long numbers = 0;
      for (AttentionGroups.Range group : AttentionGroups.ranges(documents)) {
        for (int first = 0; first < group.longest(); first += STRIP) {
          int count = Math.min(STRIP, group.longest() - first);
          long end = prefix + (spec.scores().causal() ? first + count : group.longest());
          long keys = Math.min(end, mostKeys(spec, group));
          numbers += (long) group.documents() * spec.heads() * count * keys;
        }
      }
      return numbers * bytes;
    }

    /**
     * A chunk of scores, once as computed and once as probabilities in at least fp32; and, where
     * the output layer is trained, the chunk's gradient of its matrix before it is added up.
     */
    long scores(long chunkScores) {
      long outputs = architecture.head().out().outputs();
      long numbers = Math.min(chunkScores, tokens * outputs);
      TensorSlot head = architecture.headGroup().weight();
      int each = architecture.exact().contains(head) ? Math.max(FLOAT, bytes) : bytes;
      long gradient = trains(List.of(head)) && each < FLOAT ? head.elements() * each : 0;
      return numbers * (each + Math.max(FLOAT, bytes)) + gradient;
    }
  }
}
