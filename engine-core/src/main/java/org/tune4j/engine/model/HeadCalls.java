package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;
import static org.tune4j.engine.model.KernelText.method;

import java.util.Optional;

/**
 * Writes the methods of the output layer: {@code head}, {@code logits}, {@code losses}, and the way
 * back.
 */
final class HeadCalls {
  private static final String ARGUMENTS =
      "h: Tensor, rows: Tensor, w: List[Tensor], p: List[Tensor], seed: Tensor";

  private final double cap;
  private final boolean exact;
  private final Optional<GroupCalls> dense;
  private final GroupCalls out;

  HeadCalls(Architecture architecture, ProgramLists lists) {
    this.cap = architecture.scoreCap();
    this.exact = architecture.fp32Modules().contains(Fp32Module.HEAD);
    // Another draw than the output layer's; below 0 stays below 0.
    this.dense =
        architecture
            .head()
            .dense()
            .map(
                layer ->
                    new GroupCalls(
                        LinearGroup.of(layer), "sd", lists, "torch.bitwise_xor(seed, 1)", exact));
    this.out = new GroupCalls(architecture.headGroup(), "s", lists, "seed", exact);
  }

  String methods() {
    return method("head", "x: Tensor, w: List[Tensor], p: List[Tensor], seed: Tensor", "Tensor")
        + wide()
        + forward()
        + capped("z")
        + line("return z.to(7 if ops.prim.dtype(z) == 7 else 6)")
        + method("logits", ARGUMENTS, "Tensor")
        + line("return self.head(h.index_select(0, rows), w, p, seed)")
        + pooled()
        + method("losses", ARGUMENTS + ", targets: Tensor", "Tensor")
        + rows()
        + forward()
        + capped("z")
        + line("return __torch__.cross_entropy.forward(z, targets)")
        + method(
            "losses_backward",
            ARGUMENTS
                + ", targets: Tensor, weights: Tensor, smoothing: Tensor, gh: Tensor, g: List[Tensor]",
            "Tensor")
        + rows()
        + forward()
        + capped("capped")
        + line(
            "(losses, gz) = __torch__.cross_entropy.forward_backward(%s, targets, weights, float(smoothing))",
            cap > 0 ? "capped" : "z")
        + backward()
        + line("done = gh.index_copy_(0, rows, gx.to(ops.prim.dtype(gh)))")
        + line("return losses")
        + method(
            "logits_backward",
            ARGUMENTS + ", gradient: Tensor, gh: Tensor, g: List[Tensor]",
            "Tensor")
        + rows()
        + (backwardReadsForward() ? forward() : "")
        + line("gz = gradient.to(ops.prim.dtype(x))")
        + backward()
        + line("return gh.index_copy_(0, rows, gx.to(ops.prim.dtype(gh)))");
  }

  /** What the output layer reads, where something stands before it. */
  private String pooled() {
    return dense
        .map(
            calls ->
                method("pooled", ARGUMENTS, "Tensor")
                    + rows()
                    + calls.forward("pooled", "x")
                    + line("return torch.tanh(pooled)"))
        .orElse("");
  }

  private String rows() {
    return line("x = h.index_select(0, rows)") + wide();
  }

  private String wide() {
    return exact ? line("x = __torch__.routing.wide(x)") : "";
  }

  private String forward() {
    return dense
            .map(calls -> calls.forward("pooled", "x") + line("t = torch.tanh(pooled)"))
            .orElse("")
        + out.forward("z", dense.isPresent() ? "t" : "x");
  }

  /** Whether the way back needs more than the input: not the plain product, the dearest of all. */
  private boolean backwardReadsForward() {
    return cap > 0 || dense.isPresent() || !out.kept().isEmpty();
  }

  private String capped(String z) {
    return cap > 0 ? line("%s = __torch__.cross_entropy.capped(z, %s)", z, cap) : "";
  }

  private String backward() {
    return (cap > 0 ? line("gz = __torch__.cross_entropy.capped_backward(gz, z, %s)", cap) : "")
        + dense
            .map(
                calls ->
                    out.backward("gt", "gz", "t")
                        + line("gpooled = torch.tanh_backward(gt, t)")
                        + calls.backward("gx", "gpooled", "x"))
            .orElseGet(() -> out.backward("gx", "gz", "x"));
  }
}
