package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;

/**
 * The whole program of a model with an adapter: the text of the root class, compiled. Each block is
 * a few methods; blocks of the same form share them.
 */
final class ModelProgram implements AutoCloseable {
  private static final String[] KERNELS = {
    "norm",
    "linear",
    "dropout",
    "rope",
    "attention",
    "mlp",
    "routing",
    "experts",
    "latent",
    "embedding",
    "cross_entropy",
    "cache",
    "sampling"
  };
  private final KernelModule module;
  private final List<BlockProgram> blocks = new ArrayList<>();
  private final List<String> blockNames = new ArrayList<>();
  final boolean trainsEmbedding;
  final ProgramLists embedding;
  final ProgramLists finalNorm;
  final ProgramLists head;

  ModelProgram(Architecture architecture, Adapter adapter, TrainableTensors trainables) {
    Predicate<TensorSlot> trained = slot -> trainables != null && trainables.contains(slot);
    StringBuilder text = new StringBuilder();
    Map<String, String> written = new LinkedHashMap<>();
    for (BlockSpec spec : architecture.blocks()) {
      BlockProgram block =
          new BlockProgram(spec, architecture.hiddenSize(), new ProgramLists(adapter, trained));
      String form = block.methods("NAME");
      String name = written.get(form);
      if (name == null) {
        name = "b" + written.size();
        written.put(form, name);
        text.append(block.methods(name));
      }
      blocks.add(block);
      blockNames.add(name);
    }
    this.embedding = new ProgramLists(adapter, trained);
    this.finalNorm = new ProgramLists(adapter, trained);
    this.head = new ProgramLists(adapter, trained);
    EmbeddingCalls embedded = new EmbeddingCalls(architecture, embedding);
    this.trainsEmbedding = embedded.trains();
    text.append(embedded.methods());
    text.append(finalNormMethods(architecture.finalNorm()));
    text.append(headMethods(architecture));
    text.append(contextMethod());
    text.append(decodeMethods());
    Map<String, String> sources =
        KernelSources.read(ModelProgram.class, "/org/tune4j/engine/kernels", KERNELS);
    if (adapter != null) {
      sources.putAll(adapter.kernelSources());
    }
    this.module = KernelModule.load(architecture.modelType(), sources, text.toString());
  }

  KernelModule module() {
    return module;
  }

  BlockProgram block(int index) {
    return blocks.get(index);
  }

  /** The name that block's methods begin with. */
  String blockName(int index) {
    return blockNames.get(index);
  }

  private String finalNormMethods(NormSpec norm) {
    NormCalls calls = new NormCalls(norm, "y", finalNorm);
    List<Kept> kept = calls.kept(1);
    String saved = kept.stream().map(Kept::name).collect(Collectors.joining(", "));
    StringBuilder text = new StringBuilder();
    text.append(
        "  def final_forward(self: __torch__.Root, x: Tensor, w: List[Tensor]) -> List[Tensor]:\n");
    text.append(calls.forward("x", "    "));
    text.append("    return [y, " + saved + "]\n");
    text.append(
        "  def final_backward(self: __torch__.Root, gy: Tensor, x: Tensor, s: List[Tensor], w: List[Tensor], g: List[Tensor]) -> Tensor:\n");
    for (int i = 0; i < kept.size(); i++) {
      text.append("    " + kept.get(i).name() + " = s[" + (i + 1) + "]\n");
    }
    text.append(calls.backward("gx", "gy", "x", "    "));
    return text.append("    return gx\n").toString();
  }

  private String headMethods(Architecture architecture) {
    GroupCalls calls = new GroupCalls(architecture.headGroup(), "s", head, "seed");
    String arguments = "h: Tensor, rows: Tensor, w: List[Tensor], p: List[Tensor], seed: Tensor";
    return "  def head(self: __torch__.Root, x: Tensor, w: List[Tensor], p: List[Tensor], seed: Tensor) -> Tensor:\n"
        + calls.forward("z", "x", "    ")
        + cap(architecture, "z", "z")
        + "    return z.to(7 if ops.prim.dtype(z) == 7 else 6)\n"
        + "  def logits(self: __torch__.Root, "
        + arguments
        + ") -> Tensor:\n    return self.head(h.index_select(0, rows), w, p, seed)\n"
        + "  def losses(self: __torch__.Root, "
        + arguments
        + ", targets: Tensor) -> Tensor:\n    x = h.index_select(0, rows)\n"
        + calls.forward("z", "x", "    ")
        + cap(architecture, "z", "z")
        + "    return __torch__.cross_entropy.forward(z, targets)\n"
        + "  def losses_backward(self: __torch__.Root, "
        + arguments
        + ", targets: Tensor, weights: Tensor, gh: Tensor, g: List[Tensor]) -> Tensor:\n"
        + "    x = h.index_select(0, rows)\n"
        + calls.forward("z", "x", "    ")
        + cap(architecture, "s", "z")
        + "    (losses, gz) = __torch__.cross_entropy.forward_backward(%s, targets, weights)\n"
            .formatted(architecture.scoreCap() > 0 ? "s" : "z")
        + (architecture.scoreCap() > 0
            ? line(
                "gz = __torch__.cross_entropy.capped_backward(gz, z, %s)", architecture.scoreCap())
            : "")
        + calls.backward("gx", "gz", "x", "    ")
        + "    done = gh.index_copy_(0, rows, gx)\n"
        + "    return losses\n"
        + "  def logits_backward(self: __torch__.Root, "
        + arguments
        + ", gradient: Tensor, gh: Tensor, g: List[Tensor]) -> Tensor:\n"
        + "    x = h.index_select(0, rows)\n"
        + calls.forward("z", "x", "    ")
        + "    gz = gradient.to(ops.prim.dtype(z))\n"
        + (architecture.scoreCap() > 0
            ? line(
                "gz = __torch__.cross_entropy.capped_backward(gz, z, %s)", architecture.scoreCap())
            : "")
        + calls.backward("gx", "gz", "x", "    ")
        + "    return gh.index_copy_(0, rows, gx)\n";
  }

