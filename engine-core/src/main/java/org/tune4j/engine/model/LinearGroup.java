package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Linear layers that read the same input. They are one matrix in memory and one matrix product, and
 * the place where an adapter joins.
 *
 * @param name unique in the model
 * @param layers in row order, at least one, all with the same input size
 * @param shared the matrix of another part of the model that this group uses as its own: a tied
 *     output layer
 */
public record LinearGroup(String name, List<LinearLayer> layers, Optional<TensorSlot> shared) {
  public LinearGroup {
    layers = List.copyOf(layers);
  }

  /** A group with a matrix of its own. */
  public LinearGroup(String name, List<LinearLayer> layers) {
    this(name, layers, Optional.empty());
  }

  /** A layer alone. */
  public static LinearGroup of(LinearLayer layer) {
    return new LinearGroup(layer.module(), List.of(layer));
  }

  /** Size of a token's input. */
  public int inputs() {
    return layers.get(0).inputs();
  }

  /** Size of a token's output, all layers together. */
  public int outputs() {
    return layers.stream().mapToInt(LinearLayer::outputs).sum();
  }

  /** The first row of a layer in the matrix. */
  public int firstRow(LinearLayer layer) {
    int row = 0;
    for (LinearLayer other : layers) {
      if (other.equals(layer)) {
        return row;
      }
      row += other.outputs();
    }
    throw new IllegalArgumentException(layer.module() + " is not in group " + name);
  }

  /** The matrix {@code [outputs, inputs]}. */
  public TensorSlot weight() {
    if (shared.isPresent()) {
      return shared.get();
    }
    List<TensorSlot.Part> parts = new ArrayList<>();
    for (LinearLayer layer : layers) {
      parts.add(
          new TensorSlot.Part(
              layer.weight(), firstRow(layer), layer.weightShape(), layer.inputsFirst()));
    }
    return new TensorSlot(name + ".weight", List.of((long) outputs(), (long) inputs()), parts);
  }

  /** The bias {@code [outputs]}, where a layer has one. */
  public Optional<TensorSlot> bias() {
    List<TensorSlot.Part> parts = new ArrayList<>();
    for (LinearLayer layer : layers) {
      if (layer.bias()) {
        parts.add(
            new TensorSlot.Part(
                layer.module() + ".bias", firstRow(layer), List.of((long) layer.outputs())));
      }
    }
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(new TensorSlot(name + ".bias", List.of((long) outputs()), parts));
  }

  /** Weight, then bias where there is one: the {@code w} of the kernels. */
  public List<TensorSlot> slots() {
    List<TensorSlot> slots = new ArrayList<>();
    slots.add(weight());
    bias().ifPresent(slots::add);
    return slots;
  }
}
