package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;

import java.util.Optional;
import org.tune4j.engine.adapt.SiteKernel;

/**
 * Writes what is beside the products with the matrices of all experts: an adapter's part, and
 * gradients of what is trained.
 */
final class ExpertWeightCalls {
  private final TensorSlot weight;
  private final String variable;
  private final ProgramLists lists;
  private final Optional<SiteKernel> site;

  ExpertWeightCalls(TensorSlot weight, String variable, ProgramLists lists) {
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
    return call("adapted_" + variable, "forward_", y + ", " + x, false);
  }

  /** Adds an adapter's part of the way back from {@code gy} to {@code gx}. */
  String inputGradient(String gx, String gy) {
    return call("back_" + variable, "input_gradient_", gx + ", " + gy, false);
  }

  /** Adds the gradients of what is trained. */
  String gradients(String gy, String x) {
    String own =
        lists.trains(weight)
            ? line(
                "trained_%s = __torch__.experts.add_products(%s, %s, %s, counts)",
                variable, gy, x, lists.g(weight))
            : "";
    return own + call("learned_" + variable, "add_gradients", gy + ", " + x, true);
  }

  private String call(String done, String function, String tensors, boolean gradients) {
    return site.map(
            kernel -> {
              String p = ProgramLists.list(kernel.parameters().stream().map(lists::p).toList());
              String g = ProgramLists.list(kernel.parameters().stream().map(lists::g).toList());
              return line(
                  "%s = __torch__.%s.%s(%s, %s, counts, %s)",
                  done,
                  kernel.kernel(),
                  function,
                  tensors,
                  gradients ? p + ", " + g : p,
                  kernel.literals());
            })
        .orElse("");
  }
}
