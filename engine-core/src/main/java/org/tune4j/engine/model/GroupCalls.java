package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;
import static org.tune4j.engine.model.KernelText.text;

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
  private final boolean exact;
  private final List<Kept> kept = new ArrayList<>();

  /**
   * @param seed kernel text of the scalar that this group's random draws depend on
   */
  GroupCalls(LinearGroup group, String variable, ProgramLists lists, String seed) {
    this(group, variable, lists, seed, false);
  }

  /**
   * @param exact whether the group is computed in at least fp32: an adapter's part in it then too
   */
  GroupCalls(LinearGroup group, String variable, ProgramLists lists, String seed, boolean exact) {
    this.exact = exact;
    this.group = group;
    this.site = lists.adapter() == null ? Optional.empty() : lists.adapter().at(group);
    this.lists = lists;
    this.seed = seed;
    for (SiteKernel.Saved saved : site.map(SiteKernel::saved).orElse(List.of())) {
      Kept.Kind kind = saved.mask() ? Kept.Kind.BYTE : Kept.Kind.COMPUTED;
      kept.add(new Kept(variable + "_" + kept.size(), saved.columns(), kind));
    }
    site.filter(kernel -> !kernel.derived().isEmpty()).ifPresent(this::derive);
  }

  private void derive(SiteKernel kernel) {
    String p = ProgramLists.list(kernel.parameters().stream().map(lists::p).toList());
    lists.derive(
        kernel.derived(),
        text("__torch__.%s.derive(%s, %s, %s)", kernel.kernel(), w(), p, kernel.literals()));
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
    return learns() || lists.trains(group.weight());
  }

  /** Whether anything here is trained. */
  boolean trains() {
    return learns() || group.slots().stream().anyMatch(lists::trains);
  }

  /** Whether what an adapter computes here is trained. */
  private boolean learns() {
    return site.filter(kernel -> !kernel.parameters().isEmpty()).isPresent();
  }

  String forward(String y, String x) {
    if (site.isEmpty()) {
      return line("%s = __torch__.linear.forward(%s, %s)", y, x, w());
    }
    SiteKernel kernel = site.get();
    StringBuilder calls =
        new StringBuilder(
            line(
                "(%s, %s_saved) = __torch__.%s.forward(%s, %s, %s, %s, %s)",
                y, y, kernel.kernel(), x, w(), p(kernel), kernel.literals(), seed));
    for (int i = 0; i < kept.size(); i++) {
      calls.append(line("%s = %s_saved[%d]", kept.get(i).name(), y, i));
    }
    return calls.toString();
  }

  String backward(String gx, String gy, String x) {
    String w = lists.trains(group.weight()) ? weightGradient(gx, gy, x) : "";
    String b =
        group.bias().filter(lists::trains).map(bias -> biasGradient(gx, gy, bias)).orElse("");
    return inputGradient(gx, gy, x) + w + b;
  }

  private String inputGradient(String gx, String gy, String x) {
    if (site.isEmpty()) {
      return line("%s = __torch__.linear.input_gradient(%s, %s)", gx, gy, w());
    }
    SiteKernel kernel = site.get();
    String g = ProgramLists.list(kernel.parameters().stream().map(lists::g).toList());
    String saved = ProgramLists.list(kept.stream().map(Kept::name).toList());
    return line(
        "%s = __torch__.%s.backward(%s, %s, %s, %s, %s, %s, %s, %s)",
        gx, kernel.kernel(), gy, x, w(), p(kernel), g, saved, kernel.literals(), seed);
  }

  private String weightGradient(String gx, String gy, String x) {
    return line(
        "%s_w = __torch__.linear.add_weight_gradient(%s, %s, %s)",
        gx, gy, x, lists.g(group.weight()));
  }

  private String biasGradient(String gx, String gy, TensorSlot bias) {
    return line("%s_b = __torch__.linear.add_bias_gradient(%s, %s)", gx, gy, lists.g(bias));
  }

  /** Kernel text of the group's matrix in plain numbers, in the type of {@code like}. */
  String matrix(String like) {
    return text(
        "__torch__.linear.matrix(%s, %s)", ProgramLists.list(lists.matrix(group.weight())), like);
  }

  private String w() {
    List<String> w = new ArrayList<>(lists.matrix(group.weight()));
    group.bias().ifPresent(bias -> w.add(lists.w(bias)));
    return ProgramLists.list(w);
  }

  private String p(SiteKernel kernel) {
    String p = ProgramLists.list(kernel.inputs().stream().map(lists::p).toList());
    return exact ? "__torch__.routing.all_wide(" + p + ")" : p;
  }
}
