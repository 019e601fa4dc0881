package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes the kernel calls of a feed-forward part of many experts. */
final class ExpertCalls implements BranchCalls {
  private final ExpertFeedForward spec;
  private final ProgramLists lists;
  private final ExpertWeightCalls router;
  private final ExpertWeightCalls in;
  private final ExpertWeightCalls out;
  private final Optional<DenseCalls> shared;
  private final Optional<GroupCalls> gate;
  private final int hiddenSize;

  ExpertCalls(ExpertFeedForward spec, int hiddenSize, ProgramLists lists) {
    this.spec = spec;
    this.hiddenSize = hiddenSize;
    this.lists = lists;
    this.shared = spec.shared().map(part -> new DenseCalls(part, "shared_", lists));
    this.router = ExpertWeightCalls.router(spec.router(), lists);
    this.in = ExpertWeightCalls.experts(spec.in(), "in", lists);
    this.out = ExpertWeightCalls.experts(spec.out(), "out", lists);
    this.gate = spec.sharedGate().map(group -> new GroupCalls(group, "gate_s", lists, "seed[4]"));
  }

  @Override
  public List<Kept> kept() {
    int chosen = spec.routing().chosen();
    List<Kept> kept = new ArrayList<>();
    kept.add(new Kept("scores", spec.routing().experts(), Kept.Kind.STATISTIC));
    kept.add(new Kept("ids", chosen, Kept.Kind.LONG));
    kept.add(Kept.computed("inner", 2L * chosen * spec.intermediate()));
    shared.ifPresent(calls -> kept.addAll(calls.kept()));
    gate.ifPresent(
        calls -> {
          kept.add(Kept.computed("gate", 1));
          kept.addAll(calls.kept());
          kept.add(Kept.computed("shared", hiddenSize));
        });
    return kept;
  }

  @Override
  public boolean trains() {
    return spec.slots().stream().anyMatch(lists::trains)
        || router.isAdapted()
        || in.isAdapted()
        || out.isAdapted()
        || shared.filter(DenseCalls::trains).isPresent()
        || gate.filter(GroupCalls::trains).isPresent();
  }

  /** The router does. */
  @Override
  public boolean readsInput() {
    return true;
  }

  @Override
  public String forward(String y, String x) {
    RoutingSpec routing = spec.routing();
    String correction =
        spec.correction()
            .map(slot -> "[" + lists.w(slot) + "]")
            .orElse("annotate(List[Tensor], [])");
    return line("z = __torch__.routing.logits(%s, %s)", x, lists.w(spec.router()))
        + router.forward("z", wide(x))
        + line("scores = __torch__.routing.scores(z, %s)", sigmoid())
        + line(
            "ids = __torch__.routing.choose(scores, %s, %d, %d, %d)",
            correction, routing.chosen(), routing.groups(), routing.chosenGroups())
        + line("counted = __torch__.routing.tally(c[2], scores, ids)")
        + weights()
        + sorted()
        + line("given = __torch__.experts.given(%s, order, ids)", x)
        + line("inner = __torch__.experts.products(given, %s, counts, True)", matrix(spec.in()))
        + in.forward("inner", "given")
        + line("m = __torch__.mlp.gated_forward(inner, '%s')", spec.activation())
        + line("each = __torch__.experts.products(m, %s, counts, True)", matrix(spec.out()))
        + out.forward("each", "m")
        + line("%s = __torch__.experts.gathered(each, order, ids, weights)", y)
        + shared.map(calls -> calls.forward("shared", x)).orElse("")
        + gate.map(calls -> calls.forward("gate", x)).orElse("")
        + addShared(y);
  }

  private static String wide(String x) {
    return "__torch__.routing.wide(" + x + ")";
  }

  private String matrix(TensorSlot weight) {
    return ProgramLists.list(lists.matrix(weight));
  }

  private String addShared(String y) {
    if (gate.isPresent()) {
      return line("%s = %s.add_(torch.mul(shared, torch.sigmoid(gate)))", y, y);
    }
    return shared.isPresent() ? line("%s = %s.add_(shared)", y, y) : "";
  }

  private String weights() {
    return line(
        "weights = __torch__.routing.weights(scores, ids, %s, %s)",
        flag(spec.routing().normalised()), spec.routing().scaling());
  }

  private String sigmoid() {
    return flag(spec.routing().scoring() == RoutingSpec.Scoring.SIGMOID_CORRECTED);
  }

  private static String flag(boolean value) {
    return value ? "True" : "False";
  }

  private String sorted() {
    return line("order = __torch__.experts.order(ids)")
        + line("counts = __torch__.experts.counts(ids, %d)", spec.routing().experts());
  }

  @Override
  public String backward(String gx, String gy, String x) {
    StringBuilder text = new StringBuilder(weights()).append(sorted());
    text.append(line("a_gate = __torch__.mlp.gate(inner, '%s')", spec.activation()));
    text.append(line("m = __torch__.mlp.gated(a_gate, inner)"));
    text.append(line("geach = __torch__.experts.given(%s, order, ids)", gy));
    text.append(
        line("gm = __torch__.experts.products(geach, %s, counts, False)", matrix(spec.out())));
    text.append(out.inputGradient("gm", "geach"));
    text.append(line("gweights = __torch__.experts.weights_gradient(gm, m, order, ids, weights)"));
    text.append(line("gw = __torch__.experts.weighted(geach, order, weights)"));
    text.append(out.gradients("gw", "m"));
    text.append(line("gmw = __torch__.experts.weighted(gm, order, weights)"));
    text.append(
        line("ginner = __torch__.mlp.gated_backward(gmw, a_gate, inner, '%s')", spec.activation()));
    text.append(line("given = __torch__.experts.given(%s, order, ids)", x));
    text.append(in.gradients("ginner", "given"));
    text.append(
        line("ggiven = __torch__.experts.products(ginner, %s, counts, False)", matrix(spec.in())));
    text.append(in.inputGradient("ggiven", "ginner"));
    text.append(line("%s = __torch__.experts.input_gradient(ggiven, order, ids)", gx));
    text.append(
        line(
            "gscores = __torch__.routing.weights_backward(gweights, scores, ids, %s, %s)",
            flag(spec.routing().normalised()), spec.routing().scaling()));
    text.append(line("gscores = __torch__.routing.balanced(gscores, c[2])"));
    text.append(
        line("glogits = __torch__.routing.scores_backward(gscores, scores, %s)", sigmoid()));
    text.append(line("gz = __torch__.routing.input_gradient(glogits, %s)", lists.w(spec.router())));
    text.append(router.inputGradient("gz", "glogits"));
    text.append(line("%s = %s.add_(gz.to(ops.prim.dtype(%s)))", gx, gx, gx));
    text.append(router.gradients("glogits", wide(x)));
    String gshared = gate.isPresent() ? "gshared" : gy;
    if (gate.isPresent()) {
      text.append(line("open = torch.sigmoid(gate)"));
      text.append(line("gshared = torch.mul(%s, open)", gy));
      text.append(
          line(
              "ggate = torch.sigmoid_backward(torch.sum(torch.mul(%s, shared), [-1], True), open)",
              gy));
      text.append(gate.get().backward("gx_gate", "ggate", x));
      text.append(line("%s = %s.add_(gx_gate)", gx, gx));
    }
    shared.ifPresent(
        calls ->
            text.append(calls.backward("gx_shared", gshared, x))
                .append(line("%s = %s.add_(gx_shared)", gx, gx)));
    return text.toString();
  }
}
