package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.TrainableTensors;

/**
 * The program of one transformer block: kernel calls put in order, the architecture's numbers as
 * literals. Backward is written out, so that only what it needs is kept and every gradient is added
 * where it belongs.
 *
 * <p>Blocks of the same form get the same text; the tensors come in lists.
 */
final class BlockProgram {
  private static final String IN = "    ";
  private final BlockSpec block;
  private final ProgramLists lists;
  private final NormCalls norm1;
  private final GroupCalls qkv;
  private final GroupCalls out;
  private final NormCalls norm2;
  private final GroupCalls up;
  private final GroupCalls down;
  private final boolean parallel;
  private final List<String> saved = new ArrayList<>();
  private final String forward;
  private final String backward;

  BlockProgram(BlockSpec block, Adapter adapter, TrainableTensors trainables) {
    this.block = block;
    this.lists = new ProgramLists(adapter, trainables);
    this.norm1 = new NormCalls(block.attentionNorm(), "n1", lists);
    this.qkv = new GroupCalls(block.queryKeyValue(), "s1", lists, "seed[0]");
    this.out = new GroupCalls(block.attentionOut(), "s2", lists, "seed[1]");
    this.norm2 = new NormCalls(block.feedForwardNorm(), "n2", lists);
    this.up = new GroupCalls(block.feedForwardIn(), "s3", lists, "seed[2]");
    this.down = new GroupCalls(block.feedForwardOut(), "s4", lists, "seed[3]");
    this.parallel = block.residual() == BlockSpec.Residual.PARALLEL;
    saved.add("x");
    saved.addAll(norm1.saved());
    saved.add("qkv");
    saved.addAll(qkv.saved());
    if (out.needsInput()) {
      saved.add("o");
    }
    saved.addAll(out.saved());
    if (!parallel) {
      saved.add("h");
    }
    saved.addAll(norm2.saved());
    saved.add("u");
    saved.addAll(up.saved());
    saved.addAll(down.saved());
    this.forward = writeForward();
    this.backward = writeBackward();
  }

  /** The tensors that the text names. */
  ProgramLists lists() {
    return lists;
  }

  /** Whether anything in this block is trained. */
  boolean trains() {
    return norm1.trains()
        || norm2.trains()
        || qkv.trains()
        || out.trains()
        || up.trains()
        || down.trains();
  }

  /**
   * The methods {@code NAME_forward}, {@code _infer}, {@code _backward}, {@code _recompute}, {@code
   * _prefill} and {@code _decode}.
   */
  String methods(String name) {
    String arguments = "w: List[Tensor], p: List[Tensor], c: List[Tensor], seed: Tensor";
    String training =
        "w: List[Tensor], p: List[Tensor], g: List[Tensor], c: List[Tensor], seed: Tensor";
    return method(name + "_run", "x: Tensor, " + arguments + ", keep: bool", "List[Tensor]")
        + forward
        + method(name + "_forward", "x: Tensor, " + arguments, "List[Tensor]")
        + line("return self.%s_run(x, w, p, c, seed, False)", name)
        + method(name + "_infer", "x: Tensor, " + arguments, "Tensor")
        + line("return self.%s_run(x, w, p, c, seed, False)[0]", name)
        + method(name + "_backward", "gy: Tensor, s: List[Tensor], " + training, "Tensor")
        + backward
        + method(name + "_recompute", "gy: Tensor, x: Tensor, " + training, "Tensor")
        + line("s = self.%s_run(x, w, p, c, seed, True)", name)
        + line("return self.%s_backward(gy, s[1:], w, p, g, c, seed)", name)
        + method(
            name + "_prefill",
            "x: Tensor, " + arguments + ", places: Tensor, kc: Tensor, vc: Tensor",
            "Tensor")
        + writePrefill(name)
        + method(
            name + "_decode",
            "x: Tensor, w: List[Tensor], p: List[Tensor], c: List[Tensor], seed: Tensor, kc: Tensor, vc: Tensor",
            "Tensor")
        + writeDecode();
  }

  private static String method(String name, String arguments, String returns) {
    return "  def " + name + "(self: __torch__.Root, " + arguments + ") -> " + returns + ":\n";
  }

  private String writeForward() {
    return norm1.forward("x", IN)
        + qkv.forward("qkv", "n1", IN)
        + split("", "qkv")
        + rotate("rotate_", "")
        + line(
            "(a, kept) = __torch__.attention.forward(q, k, v, c[2:], %s, keep)",
            block.attention().scale())
        + line("o = a.view([-1, %d])", block.attentionOut().inputs())
        + out.forward("ao", "o", IN)
        + feedForward()
        + line("return [y, %s] + kept", String.join(", ", saved));
  }

  /** From the attention output {@code ao} to the block's output {@code y}. */
  private String feedForward() {
    String h = parallel ? "x" : "h";
    return (parallel ? "" : line("h = ao.add_(x)"))
        + norm2.forward(h, IN)
        + up.forward("u", "n2", IN)
        + activation()
        + down.forward("d", "m", IN)
        + line(parallel ? "y = d.add_(ao).add_(x)" : "y = d.add_(h)");
  }

