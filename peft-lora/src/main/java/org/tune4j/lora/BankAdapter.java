package org.tune4j.lora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.HeldConstants;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.LatentAttention;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A bank as the engine sees it: at every linear group of the blocks a kernel that reads its
 * matrices as constants. These have other rows whenever other adapters are there, so the program is
 * compiled once.
 */
final class BankAdapter implements Adapter {
  /** How much of each adapter a token takes, {@code [tokens or 1, adapters]}. */
  static final TensorSlot WEIGHTS = TensorSlot.whole("bank.weights", 1, 0);

  private final BiFunction<List<String>, TensorScope, HeldConstants> hold;
  private final List<LinearLayer> layers = new ArrayList<>();
  private final List<TensorSlot> matrices = new ArrayList<>();
  private final Map<String, SiteKernel> kernels = new LinkedHashMap<>();

  /**
   * @param hold what {@link #hold} gives
   */
  BankAdapter(
      Architecture architecture, BiFunction<List<String>, TensorScope, HeldConstants> hold) {
    this.hold = hold;
    for (BlockSpec block : architecture.blocks()) {
      block.groups().stream().filter(group -> !isOfLatents(block, group)).forEach(this::join);
    }
  }

  /**
   * What makes keys and values of latents is computed for tokens of the cache, whole texts at a
   * time, and not at all where it is the plain product.
   */
  private static boolean isOfLatents(BlockSpec block, LinearGroup group) {
    return block.attention() instanceof LatentAttention latent && group.equals(latent.keyValue());
  }

  private void join(LinearGroup group) {
    List<TensorSlot> slots = new ArrayList<>(List.of(WEIGHTS));
    List<Integer> starts = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    for (LinearLayer layer : group.layers()) {
      layers.add(layer);
      List<TensorSlot> own =
          List.of(
              TensorSlot.whole(layer.module() + ".bank_A", 0, layer.inputs()),
              TensorSlot.whole(layer.module() + ".bank_B", 0, layer.outputs()),
              TensorSlot.whole(layer.module() + ".bank_owners", 0));
      matrices.addAll(own);
      slots.addAll(own);
      starts.add(group.firstRow(layer));
      ends.add(group.firstRow(layer) + layer.outputs());
    }
    kernels.put(
        group.name(),
        new SiteKernel("bank", starts + ", " + ends, List.of(), List.of(), List.of(), slots, 0));
  }

  /** The layers that an adapter of the bank may have something at. */
  List<LinearLayer> layers() {
    return layers;
  }

  /** Of each layer A, B, and the adapter that each of their rows is of. */
  List<TensorSlot> matrices() {
    return matrices;
  }

  @Override
  public HeldConstants hold(List<String> names, TensorScope into) {
    return hold.apply(names, into);
  }

  @Override
  public Optional<SiteKernel> at(LinearGroup group) {
    return Optional.ofNullable(kernels.get(group.name()));
  }

  @Override
  public Optional<SiteKernel> atEmbedding() {
    return Optional.empty();
  }

  @Override
  public Map<String, String> kernelSources() {
    return KernelSources.read(SiteAdapter.class, SiteAdapter.FOLDER, "bank");
  }

  @Override
  public List<Trainable> parameters() {
    return List.of();
  }

  @Override
  public List<Trainable> trainedWeights() {
    return List.of();
  }

  @Override
  public float[] initialValue(TensorSlot parameter, long seed) {
    throw new IllegalArgumentException("A bank has no parameters: " + parameter.name());
  }
}
