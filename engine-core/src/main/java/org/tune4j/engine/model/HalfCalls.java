package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes the kernel calls of one half of a block: what it computes, the norms around that, and the
 * sum with what it has read.
 */
final class HalfCalls {
  private final BranchCalls branch;
  private final Optional<NormCalls> before;
  private final Optional<NormCalls> after;
  private final Optional<NormCalls> sum;
  private final String result;
  private final int hiddenSize;
  private final String gradientBefore;

  private final String read;
  private final String given;
  private final String added;

  /**
   * @param result the variable of the sum
   * @param hiddenSize size of a token's vector
   */
  HalfCalls(
      BlockSpec.Norms norms,
      BranchCalls branch,
      String result,
      int hiddenSize,
      ProgramLists lists) {
    this.branch = branch;
    this.result = result;
    this.hiddenSize = hiddenSize;
    this.read = "read_" + result;
    this.given = "given_" + result;
    this.added = "added_" + result;
    this.before = norms.before().map(norm -> new NormCalls(norm, read, lists));
    this.after = norms.after().map(norm -> new NormCalls(norm, given + "_n", lists));
    this.sum = norms.sum().map(norm -> new NormCalls(norm, result, lists));
    this.gradientBefore = "g" + (before.isPresent() ? "n_" : "b_") + result;
  }

  /** What forward leaves for backward, besides what the half has read. */
  List<Kept> kept() {
    List<Kept> kept = new ArrayList<>();
    before.ifPresent(norm -> kept.addAll(norm.kept(1)));
    kept.addAll(branch.kept());
    after.ifPresent(
        norm -> {
          kept.add(Kept.computed(given, hiddenSize));
          kept.addAll(norm.kept(1));
        });
    sum.ifPresent(
        norm -> {
          kept.add(Kept.computed(added, hiddenSize));
          kept.addAll(norm.kept(1));
        });
    return kept;
  }

  boolean trains() {
    return branch.trains()
        || List.of(before, after, sum).stream()
            .anyMatch(norm -> norm.stream().anyMatch(NormCalls::trains));
  }

  /** From the tokens {@code x} to what is to be added to them. */
  String forward(String x) {
    return around(x, branch.forward(given, before.isPresent() ? read : x));
  }

  /** The same in generation, where {@code branch} writes what this half computes. */
  String decode(String x, AttentionCalls branch) {
    return around(x, branch.decode(given, before.isPresent() ? read : x));
  }

  /** The same for the next tokens of prompts. */
  String prefill(String x, AttentionCalls branch) {
    return around(x, branch.prefill(given, before.isPresent() ? read : x));
  }

  private String around(String x, String calls) {
    return before.map(norm -> norm.forward(x)).orElse("")
        + calls
        + after.map(norm -> norm.forward(given)).orElse("");
  }

  /** The variable that {@link #forward} leaves. */
  String given() {
    return after.isPresent() ? given + "_n" : given;
  }

  /** After {@link #forward} or {@link #decode}: what was given and {@code x} become the sum. */
  String add(String x) {
    return line("%s = %s.add_(%s)", sum.isPresent() ? added : result, given(), x)
        + sum.map(norm -> norm.forward(added)).orElse("");
  }

  /** What backward needs of the sum, where the sum itself is read by others. */
  List<Kept> keptSum() {
    return sum.isPresent() ? List.of() : List.of(Kept.computed(result, hiddenSize));
  }

  /** The sum again, where {@link #keptSum} has it not. */
  String sumAgain() {
    return sum.map(norm -> norm.again(added)).orElse("");
  }

  /** From the gradient of the sum to that of {@code x}. */
  String backwardAndAdd(String gx, String gy, String x) {
    String g = sum.isPresent() ? "gs_" + result : gy;
    return sum.map(norm -> norm.backward(g, gy, added)).orElse("")
        + backward(g, x)
        + line("%s = %s.add_(%s)", gx, gradientBefore, g);
  }

  /** From the gradient of what was added to that of {@code x}, in {@link #gradient}. */
  String backward(String gy, String x) {
    String g = after.isPresent() ? "ga_" + result : gy;
    return after.map(norm -> norm.backward(g, gy, given)).orElse("")
        + (branch.readsInput() ? before.map(norm -> norm.again(x)).orElse("") : "")
        + branch.backward("gb_" + result, g, before.isPresent() ? read : x)
        + before.map(norm -> norm.backward(gradientBefore, "gb_" + result, x)).orElse("");
  }

  /** The variable that {@link #backward} leaves. */
  String gradient() {
    return gradientBefore;
  }
}