  private String activation() {
    FeedForwardSpec ff = block.feedForward();
    return ff.kind() == FeedForwardSpec.Kind.GATED
        ? line("m = __torch__.mlp.gated_forward(u, '%s')", ff.activation())
        : line("m = __torch__.mlp.act(u, '%s')", ff.activation());
  }

  private String writeBackward() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < saved.size(); i++) {
      text.append(line("%s = s[%d]", saved.get(i), i));
    }
    // The attention probabilities, where forward kept them: when the block is computed again.
    text.append(line("kept = s[%d:]", saved.size()));
    String h = parallel ? "x" : "h";
    FeedForwardSpec ff = block.feedForward();
    if (down.needsInput()) {
      text.append(activation());
    }
    text.append(down.backward("gm", "gy", down.needsInput() ? "m" : "gy", IN));
    text.append(
        ff.kind() == FeedForwardSpec.Kind.GATED
            ? line("gu = __torch__.mlp.gated_backward(gm, u, '%s')", ff.activation())
            : line("gu = __torch__.mlp.act_backward(gm, u, '%s')", ff.activation()));
    if (up.needsInput()) {
      text.append(norm2.again(h, IN));
    }
    text.append(up.backward("gn2", "gu", up.needsInput() ? "n2" : "gu", IN));
    text.append(norm2.backward("gh0", "gn2", h, IN));
    text.append(line("gh = gh0.add_(gy)"));
    String ga = parallel ? "gy" : "gh";
    text.append(out.backward("go", ga, out.needsInput() ? "o" : ga, IN));
    text.append(line("gqkv = torch.empty_like(qkv)"));
    text.append(split("", "qkv")).append(split("g", "gqkv"));
    text.append(
        line(
            "done = __torch__.attention.backward(%s, q, k, v, kept, c[2:], %s, gq, gk, gv)",
            heads("go"), block.attention().scale()));
    text.append(rotate("unrotate_", "g"));
    if (qkv.needsInput()) {
      text.append(norm1.again("x", IN));
    }
    text.append(qkv.backward("gn1", "gqkv", qkv.needsInput() ? "n1" : "gqkv", IN));
    text.append(norm1.backward("gx0", "gn1", "x", IN));
    return text.append(line("return gx0.add_(gh)")).toString();
  }

  private String writePrefill(String name) {
    return line("s = self.%s_forward(x, w, p, c, seed)", name)
        + line("qkv = s[%d]", 1 + saved.indexOf("qkv"))
        + split("", "qkv")
        + line("done = __torch__.cache.store(kc, places, k)")
        + line("done2 = __torch__.cache.store(vc, places, v)")
        + line("return s[0]");
  }

  private String writeDecode() {
    // c = [cos, sin, places [B], hidden [B, places in use]]
    return norm1.forward("x", IN)
        + qkv.forward("qkv", "n1", IN)
        + split("", "qkv")
        + rotate("rotate_", "")
        + line("done = __torch__.cache.store(kc, c[2], k)")
        + line("done2 = __torch__.cache.store(vc, c[2], v)")
        + line("a = __torch__.cache.attend(q, kc, vc, c[3], %s)", block.attention().scale())
        + line("o = a.view([-1, %d])", block.attentionOut().inputs())
        + out.forward("ao", "o", IN)
        + feedForward()
        + line("return y");
  }

  /** Views of query, key and value: {@code q, k, v [N, heads, size]}, with a prefix. */
  private String split(String prefix, String from) {
    AttentionSpec a = block.attention();
    int h = a.heads();
    int kv = a.keyValueHeads();
    if (a.layout() == AttentionSpec.Layout.PER_HEAD) {
      return line("%sall = %s.view([-1, %d, 3, %d])", prefix, from, h, a.headSize())
          + line("%sq = %sall.select(2, 0)", prefix, prefix)
          + line("%sk = %sall.select(2, 1)", prefix, prefix)
          + line("%sv = %sall.select(2, 2)", prefix, prefix);
    }
    return line("%sall = %s.view([-1, %d, %d])", prefix, from, h + 2 * kv, a.headSize())
        + line("%sq = %sall.narrow(1, 0, %d)", prefix, prefix, h)
        + line("%sk = %sall.narrow(1, %d, %d)", prefix, prefix, h, kv)
        + line("%sv = %sall.narrow(1, %d, %d)", prefix, prefix, h + kv, kv);
  }

  /** Rotates queries and keys where they stand. */
  private String rotate(String function, String prefix) {
    AttentionSpec a = block.attention();
    if (a.layout() == AttentionSpec.Layout.CONCATENATED) {
      return line(
          "%srot = __torch__.rope.%s(%sall.narrow(1, 0, %d), c[0], c[1])",
          prefix, function, prefix, a.heads() + a.keyValueHeads());
    }
    return line("%srotq = __torch__.rope.%s(%sq, c[0], c[1])", prefix, function, prefix)
        + line("%srotk = __torch__.rope.%s(%sk, c[0], c[1])", prefix, function, prefix);
  }

  private String heads(String x) {
    return "%s.view([-1, %d, %d])"
        .formatted(x, block.attention().heads(), block.attention().headSize());
  }

  private static String line(String format, Object... values) {
    return IN + format.formatted(values) + "\n";
  }
}
