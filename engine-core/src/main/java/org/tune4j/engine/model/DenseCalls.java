package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.IN;
import static org.tune4j.engine.model.KernelText.line;

import java.util.ArrayList;
import java.util.List;

/** Writes the kernel calls of two linear groups with an activation between. */
final class DenseCalls implements BranchCalls {
  private final DenseFeedForward spec;
  private final GroupCalls in;
  private final GroupCalls out;

  DenseCalls(DenseFeedForward spec, ProgramLists lists) {
    this.spec = spec;
    this.in = new GroupCalls(spec.in(), "s3", lists, "seed[2]");
    this.out = new GroupCalls(spec.out(), "s4", lists, "seed[3]");
  }

  @Override
  public List<Kept> kept() {
    List<Kept> kept = new ArrayList<>();
    kept.add(Kept.computed("u", spec.in().outputs()));
    kept.addAll(in.kept());
    kept.addAll(out.kept());
    return kept;
  }

  @Override
  public boolean trains() {
    return in.trains() || out.trains();
  }

  @Override
  public boolean readsInput() {
    return in.needsInput();
  }

  @Override
  public String forward(String y, String x) {
    return in.forward("u", x, IN) + activation() + out.forward(y, "m", IN);
  }

  private String activation() {
    return spec.gated()
        ? line("m = __torch__.mlp.gated_forward(u, '%s')", spec.activation())
        : line("m = __torch__.mlp.act(u, '%s')", spec.activation());
  }

  @Override
  public String backward(String gx, String gy, String x) {
    return (out.needsInput() ? activation() : "")
        + out.backward("gm", gy, out.needsInput() ? "m" : gy, IN)
        + line(
            "gu = __torch__.mlp.%s(gm, u, '%s')",
            spec.gated() ? "gated_backward" : "act_backward", spec.activation())
        + in.backward(gx, "gu", in.needsInput() ? x : "gu", IN);
  }
}