  private static String cap(Architecture architecture, String y, String x) {
    return architecture.scoreCap() > 0
        ? line("%s = __torch__.cross_entropy.capped(%s, %s)", y, x, architecture.scoreCap())
        : "";
  }

  private static String contextMethod() {
    return "  def context(self: __torch__.Root, positions: Tensor, frequencies: Tensor, factor: Tensor, like: Tensor) -> List[Tensor]:\n"
        + "    return __torch__.rope.tables(positions, frequencies, float(factor), like)\n";
  }

  /**
   * The methods of generation: {@code scores} of one more token a row, {@code decode} with the
   * choice of the next, {@code choose} after the prompt, and {@code move} of rows.
   */
  private String decodeMethods() {
    String model =
        "ids: Tensor, positions: Tensor, w: List[Tensor], p: List[Tensor], kc: List[Tensor], vc: List[Tensor], frequencies: Tensor, factor: Tensor, seed: Tensor";
    String choice = "history: Tensor, u: Tensor, settings: Tensor";
    StringBuilder text = new StringBuilder();
    text.append("  def scores(self: __torch__.Root, " + model + ") -> Tensor:\n");
    int w = embedding.w.size();
    int p = embedding.p.size();
    text.append("    x = self.embed(ids, positions, w[0:%d], p[0:%d])\n".formatted(w, p));
    text.append("    t = __torch__.rope.tables(positions, frequencies, float(factor), x)\n");
    text.append("    at = __torch__.cache.places(positions, kc[0])\n");
    text.append("    c = [t[0], t[1], at, __torch__.cache.hidden(positions), positions]\n");
    for (int i = 0; i < blocks.size(); i++) {
      ProgramLists lists = blocks.get(i).lists();
      text.append(
          "    x = self.%s_decode(x, w[%d:%d], p[%d:%d], c, seed, kc[%d], vc[%d])\n"
              .formatted(blockNames.get(i), w, w + lists.w.size(), p, p + lists.p.size(), i, i));
      w += lists.w.size();
      p += lists.p.size();
    }
    text.append(
        "    h = self.final_forward(x, w[%d:%d])[0]\n".formatted(w, w + finalNorm.w.size()));
    w += finalNorm.w.size();
    text.append(
        "    return self.head(h, w[%d:%d], p[%d:%d], seed[0])\n"
            .formatted(w, w + head.w.size(), p, p + head.p.size()));
    text.append(
        "  def decode(self: __torch__.Root, " + model + ", " + choice + ") -> List[Tensor]:\n");
    text.append("    if history.size(1) > 0:\n");
    text.append("      done = history.scatter_(1, positions.unsqueeze(1), ids.unsqueeze(1))\n");
    text.append("    z = self.scores(ids, positions, w, p, kc, vc, frequencies, factor, seed)\n");
    text.append("    return __torch__.sampling.choose(z, history, u, settings)\n");
    text.append(
        "  def choose(self: __torch__.Root, h: Tensor, rows: Tensor, w: List[Tensor], p: List[Tensor], seed: Tensor, "
            + choice
            + ") -> List[Tensor]:\n");
    text.append("    z = self.logits(h, rows, w, p, seed)\n");
    text.append("    return __torch__.sampling.choose(z, history, u, settings)\n");
    text.append(
        "  def move(self: __torch__.Root, caches: List[Tensor], target: Tensor, source: Tensor) -> Tensor:\n");
    text.append("    return __torch__.cache.move(caches, target, source)\n");
    return text.toString();
  }

  @Override
  public void close() {
    module.close();
  }
}
