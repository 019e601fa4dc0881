package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;
import static org.tune4j.engine.model.KernelText.method;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The program of one transformer block: kernel calls put in order, the architecture's numbers as
 * literals. Backward is written out, so that only what it needs is kept and every gradient is added
 * where it belongs.
 *
 * <p>Blocks of the same form get the same text; the tensors come in lists.
 */
final class BlockProgram {
  private final ProgramLists lists;
  private final AttentionCalls attention;
  private final HalfCalls first;
  private final HalfCalls second;
  private final boolean parallel;
  private final List<Kept> kept = new ArrayList<>();
  private final String forward;
  private final String backward;

  /**
   * @param hiddenSize size of a token's vector
   */
  BlockProgram(BlockSpec block, int hiddenSize, ProgramLists lists) {
    this.lists = lists;
    this.parallel = block.residual() == BlockSpec.Residual.PARALLEL;
    this.attention = AttentionCalls.of(block.attention(), lists);
    this.first = new HalfCalls(block.attentionNorms(), attention, "h", hiddenSize, lists);
    BranchCalls feedForward =
        block.feedForward() instanceof DenseFeedForward dense
            ? new DenseCalls(dense, "", lists)
            : new ExpertCalls((ExpertFeedForward) block.feedForward(), hiddenSize, lists);
    this.second = new HalfCalls(block.feedForwardNorms(), feedForward, "y", hiddenSize, lists);
    kept.add(Kept.computed("x", hiddenSize));
    kept.addAll(first.kept());
    if (!parallel) {
      kept.addAll(first.keptSum());
    }
    kept.addAll(second.kept());
    this.forward = writeForward();
    this.backward = writeBackward();
  }

  /** The tensors that the text names. */
  ProgramLists lists() {
    return lists;
  }

  /** Whether anything in this block is trained. */
  boolean trains() {
    return first.trains() || second.trains();
  }

  /** What forward leaves for backward, the attention probabilities of a second run left out. */
  List<Kept> kept() {
    return kept;
  }

  /**
   * The methods {@code NAME_forward}, {@code _infer}, {@code _backward}, {@code _recompute}, {@code
   * _prefill} and {@code _decode}; {@code _derive} where something is derived.
   */
  String methods(String name) {
    String arguments = "w: List[Tensor], p: List[Tensor], c: List[Tensor], seed: Tensor";
    String training =
        "w: List[Tensor], p: List[Tensor], g: List[Tensor], c: List[Tensor], seed: Tensor";
    return method(name + "_run", "x: Tensor, " + arguments + ", keep: bool", "List[Tensor]")
        + forward
        + method(name + "_forward", "x: Tensor, " + arguments, "List[Tensor]")
        + line("return self.%s_run(x, w, p, c, seed, False)", name)
        + method(name + "_infer", "x: Tensor, " + arguments, "Tensor")
        + line("return self.%s_run(x, w, p, c, seed, False)[0]", name)
        + method(name + "_backward", "gy: Tensor, s: List[Tensor], " + training, "Tensor")
        + backward
        + method(name + "_recompute", "gy: Tensor, x: Tensor, " + training, "Tensor")
        + line("s = self.%s_run(x, w, p, c, seed, True)", name)
        + line("return self.%s_backward(gy, s[1:], w, p, g, c, seed)", name)
        + method(
            name + "_prefill",
            "x: Tensor, " + arguments + ", places: Tensor, past: Tensor, kc: Tensor, vc: Tensor",
            "Tensor")
        + halves(first.prefill("x", attention))
        + line("return y")
        + method(name + "_decode", "x: Tensor, " + arguments + ", kc: Tensor, vc: Tensor", "Tensor")
        + halves(first.decode("x", attention))
        + line("return y")
        + lists.deriveMethod(name);
  }

  private String writeForward() {
    String names = kept.stream().map(Kept::name).collect(Collectors.joining(", "));
    return halves(first.forward("x")) + line("return [y, %s] + probabilities", names);
  }

  /** From the calls that give {@code first.given()} to the block's output {@code y}. */
  private String halves(String attended) {
    return parallel
        ? attended
            + second.forward("x")
            + line("y = %s.add_(%s).add_(x)", second.given(), first.given())
        : attended + first.add("x") + second.forward("h") + second.add("h");
  }

  private String writeBackward() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < kept.size(); i++) {
      text.append(line("%s = s[%d]", kept.get(i).name(), i));
    }
    // The attention probabilities, where forward kept them: when the block is computed again.
    text.append(line("probabilities = s[%d:]", kept.size()));
    if (parallel) {
      return text.append(second.backwardAndAdd("gh", "gy", "x"))
          .append(first.backward("gy", "x"))
          .append(line("return %s.add_(gh)", first.gradient()))
          .toString();
    }
    return text.append(first.sumAgain())
        .append(second.backwardAndAdd("gh", "gy", "h"))
        .append(first.backwardAndAdd("gx", "gh", "x"))
        .append(line("return gx"))
        .toString();
  }
}
