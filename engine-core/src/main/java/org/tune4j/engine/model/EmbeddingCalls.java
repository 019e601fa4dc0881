package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;
import static org.tune4j.engine.model.KernelText.method;

import java.util.Optional;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.VirtualTokens;
import org.tune4j.engine.tensor.DType;

/** Writes the methods {@code embed}, {@code embed_backward} and {@code swap_products}. */
final class EmbeddingCalls {
  private final EmbeddingSpec spec;
  private final TensorSlot tokens;
  private final String rounded;
  private final Optional<TensorSlot> positions;
  private final Optional<TensorSlot> segments;
  private final Optional<NormCalls> norm;
  private final ProgramLists lists;
  private final Optional<SiteKernel> site;
  private final boolean placed;

  /**
   * @param computed what activations are in
   */
  EmbeddingCalls(Architecture architecture, DType computed, ProgramLists lists) {
    int hidden = architecture.hiddenSize();
    this.spec = architecture.embedding();
    this.tokens = architecture.embeddingSlot();
    // An output layer in fp32 may share its matrix.
    this.rounded = architecture.exact().contains(tokens) ? ".to(" + computed.code() + ")" : "";
    this.positions = spec.positions().map(table -> table.slot(hidden));
    this.segments = spec.segments().map(table -> table.slot(hidden));
    this.norm = spec.norm().map(each -> new NormCalls(each, "y", lists));
    this.lists = lists;
    this.site = lists.adapter() == null ? Optional.empty() : lists.adapter().atEmbedding();
    this.placed =
        lists.virtualTokens().filter(v -> v.kind() == VirtualTokens.Kind.INPUTS).isPresent();
  }

  /** Whether anything here is trained. */
  boolean trains() {
    return site.isPresent()
        || placed
        || lists.trains(tokens)
        || positions.filter(lists::trains).isPresent()
        || segments.filter(lists::trains).isPresent()
        || norm.filter(NormCalls::trains).isPresent();
  }

  String methods() {
    String arguments =
        "ids: Tensor, positions: Tensor, segments: Tensor, w: List[Tensor], p: List[Tensor], virtual: List[Tensor], shift: List[Tensor]";
    return method("embed", arguments, "Tensor")
        + sum()
        + norm.map(calls -> calls.forward("x") + line("return y")).orElse(line("return x"))
        + method(
            "embed_backward",
            "gy: Tensor, " + arguments + ", g: List[Tensor], gv: Tensor",
            "Tensor")
        + backward()
        + line("return gx")
        + method(
            "swap_products",
            "g: Tensor, rows: Tensor, ids: Tensor, w: List[Tensor], p: List[Tensor]",
            "Tensor")
        + words()
        + line("return __torch__.embedding.swap_products(g, rows, x)");
  }

  private String sum() {
    return words()
        + line("x = __torch__.embedding.shift_(x, shift)")
        + (placed ? line("x = __torch__.embedding.place_(x, virtual)") : "")
        + (spec.scale() == 1 ? "" : line("x = __torch__.embedding.scaled_(x, %s)", spec.scale()))
        + positions.map(slot -> add("positions", spec.positions(), slot)).orElse("")
        + segments.map(slot -> add("segments", spec.segments(), slot)).orElse("");
  }

  /** The vectors of tokens, with what an adapter adds to them. */
  private String words() {
    return line("x = __torch__.embedding.forward(ids, %s)%s", lists.w(tokens), rounded)
        + site.map(
                kernel ->
                    line(
                        "adapted = __torch__.%s.forward(x, ids, %s, %s)",
                        kernel.kernel(), parameters(kernel), kernel.literals()))
            .orElse("");
  }

  private String add(String at, Optional<EmbeddingSpec.Table> table, TensorSlot slot) {
    int first = table.orElseThrow().first();
    return line("x = __torch__.embedding.add_rows_(x, %s, %d, %s)", at, first, lists.w(slot));
  }

  private String backward() {
    StringBuilder text = new StringBuilder();
    if (norm.isPresent()) {
      // What it normalised comes again: it is not kept for the sake of a training that has few.
      text.append(sum()).append(norm.get().forward("x"));
      text.append(norm.get().backward("gx", "gy", "x"));
    } else {
      text.append(line("gx = gy"));
    }
    positions
        .filter(lists::trains)
        .ifPresent(slot -> text.append(addGradient("positions", spec.positions(), slot)));
    segments
        .filter(lists::trains)
        .ifPresent(slot -> text.append(addGradient("segments", spec.segments(), slot)));
    if (spec.scale() != 1) {
      text.append(line("gx = __torch__.embedding.scaled_(gx.clone(), %s)", spec.scale()));
    }
    if (placed) {
      text.append(line("gx = __torch__.embedding.take_gradient(gx, virtual, gv)"));
    }
    text.append(line("gs = __torch__.embedding.add_shift_gradient(gx, shift)"));
    if (lists.trains(tokens)) {
      text.append(
          line("gt = __torch__.embedding.add_weight_gradient(gx, ids, %s)", lists.g(tokens)));
    }
    site.ifPresent(
        kernel ->
            text.append(
                line(
                    "ga = __torch__.%s.backward(gx, ids, %s, %s, %s)",
                    kernel.kernel(), parameters(kernel), gradients(kernel), kernel.literals())));
    return text.toString();
  }

  private String addGradient(String at, Optional<EmbeddingSpec.Table> table, TensorSlot slot) {
    int first = table.orElseThrow().first();
    return line(
        "g_%s = __torch__.embedding.add_weight_gradient(gx, %s.add(%d), %s)",
        at, at, first, lists.g(slot));
  }

  private String parameters(SiteKernel kernel) {
    return ProgramLists.list(kernel.parameters().stream().map(lists::p).toList());
  }

  private String gradients(SiteKernel kernel) {
    return ProgramLists.list(kernel.parameters().stream().map(lists::g).toList());
  }
}
