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

  /**
   * A block's context: rotary tables, the balance of routers, what stands before its texts, where
   * the documents lie.
   *
   * @param context the same without what stands before
   */
  List<Tensor> context(List<Tensor> context, int block) {
    if (kind != Kind.PREFIX) {
      return context;
    }
    List<Tensor> with = new ArrayList<>(context.subList(0, 3));
    with.add(values.get(block));
    // Without gradients no kernel looks at it.
    with.add(gradients.isEmpty() ? values.get(block) : gradients.get(block));
    with.addAll(context.subList(3, context.size()));
    return with;
  }

  /** What the embedding puts in place of words, and where; a tensor nobody reads for none. */
  List<Tensor> inputs(BatchTensors batch) {
    return inputs(batch.ids, batch.virtual);
  }

  /**
   * The same of some tokens.
   *
   * @param rows those that are virtual, if any is, and perhaps which of all these are
   */
  List<Tensor> inputs(Tensor ids, List<Tensor> rows) {
    if (kind != Kind.INPUTS || rows.isEmpty()) {
      return List.of(ids);
    }
    List<Tensor> inputs = new ArrayList<>(values);
    inputs.addAll(rows);
    return inputs;
  }
}
