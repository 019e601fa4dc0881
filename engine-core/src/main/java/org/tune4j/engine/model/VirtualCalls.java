package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;
import static org.tune4j.engine.model.KernelText.method;
import static org.tune4j.engine.model.KernelText.text;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.VirtualTokens;

/** Writes the methods of virtual tokens: their values, the values by block, and the way back. */
final class VirtualCalls {
  private final Architecture architecture;
  private final ProgramLists lists;

  VirtualCalls(Architecture architecture, ProgramLists lists) {
    this.architecture = architecture;
    this.lists = lists;
  }

  /** Columns of each part of what the kernel computes: of each block, or of the inputs. */
  static List<Integer> columns(Architecture architecture, VirtualTokens.Kind kind) {
    if (kind == VirtualTokens.Kind.INPUTS) {
      return List.of(architecture.hiddenSize());
    }
    return architecture.blocks().stream()
        .map(block -> block.attention())
        .map(attention -> 2 * attention.keyValueHeads() * attention.keySize())
        .toList();
  }

  /** Nothing where there are no virtual tokens. */
  String methods() {
    return lists.virtualTokens().map(this::methods).orElse("");
  }

  private String methods(VirtualTokens tokens) {
    SiteKernel kernel = tokens.kernel();
    String p = ProgramLists.list(kernel.parameters().stream().map(lists::p).toList());
    String g = ProgramLists.list(kernel.parameters().stream().map(lists::g).toList());
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int columns : columns(architecture, tokens.kind())) {
      parts.add(text("v.narrow(1, %d, %d)", from, columns));
      from += columns;
    }
    return method("virtual_tokens", "p: List[Tensor]", "Tensor")
        + line("return __torch__.%s.forward(%s, %s)", kernel.kernel(), p, kernel.literals())
        + method("virtual", "p: List[Tensor], like: Tensor", "List[Tensor]")
        + line("v = self.virtual_tokens(p).to(ops.prim.dtype(like))")
        + line("return %s", ProgramLists.list(parts))
        + method("virtual_backward", "gv: List[Tensor], p: List[Tensor], g: List[Tensor]", "Tensor")
        + line("gs = torch.cat(gv, 1)")
        + line(
            "done = __torch__.%s.backward(gs, %s, %s, %s)",
            kernel.kernel(), p, g, kernel.literals())
        + line("return gs");
  }
}
