package org.tune4j.engine.model;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The weights of a model's blocks in the files that it was loaded from, which stay open and must
 * not change: they are read by position, never mapped, and a file that gets longer or shorter is an
 * exception. Several threads may read.
 */
final class StreamedWeights implements AutoCloseable {
  private final SafetensorsFolder files;
  private final FileOrder order;
  private final List<List<TensorSlot>> blocks;
  private final Set<TensorSlot> inBlocks = new HashSet<>();
  private final Set<TensorSlot> exact;
  private final DType dtype;

  private StreamedWeights(Architecture architecture, SafetensorsFolder files, DType dtype) {
    this.files = files;
    this.order = new FileOrder(files, Weights.namesInFile(architecture, files.tensors().keySet()));
    this.blocks = architecture.blocks().stream().map(BlockSpec::slots).toList();
    blocks.forEach(inBlocks::addAll);
    this.exact = architecture.exact();
    this.dtype = dtype;
  }

  /**
   * Opens a folder and checks that its tensors are the model's.
   *
   * @throws ConfigException for a GGUF file, whose numbers cost too much to decode at every pass
   * @throws org.tune4j.engine.ModelFormatException if a tensor is missing, unexpected or misshapen
   */
  static StreamedWeights open(Architecture architecture, Path folder, DType dtype) {
    if (GgufModel.isFile(folder)) {
      throw new ConfigException(
          folder
              + ": the weights of a GGUF file are not streamed; make a folder of it (export hub) or"
              + " load it into memory");
    }
    SafetensorsFolder files = SafetensorsFolder.open(folder);
    try {
      Weights.check(architecture, architecture.slots(), folder, files);
      return new StreamedWeights(architecture, files, dtype);
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  /** Whether a tensor is one of a block. */
  boolean contains(TensorSlot slot) {
    return inBlocks.contains(slot);
  }

  /** The element type that tensors are read in, but for what is exact. */
  DType dtype() {
    return dtype;
  }

  int blocks() {
    return blocks.size();
  }

  /** Reads a block: its tensors by the names of their slots. */
  Map<String, Tensor> read(int block, TensorScope into) {
    return read(blocks.get(block), into);
  }

  /** Reads a tensor. */
  Tensor read(TensorSlot slot, TensorScope into) {
    return read(List.of(slot), into).get(slot.name());
  }

  /** Reads tensors: by the names of their slots. */
  Map<String, Tensor> read(List<TensorSlot> slots, TensorScope into) {
    Map<String, Tensor> tensors = new HashMap<>();
    for (TensorSlot slot : slots) {
      DType held = Weights.held(dtype, exact.contains(slot));
      tensors.put(slot.name(), TensorOps.zeros(into, held, slot.sizes()));
    }
    order.fill(
        slots,
        (slot, part, fill) -> {
          try (TensorScope work = TensorScope.open()) {
            fill.accept(part.of(tensors.get(slot.name()), work));
          }
        });
    slots.forEach(slot -> Weights.requireInRange(slot, tensors.get(slot.name())));
    return tensors;
  }

  @Override
  public void close() {
    files.close();
  }
}
