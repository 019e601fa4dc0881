package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.adapt.VirtualTokens.Kind;
import org.tune4j.engine.tensor.Tensor;

/**
 * What stands before the texts of one pass through a model, the same before each.
 *
 * @param kind null where nothing does
 * @param values {@code [count, columns]}: of each block, or of the inputs
 * @param gradients where the gradients of {@code values} are added up; none where nothing is
 *     learned
 */
record VirtualPass(Kind kind, List<Tensor> values, List<Tensor> gradients) {
  static final VirtualPass NONE = new VirtualPass(null, List.of(), List.of());

  /** A block's context: rotary tables, what stands before its texts, where the documents lie. */
  List<Tensor> context(BatchTensors batch, int block) {
    if (kind != Kind.PREFIX) {
      return batch.context;
    }
    List<Tensor> context = new ArrayList<>(batch.context.subList(0, 2));
    context.add(values.get(block));
    // Without gradients no kernel looks at it.
    context.add(gradients.isEmpty() ? values.get(block) : gradients.get(block));
    context.addAll(batch.context.subList(2, batch.context.size()));
    return context;
  }

  /** What the embedding puts in place of words, and where; a tensor nobody reads for none. */
  List<Tensor> inputs(BatchTensors batch) {
    return kind == Kind.INPUTS ? List.of(values.get(0), batch.virtualRows) : List.of(batch.ids);
  }
}
