package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.adapt.SiteKernel;

/**
 * Writes the kernel calls of one linear group: the plain product, or what an adapter computes in
 * its place.
 */
final class GroupCalls {
  private final LinearGroup group;
  private final Optional<SiteKernel> site;
  private final ProgramLists lists;
  private final String seed;
  private final List<Kept> kept = new ArrayList<>();

  /**
   * @param seed kernel text of the scalar that this group's random draws depend on
   */
  GroupCalls(LinearGroup group, String variable, ProgramLists lists, String seed) {
    this.group = group;
    this.site = lists.adapter() == null ? Optional.empty() : lists.adapter().at(group);
    this.lists = lists;
    this.seed = seed;
    for (SiteKernel.Saved saved : site.map(SiteKernel::saved).orElse(List.of())) {
      Kept.Kind kind = saved.mask() ? Kept.Kind.BYTE : Kept.Kind.COMPUTED;
      kept.add(new Kept(variable + "_" + kept.size(), saved.columns(), kind));
    }
  }

  /** The variables that forward leaves for backward, besides the input. */
  List<Kept> kept() {
    return kept;
  }

  /** Whether it is the plain product, without a bias. */
  boolean isPlain() {
    return site.isEmpty() && group.bias().isEmpty();
  }

  /** Whether backward reads the group's input. */
  boolean needsInput() {
    return site.isPresent() || lists.trains(group.weight());
  }

  /** Whether anything here is trained. */
  boolean trains() {
    return site.isPresent() || group.slots().stream().anyMatch(lists::trains);
  }

  String forward(String y, String x, String indent) {
    if (site.isEmpty()) {
      return indent + y + " = __torch__.linear.forward(" + x + ", " + w() + ")\n";
    }
    SiteKernel kernel = site.get();
    StringBuilder text =
        new StringBuilder(indent)
            .append("(" + y + ", " + y + "_saved) = __torch__." + kernel.kernel() + ".forward(")
            .append(x + ", " + w() + ", " + p(kernel) + ", " + kernel.literals() + ", " + seed)
            .append(")\n");
    for (int i = 0; i < kept.size(); i++) {
      text.append(indent + kept.get(i).name() + " = " + y + "_saved[" + i + "]\n");
    }
    return text.toString();
  }

  String backward(String gx, String gy, String x, String indent) {
    StringBuilder text = new StringBuilder();
    if (site.isEmpty()) {
      text.append(indent + gx + " = __torch__.linear.input_gradient(" + gy + ", " + w() + ")\n");
    } else {
      SiteKernel kernel = site.get();
      List<String> g = kernel.parameters().stream().map(lists::g).toList();
      text.append(indent + gx + " = __torch__." + kernel.kernel() + ".backward(")
          .append(gy + ", " + x + ", " + w() + ", " + p(kernel) + ", " + ProgramLists.list(g))
          .append(
              ", "
                  + (kept.isEmpty()
                      ? "annotate(List[Tensor], [])"
                      : ProgramLists.list(kept.stream().map(Kept::name).toList())))
          .append(", " + kernel.literals() + ", " + seed + ")\n");
    }
    if (lists.trains(group.weight())) {
      text.append(indent + gx + "_w = __torch__.linear.add_weight_gradient(")
          .append(gy + ", " + x + ", " + lists.g(group.weight()) + ")\n");
    }
    group
        .bias()
        .filter(lists::trains)
        .ifPresent(
            bias ->
                text.append(indent + gx + "_b = __torch__.linear.add_bias_gradient(")
                    .append(gy + ", " + lists.g(bias) + ")\n"));
    return text.toString();
  }

  private String w() {
    return ProgramLists.list(group.slots().stream().map(lists::w).toList());
  }

  private String p(SiteKernel kernel) {
    return ProgramLists.list(kernel.parameters().stream().map(lists::p).toList());
  }
}
