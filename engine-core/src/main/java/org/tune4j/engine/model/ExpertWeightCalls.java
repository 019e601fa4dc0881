package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;

import java.util.Optional;
import org.tune4j.engine.adapt.SiteKernel;

/**
 * Writes what is beside the products with the matrices of all experts, or with that of the router:
 * an adapter's part, and gradients of what is trained. To an adapter the router is one expert that
 * sees all tokens, computed in at least fp32.
 */
final class ExpertWeightCalls {
  private final TensorSlot weight;
  private final String variable;
  private final ProgramLists lists;
  private final boolean isRouter;
  private final Optional<SiteKernel> site;

  static ExpertWeightCalls experts(TensorSlot weight, String variable, ProgramLists lists) {
    return new ExpertWeightCalls(weight, variable, lists, false);
  }

  static ExpertWeightCalls router(TensorSlot weight, ProgramLists lists) {
    return new ExpertWeightCalls(weight, "router", lists, true);
  }

  private ExpertWeightCalls(
      TensorSlot weight, String variable, ProgramLists lists, boolean isRouter) {
    this.isRouter = isRouter;
    this.weight = weight;
    this.variable = variable;
    this.lists = lists;
    this.site = lists.adapter() == null ? Optional.empty() : lists.adapter().atExperts(weight);
  }

  boolean isAdapted() {
    return site.isPresent();
  }

  /** Adds an adapter's part of {@code x}'s products to {@code y}. */
  String forward(String y, String x) {
    return call("adapted_" + variable, "forward_", y, x, false);
  }

  /** Adds an adapter's part of the way back from {@code gy} to {@code gx}. */
  String inputGradient(String gx, String gy) {
    return call("back_" + variable, "input_gradient_", gx, gy, false);
  }

  /** Adds the gradients of what is trained. */
  String gradients(String gy, String x) {
    String own =
        lists.trains(weight)
            ? line(
                "trained_%s = __torch__.experts.add_products(%s, %s, %s, %s)",
                variable, gy, x, lists.g(weight), counts(gy))
            : "";
    return own + call("learned_" + variable, "add_gradients", gy, x, true);
  }

  private String counts(String rows) {
    return isRouter ? "[" + rows + ".size(0)]" : "counts";
  }

  private String call(String done, String function, String y, String x, boolean gradients) {
    return site.map(
            kernel -> {
              String all = ProgramLists.list(kernel.parameters().stream().map(lists::p).toList());
              String p = isRouter ? "__torch__.routing.all_wide(" + all + ")" : all;
              String g = ProgramLists.list(kernel.parameters().stream().map(lists::g).toList());
              return line(
                  "%s = __torch__.%s.%s(%s, %s, %s, %s, %s)",
                  done,
                  kernel.kernel(),
                  function,
                  y,
                  x,
                  gradients ? p + ", " + g : p,
                  counts(y),
                  kernel.literals());
            })
        .orElse("");
  }
}
