package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;

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

  String forward(String x) {
    return line(
        "(%s, %s) = __torch__.norm.%s_forward(%s, %s, %s)",
        y,
        String.join(", ", statistics),
        rms() ? "rms" : "layer",
        x,
        String.join(", ", weights()),
        norm.epsilon());
  }

  /** The normalised tokens again, from the saved statistics. */
  String again(String x) {
    return line(
        "%s = __torch__.norm.%s_apply(%s, %s, %s)",
        y, rms() ? "rms" : "layer", x, String.join(", ", weights()), String.join(", ", statistics));
  }

  String backward(String gx, String gy, String x) {
    return rms() ? rmsBackward(gx, gy, x) : layerBackward(gx, gy, x);
  }

  private String rmsBackward(String gx, String gy, String x) {
    String weight =
        trains()
            ? line(
                "%s_w = %s.add_(__torch__.norm.rms_weight_gradient(%s, %s, %s_rstd))",
                gx, lists.g(norm.slots().get(0)), gy, x, y)
            : "";
    return line(
            "%s = __torch__.norm.rms_backward(%s, %s, %s, %s_rstd)", gx, gy, x, weights().get(0), y)
        + weight;
  }

  private String layerBackward(String gx, String gy, String x) {
    StringBuilder text =
        new StringBuilder(
            line(
                "(%s, %s_gw, %s_gb) = __torch__.norm.layer_backward(%s, %s, %s, %s, %s)",
                gx,
                gx,
                gx,
                gy,
                x,
                String.join(", ", weights()),
                String.join(", ", statistics),
                trains() ? "True" : "False"));
    // Of the two, bias alone is trained where all biases are.
    List<String> gradients = List.of("w", "b");
    for (int i = 0; i < gradients.size(); i++) {
      TensorSlot slot = norm.slots().get(i);
      if (lists.trains(slot)) {
        String name = gradients.get(i);
        text.append(line("%s_%s = %s.add_(%s_g%s)", gx, name, lists.g(slot), gx, name));
      }
    }
    return text.toString();
  }
}
