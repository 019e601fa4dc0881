package org.tune4j.engine.model;

import java.util.List;

/** Writes the kernel calls of one normalisation. */
final class NormCalls {
  private final NormSpec norm;
  private final ProgramLists lists;
  private final String y;
  private final List<String> statistics;

  /**
   * @param y the variable that takes the normalised tokens; the statistics are called after it
   */
  NormCalls(NormSpec norm, String y, ProgramLists lists) {
    this.norm = norm;
    this.lists = lists;
    this.y = y;
    this.statistics = rms() ? List.of(y + "_rstd") : List.of(y + "_mean", y + "_rstd");
  }

  /**
   * The statistics, which are called after the normalised tokens.
   *
   * @param each how many vectors of a token are normalised
   */
  List<Kept> kept(int each) {
    return statistics.stream().map(name -> new Kept(name, each, Kept.Kind.STATISTIC)).toList();
  }

  private boolean rms() {
    return norm.kind() != NormSpec.Kind.LAYER;
  }

  private List<String> weights() {
    List<String> w = norm.slots().stream().map(lists::w).toList();
    return norm.kind() == NormSpec.Kind.RMS_PLUS_ONE
        ? List.of("__torch__.norm.plus_one(" + w.get(0) + ")")
        : w;
  }

  boolean trains() {
    return norm.slots().stream().anyMatch(lists::trains);
  }

  String forward(String x, String indent) {
    List<String> w = weights();
    return indent
        + "("
        + y
        + ", "
        + String.join(", ", statistics)
        + ") = __torch__.norm."
        + (rms() ? "rms" : "layer")
        + "_forward("
        + x
        + ", "
        + String.join(", ", w)
        + ", "
        + norm.epsilon()
        + ")\n";
  }

  /** The normalised tokens again, from the saved statistics. */
  String again(String x, String indent) {
    List<String> w = weights();
    if (rms()) {
      return indent
          + y
          + " = __torch__.norm.rms_apply("
          + x
          + ", "
          + w.get(0)
          + ", "
          + y
          + "_rstd)\n";
    }
    return indent
        + y
        + " = __torch__.norm.layer_apply("
        + x
        + ", "
        + w.get(0)
        + ", "
        + w.get(1)
        + ", "
        + y
        + "_mean, "
        + y
        + "_rstd)\n";
  }

  String backward(String gx, String gy, String x, String indent) {
    List<String> w = weights();
    StringBuilder text = new StringBuilder();
    if (rms()) {
      text.append(indent + gx + " = __torch__.norm.rms_backward(")
          .append(gy + ", " + x + ", " + w.get(0) + ", " + y + "_rstd)\n");
      if (trains()) {
        text.append(indent + gx + "_w = " + lists.g(norm.slots().get(0)))
            .append(".add_(__torch__.norm.rms_weight_gradient(")
            .append(gy + ", " + x + ", " + y + "_rstd))\n");
      }
      return text.toString();
    }
    text.append(
            indent + "(" + gx + ", " + gx + "_gw, " + gx + "_gb) = __torch__.norm.layer_backward(")
        .append(gy + ", " + x + ", " + w.get(0) + ", " + w.get(1) + ", ")
        .append(y + "_mean, " + y + "_rstd, " + (trains() ? "True" : "False") + ")\n");
    // Of the two, bias alone is trained where all biases are.
    List<String> gradients = List.of("w", "b");
    for (int i = 0; i < gradients.size(); i++) {
      if (lists.trains(norm.slots().get(i))) {
        String own = gx + "_" + gradients.get(i);
        String added = gx + "_g" + gradients.get(i);
        text.append(indent + own + " = " + lists.g(norm.slots().get(i)) + ".add_(" + added + ")\n");
      }
    }
    return text.toString();
  }
}
