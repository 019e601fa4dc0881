package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;
import static org.tune4j.engine.model.KernelText.text;

import java.util.ArrayList;
import java.util.List;

/** Writes the kernel calls of two linear groups with an activation between. */
final class DenseCalls implements BranchCalls {
  private final DenseFeedForward spec;
  private final String prefix;
  private final GroupCalls in;
  private final GroupCalls out;

  /**
   * @param prefix of its variables
   */
  DenseCalls(DenseFeedForward spec, String prefix, ProgramLists lists) {
    this.spec = spec;
    this.prefix = prefix;
    this.in = new GroupCalls(spec.in(), prefix + "s3", lists, "seed[2]");
    this.out = new GroupCalls(spec.out(), prefix + "s4", lists, "seed[3]");
  }

  @Override
  public List<Kept> kept() {
    List<Kept> kept = new ArrayList<>();
    kept.add(Kept.computed(u(), spec.in().outputs()));
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
    return in.forward(u(), x) + activation() + out.forward(y, m());
  }

  private String u() {
    return prefix + "u";
  }

  private String m() {
    return prefix + "m";
  }

  private String activation() {
    String function = spec.gated() ? "gated_forward" : "act";
    return line("%s = __torch__.mlp.%s(%s, '%s')", m(), function, u(), spec.activation());
  }

  /** The activation once more, the gate's by itself as well. */
  private String activationAgain() {
    if (!spec.gated()) {
      return out.needsInput() ? activation() : "";
    }
    return line("%s = __torch__.mlp.gate(%s, '%s')", a(), u(), spec.activation())
        + (out.needsInput() ? line("%s = __torch__.mlp.gated(%s, %s)", m(), a(), u()) : "");
  }

  private String a() {
    return prefix + "a_gate";
  }

  @Override
  public String backward(String gx, String gy, String x) {
    String gm = prefix + "gm";
    String gu = prefix + "gu";
    String activated =
        spec.gated()
            ? text("gated_backward(%s, %s, %s, '%s')", gm, a(), u(), spec.activation())
            : text("act_backward(%s, %s, '%s')", gm, u(), spec.activation());
    return activationAgain()
        + out.backward(gm, gy, out.needsInput() ? m() : gy)
        + line("%s = __torch__.mlp.%s", gu, activated)
        + in.backward(gx, gu, in.needsInput() ? x : gu);
  }
}
