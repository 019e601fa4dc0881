package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;
import static org.tune4j.engine.model.KernelText.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes the kernel calls of multi-head attention. */
final class MultiHeadCalls implements AttentionCalls {
  private static final String NONE = "annotate(List[Tensor], [])";

  private final MultiHeadAttention spec;
  private final GroupCalls qkv;
  private final Optional<NormCalls> queryNorm;
  private final Optional<NormCalls> keyNorm;
  private final GroupCalls out;
  private final boolean prefixed;

  MultiHeadCalls(MultiHeadAttention spec, ProgramLists lists) {
    this.spec = spec;
    this.qkv = new GroupCalls(spec.queryKeyValue(), "s1", lists, "seed[0]");
    this.queryNorm = spec.queryNorm().map(norm -> new NormCalls(norm, "nq", lists));
    this.keyNorm = spec.keyNorm().map(norm -> new NormCalls(norm, "nk", lists));
    this.out = new GroupCalls(spec.out(), "s2", lists, "seed[1]");
    this.prefixed = lists.prefixed();
  }

  @Override
  public List<Kept> kept() {
    List<Kept> kept = new ArrayList<>();
    kept.add(Kept.computed("qkv", spec.queryKeyValue().outputs()));
    kept.addAll(qkv.kept());
    queryNorm.ifPresent(norm -> kept.addAll(norm.kept(each(spec.heads(), spec.queryNorm()))));
    keyNorm.ifPresent(norm -> kept.addAll(norm.kept(each(spec.keyValueHeads(), spec.keyNorm()))));
    if (out.needsInput()) {
      kept.add(Kept.computed("o", spec.out().inputs()));
    }
    kept.addAll(out.kept());
    return kept;
  }

  /** How often a token is normalised. */
  private int each(int heads, Optional<NormSpec> norm) {
    return heads * spec.headSize() / norm.orElseThrow().size();
  }

  @Override
  public boolean trains() {
    return prefixed
        || qkv.trains()
        || out.trains()
        || queryNorm.stream().anyMatch(NormCalls::trains)
        || keyNorm.stream().anyMatch(NormCalls::trains);
  }

  @Override
  public boolean readsInput() {
    return qkv.needsInput();
  }

  @Override
  public String forward(String y, String x) {
    return project(x)
        + prefix("", 3)
        + line(
            "(a, probabilities) = __torch__.attention.forward(q, k, v, %s, %s, %s, keep)",
            prefixed ? "[pk, pv]" : NONE, groups(), rule())
        + line("o = a.view([-1, %d])", spec.out().inputs())
        + out.forward(y, "o");
  }

  /** From the tokens to turned queries and keys, and values. */
  private String project(String x) {
    return qkv.forward("qkv", x)
        + split("", "qkv")
        + queryNorm.map(norm -> norm.forward(queries("qkv"))).orElse("")
        + keyNorm.map(norm -> norm.forward(keys("qkv"))).orElse("")
        + normalised()
        + rotate("rotate_", "", "q", "k");
  }

  /** Queries, keys and values again, from what was kept. Without norms they were turned there. */
  private String projectAgain() {
    return split("", "qkv")
        + queryNorm.map(norm -> norm.again(queries("qkv"))).orElse("")
        + keyNorm.map(norm -> norm.again(keys("qkv"))).orElse("")
        + normalised()
        + (queryNorm.isPresent() ? rotate("rotate_", "", "q", "k") : "");
  }

  private String normalised() {
    return queryNorm.isEmpty()
        ? ""
        : line("q = nq.view([-1, %d, %d])", spec.heads(), spec.headSize())
            + line("k = nk.view([-1, %d, %d])", spec.keyValueHeads(), spec.headSize());
  }

  /** All queries in {@code from}, as their norm takes them. */
  private String queries(String from) {
    return vectors(from, 0, spec.heads(), spec.queryNorm());
  }

  private String keys(String from) {
    return vectors(from, spec.heads(), spec.keyValueHeads(), spec.keyNorm());
  }

  private String vectors(String from, int first, int heads, Optional<NormSpec> norm) {
    boolean whole = norm.orElseThrow().size() != spec.headSize();
    return whole
        ? text("%s.narrow(1, %d, %d)", from, first * spec.headSize(), heads * spec.headSize())
        : text(
            "%s.view([-1, %d, %d]).narrow(1, %d, %d)",
            from, spec.heads() + 2 * spec.keyValueHeads(), spec.headSize(), first, heads);
  }

