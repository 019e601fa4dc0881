package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;
import static org.tune4j.engine.model.KernelText.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    "quantised",
    "int8",
    "nf4",
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
  final ProgramLists virtual;
  final ProgramLists embedding;
  final ProgramLists finalNorm;
  final ProgramLists head;

  ModelProgram(CausalLm model, Adapter adapter, TrainableTensors trainables) {
    Architecture architecture = model.architecture();
    Predicate<TensorSlot> trained = slot -> trainables != null && trainables.contains(slot);
    StringBuilder text = new StringBuilder();
    Map<String, String> written = new LinkedHashMap<>();
    for (BlockSpec spec : architecture.blocks()) {
      BlockProgram block =
          new BlockProgram(
              spec, architecture.hiddenSize(), new ProgramLists(adapter, trained, model::held));
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
    this.virtual = new ProgramLists(adapter, trained, model::held);
    text.append(new VirtualCalls(architecture, virtual).methods());
    this.embedding = new ProgramLists(adapter, trained, model::held);
    this.finalNorm = new ProgramLists(adapter, trained, model::held);
    this.head = new ProgramLists(adapter, trained, model::held);
    EmbeddingCalls embedded = new EmbeddingCalls(architecture, model.dtype(), embedding);
    this.trainsEmbedding = embedded.trains();
    text.append(embedded.methods());
    text.append(finalNormMethods(architecture.finalNorm()));
    text.append(new HeadCalls(architecture, head).methods());
    text.append(head.deriveMethod("head"));
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

  private String finalNormMethods(Optional<NormSpec> norm) {
    Optional<NormCalls> calls = norm.map(spec -> new NormCalls(spec, "y", finalNorm));
    List<Kept> kept = calls.map(each -> each.kept(1)).orElse(List.of());
    String saved = kept.stream().map(each -> ", " + each.name()).collect(Collectors.joining());
    StringBuilder text =
        new StringBuilder(method("final_forward", "x: Tensor, w: List[Tensor]", "List[Tensor]"));
    text.append(calls.map(each -> each.forward("x")).orElse(line("y = x")));
    text.append(line("return [y%s]", saved));
    text.append(
        method(
            "final_backward",
            "gy: Tensor, x: Tensor, s: List[Tensor], w: List[Tensor], g: List[Tensor]",
            "Tensor"));
    for (int i = 0; i < kept.size(); i++) {
      text.append(line("%s = s[%d]", kept.get(i).name(), i + 1));
    }
    text.append(calls.map(each -> each.backward("gx", "gy", "x")).orElse(line("gx = gy")));
    return text.append(line("return gx")).toString();
  }

  private static String contextMethod() {
    return "  def context(self: __torch__.Root, positions: Tensor, frequencies: Tensor, factor: Tensor, like: Tensor) -> List[Tensor]:\n"
        + "    return __torch__.rope.tables(positions, frequencies, float(factor), like)\n";
  }

  /**
   * The methods of generation: {@code scores} of one more token a row, {@code decode} with the
   * choice of the next, the pieces of both that lie around the blocks ({@code decode_begin}, {@code
   * decode_end}, {@code decode_choose}), {@code choose} after the prompt, {@code candidates} of
   * beam search, and {@code move} of rows.
   */
  private String decodeMethods() {
    String model =
        "ids: Tensor, positions: Tensor, w: List[Tensor], p: List[Tensor], kc: List[Tensor], vc: List[Tensor], frequencies: Tensor, factor: Tensor, seed: Tensor";
    String choice = "history: Tensor, u: Tensor, settings: Tensor";
    StringBuilder text = new StringBuilder();
    text.append(
        "  def decode_begin(self: __torch__.Root, ids: Tensor, positions: Tensor, w: List[Tensor], p: List[Tensor], kc: Tensor, frequencies: Tensor, factor: Tensor) -> List[Tensor]:\n");
    text.append(
        "    x = self.embed(ids, positions, torch.zeros_like(ids), w, p, annotate(List[Tensor], []), annotate(List[Tensor], []))\n");
    text.append("    t = __torch__.rope.tables(positions, frequencies, float(factor), x)\n");
    text.append("    at = __torch__.cache.next_places(positions, kc)\n");
    text.append("    h = __torch__.cache.hidden(positions)\n");
    text.append(
        "    return [x, t[0], t[1], torch.empty([0, 0]), at, h, positions, __torch__.cache.mask(h, x)]\n");
    text.append(
        "  def decode_end(self: __torch__.Root, x: Tensor, w: List[Tensor], hw: List[Tensor], hp: List[Tensor], seed: Tensor) -> Tensor:\n");
    text.append("    return self.head(self.final_forward(x, w)[0], hw, hp, seed[0])\n");
    text.append(
        "  def decode_choose(self: __torch__.Root, z: Tensor, ids: Tensor, positions: Tensor, "
            + choice
            + ") -> List[Tensor]:\n");
    text.append("    if history.size(1) > 0:\n");
    text.append("      done = history.scatter_(1, positions.unsqueeze(1), ids.unsqueeze(1))\n");
    text.append("    return __torch__.sampling.choose(z, history, u, settings)\n");
    text.append("  def scores(self: __torch__.Root, " + model + ") -> Tensor:\n");
    int w = embedding.w.size();
    int p = embedding.p.size();
    text.append(
        line(
            "b = self.decode_begin(ids, positions, w[0:%d], p[0:%d], kc[0], frequencies, factor)",
            w, p));
    text.append("    x = b[0]\n");
    text.append("    c = b[1:]\n");
    for (int i = 0; i < blocks.size(); i++) {
      ProgramLists lists = blocks.get(i).lists();
      text.append(
          line(
              "x = self.%s_decode(x, w[%d:%d], p[%d:%d], c, seed, kc[%d], vc[%d])",
              blockNames.get(i), w, w + lists.w.size(), p, p + lists.p.size(), i, i));
      w += lists.w.size();
      p += lists.p.size();
    }
    int n = w + finalNorm.w.size();
    text.append(
        line(
            "return self.decode_end(x, w[%d:%d], w[%d:%d], p[%d:%d], seed)",
            w, n, n, n + head.w.size(), p, p + head.p.size()));
    text.append(
        "  def decode(self: __torch__.Root, " + model + ", " + choice + ") -> List[Tensor]:\n");
    text.append("    z = self.scores(ids, positions, w, p, kc, vc, frequencies, factor, seed)\n");
    text.append("    return self.decode_choose(z, ids, positions, history, u, settings)\n");
    text.append(
        "  def choose(self: __torch__.Root, h: Tensor, rows: Tensor, w: List[Tensor], p: List[Tensor], seed: Tensor, "
            + choice
            + ") -> List[Tensor]:\n");
    text.append("    z = self.logits(h, rows, w, p, seed)\n");
    text.append("    return __torch__.sampling.choose(z, history, u, settings)\n");
    text.append(
        "  def candidates(self: __torch__.Root, z: Tensor, sums: Tensor, sizes: Tensor) -> List[Tensor]:\n");
    text.append(
        "    return __torch__.sampling.candidates(z, sums, int(sizes[0]), int(sizes[1]))\n");
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
