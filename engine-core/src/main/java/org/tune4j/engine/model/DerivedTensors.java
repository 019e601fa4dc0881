package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What kernels read that follows from weights and parameters, computed anew when it is asked for
 * after a change of these, block by block. It stays in the same tensors, which others may hold.
 */
final class DerivedTensors {
  private final ProgramCalls calls;
  private final TrainableTensors trainables;
  private final TensorScope scope;
  private final Map<ProgramLists, Current> current = new IdentityHashMap<>();

  /** What was derived, by names, of a {@linkplain TrainableTensors#version version}. */
  private record Current(long version, Map<String, Tensor> tensors) {}

  /**
   * @param scope that it lives in
   */
  DerivedTensors(ProgramCalls calls, TrainableTensors trainables, TensorScope scope) {
    this.calls = calls;
    this.trainables = trainables;
    this.scope = scope;
  }

  /** What a piece of the program reads, by the names of its slots. */
  Map<String, Tensor> of(ProgramLists lists) {
    if (lists.derived().isEmpty()) {
      return Map.of();
    }
    Current known = current.get(lists);
    if (known == null || known.version != trainables.version()) {
      Map<String, Tensor> tensors = known == null ? new HashMap<>() : known.tensors;
      derive(lists, tensors);
      current.put(lists, new Current(trainables.version(), tensors));
    }
    return current.get(lists).tensors;
  }

  /**
   * One of them, wherever it is read.
   *
   * @throws IllegalArgumentException if it is not derived
   */
  Tensor of(TensorSlot slot) {
    ModelProgram program = calls.program;
    return Stream.concat(
            Stream.of(program.head),
            Stream.iterate(0, i -> i < calls.blocks(), i -> i + 1)
                .map(i -> program.block(i).lists()))
        .filter(lists -> lists.derived().contains(slot))
        .findFirst()
        .map(lists -> of(lists).get(slot.name()))
        .orElseThrow(() -> new IllegalArgumentException(slot.name() + " is not derived"));
  }

  private void derive(ProgramLists lists, Map<String, Tensor> tensors) {
    int block = blockOf(lists);
    List<Tensor> masters = new ArrayList<>();
    for (TensorSlot slot : lists.p) {
      masters.add(trainables.contains(slot) ? trainables.master(slot) : calls.noDropout);
    }
    try (TensorScope work = scope.nested()) {
      List<Tensor> values =
          calls.call(
              work,
              (block < 0 ? "head" : calls.program.blockName(block)) + "_derive",
              block < 0 ? calls.headWeights() : calls.blockWeights(block),
              masters);
      for (int i = 0; i < values.size(); i++) {
        Tensor value = values.get(i);
        Tensor kept =
            tensors.computeIfAbsent(
                lists.derived().get(i).name(),
                name -> TensorOps.zeros(scope, value.dtype(), value.shape()));
        TensorOps.copy(kept, value);
      }
    }
  }

  /** -1 for the head. */
  private int blockOf(ProgramLists lists) {
    for (int i = 0; i < calls.blocks(); i++) {
      if (calls.program.block(i).lists() == lists) {
        return i;
      }
    }
    return -1;
  }
}