  @Override
  public String backward(String gx, String gy, String x) {
    StringBuilder text = new StringBuilder();
    text.append(out.backward("go", gy, out.needsInput() ? "o" : gy));
    text.append(projectAgain());
    text.append(line("gqkv = torch.empty_like(qkv)"));
    text.append(split("g", "gqkv"));
    if (queryNorm.isPresent()) {
      text.append(line("hq = torch.empty_like(q)")).append(line("hk = torch.empty_like(k)"));
    }
    text.append(prefix("", 3)).append(prefix("g", 4));
    String gq = queryNorm.isPresent() ? "hq" : "gq";
    String gk = queryNorm.isPresent() ? "hk" : "gk";
    text.append(
        line(
            "done = __torch__.attention.backward(go.view([-1, %d, %d]), q, k, v, %s, %s, probabilities, %s, %s, %s, %s, gv)",
            spec.heads(),
            spec.headSize(),
            prefixed ? "[pk, pv]" : NONE,
            prefixed ? "[gpk, gpv]" : NONE,
            groups(),
            rule(),
            gq,
            gk));
    text.append(rotate("unrotate_", "g", gq, gk));
    queryNorm.ifPresent(
        norm -> text.append(normBackward(norm, "hq", queries("qkv"), queries("gqkv"))));
    keyNorm.ifPresent(norm -> text.append(normBackward(norm, "hk", keys("qkv"), keys("gqkv"))));
    return text.append(qkv.backward(gx, "gqkv", qkv.needsInput() ? x : "gqkv")).toString();
  }

  private static String normBackward(NormCalls norm, String gy, String x, String into) {
    return line("%sx = %s", gy, x)
        + line("%sy = %s.view_as(%sx)", gy, gy, gy)
        + norm.backward(gy + "n", gy + "y", gy + "x")
        + line("%sdone = %s.copy_(%sn)", gy, into, gy);
  }

  @Override
  public String prefill(String y, String x) {
    return project(x)
        + prefix("", 3)
        + (prefixed
            ? line("before = __torch__.cache.store_prefix(kc, pk)")
                + line("before2 = __torch__.cache.store_prefix(vc, pv)")
            : "")
        + line("stored = __torch__.cache.store(kc, places, k)")
        + line("stored2 = __torch__.cache.store(vc, places, v)")
        + line("a = __torch__.cache.extend(q, kc, vc, %s, int(past), %s)", groups(), rule())
        + line("o = a.view([-1, %d])", spec.out().inputs())
        + out.forward(y, "o");
  }

  @Override
  public String decode(String y, String x) {
    // c = [cos, sin, no balance, places [B K], hidden [B, places in use], positions [B], mask]
    return project(x)
        + line("stored = __torch__.cache.store_next(kc, c[3], k)")
        + line("stored2 = __torch__.cache.store_next(vc, c[3], v)")
        + line("a = __torch__.cache.attend(q, kc, vc, c[4], c[5], c[6], %s)", rule())
        + line("o = a.view([-1, %d])", spec.out().inputs())
        + out.forward(y, "o");
  }

  /** Keys and values that stand before the text, or what their gradients are added to. */
  private String prefix(String g, int at) {
    int size = spec.keyValueHeads() * spec.headSize();
    return prefixed ? heads(g + "pk", at, 0, size) + heads(g + "pv", at, size, size) : "";
  }

  private String heads(String name, int at, int first, int size) {
    return line(
        "%s = c[%d].narrow(1, %d, %d).unflatten(1, [%d, %d])",
        name, at, first, size, spec.keyValueHeads(), spec.headSize());
  }

  /** Where the documents lie; before it stand the rotary tables, and what belongs to a prefix. */
  private String groups() {
    return prefixed ? "c[5:]" : "c[3:]";
  }

  private String rule() {
    return spec.scores().literals();
  }

  /** Views of query, key and value: {@code q, k, v [N, heads, size]}, with a prefix. */
  private String split(String prefix, String from) {
    int h = spec.heads();
    int kv = spec.keyValueHeads();
    if (spec.layout() == MultiHeadAttention.Layout.PER_HEAD) {
      return line("%sall = %s.view([-1, %d, 3, %d])", prefix, from, h, spec.headSize())
          + line("%sq = %sall.select(2, 0)", prefix, prefix)
          + line("%sk = %sall.select(2, 1)", prefix, prefix)
          + line("%sv = %sall.select(2, 2)", prefix, prefix);
    }
    return line("%sall = %s.view([-1, %d, %d])", prefix, from, h + 2 * kv, spec.headSize())
        + line("%sq = %sall.narrow(1, 0, %d)", prefix, prefix, h)
        + line("%sk = %sall.narrow(1, %d, %d)", prefix, prefix, h, kv)
        + line("%sv = %sall.narrow(1, %d, %d)", prefix, prefix, h + kv, kv);
  }

  /** Turns queries and keys where they stand; both in one call where they stand together. */
  private String rotate(String function, String prefix, String q, String k) {
    if (spec.rope().isEmpty()) {
      return "";
    }
    if (spec.layout() == MultiHeadAttention.Layout.CONCATENATED && queryNorm.isEmpty()) {
      return line(
          "%srot = __torch__.rope.%s(%sall.narrow(1, 0, %d), c[0], c[1])",
          prefix, function, prefix, spec.heads() + spec.keyValueHeads());
    }
    return line("%srotq = __torch__.rope.%s(%s, c[0], c[1])", prefix, function, q)
        + line("%srotk = __torch__.rope.%s(%s, c[0], c[1])", prefix, function, k);
  }
}
