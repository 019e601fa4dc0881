package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** The program's methods of generation, and the tensors that they take. */
final class DecodeCalls {
  private final ProgramCalls calls;

  DecodeCalls(ProgramCalls calls) {
    this.calls = calls;
  }

  /**
   * Runs the prompts' blocks and stores every key and value: the tokens' vectors after the final
   * norm.
   */
  Tensor prefill(
      BatchTensors batch, Tensor places, List<Tensor> keys, List<Tensor> values, TensorScope into) {
    try (TensorScope work = into.nested()) {
      VirtualPass virtual = calls.virtual(false, work);
      Tensor x = calls.embed(batch, virtual, work);
      for (int i = 0; i < calls.blocks(); i++) {
        ProgramLists lists = calls.program.block(i).lists();
        Tensor y =
            calls
                .call(
                    work,
                    calls.program.blockName(i) + "_prefill",
                    x,
                    calls.list(lists, false),
                    calls.list(lists, true),
                    virtual.context(batch.context, i),
                    calls.noDropout,
                    places,
                    keys.get(i),
                    values.get(i))
                .get(0);
        x.close();
        x = y;
      }
      List<Tensor> out = calls.finalNorm(x, work);
      return into.adopt(out.get(0));
    }
  }

  /** Chooses the token after each of these rows of {@code hidden}: ids and log-probabilities. */
  List<Tensor> choose(Tensor hidden, Tensor rows, List<Tensor> choice, TensorScope into) {
    return calls.call(
        into,
        "choose",
        hidden,
        rows,
        calls.headWeights(),
        calls.headParameters(),
        calls.noDropoutScalar(into),
        choice.get(0),
        choice.get(1),
        choice.get(2));
  }

  /** Where virtual tokens stand. */
  VirtualPlaces virtualPlaces() {
    return calls.virtualPlaces();
  }

  /** Calls another of the methods of generation. */
  List<Tensor> call(String method, List<Object> arguments, TensorScope into) {
    return calls.call(into, method, arguments.toArray());
  }

  /** Every weight, in the order in which decoding takes them. */
  List<Tensor> weights() {
    List<Tensor> w = new ArrayList<>(calls.list(calls.program.embedding, false));
    for (int i = 0; i < calls.blocks(); i++) {
      w.addAll(calls.list(calls.program.block(i).lists(), false));
    }
    w.addAll(calls.list(calls.program.finalNorm, false));
    w.addAll(calls.headWeights());
    return w;
  }

  /** Every adapter parameter, in the order in which decoding takes them. */
  List<Tensor> parameters() {
    List<Tensor> p = new ArrayList<>(calls.parametersOrNone(calls.program.embedding));
    for (int i = 0; i < calls.blocks(); i++) {
      p.addAll(calls.parametersOrNone(calls.program.block(i).lists()));
    }
    p.addAll(calls.parametersOrNone(calls.program.head));
    return p.isEmpty() ? List.of(calls.noDropout) : p;
  }

  /**
   * Rotary frequencies and factor, and the seeds that switch dropout off.
   *
   * @param texts tokens of each row, the one to come included
   */
  List<Tensor> constants(int[] texts, TensorScope into) {
    return calls.decodeConstants(texts, into);
  }
}
