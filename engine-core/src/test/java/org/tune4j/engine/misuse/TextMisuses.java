package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.bug;
import static org.tune4j.engine.misuse.Misuse.missing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;

/** Kernel texts that do not compile. */
final class TextMisuses {
  private static final String CALL_PART =
      "  def g(self: __torch__.Root, x: Tensor) -> Tensor:\n    return __torch__.part.f(x)\n";

  List<Misuse> all() {
    return List.of(
        root("text cut in a header", "  def f(self\n"),
        root("text without a body", "  def f(self: __torch__.Root, x: Tensor) -> Tensor:\n"),
        root("text that is no program", "  }{ ;; lorem ipsum \u00e9\n"),
        root("text with a NUL", "  def f\0(self: __torch__.Root) -> int:\n    return 1\n"),
        root("method without self", "  def f() -> int:\n    return 1\n"),
        root("unknown type", "  def f(self: __torch__.Root, x: Foo) -> Tensor:\n    return x\n"),
        root("unknown name", method("return torch.add(x, y)")),
        root("unknown operator", method("return torch.sofmax(x, 0)")),
        root("unknown method", method("return x.viev([2])")),
        root("wrong argument of an operator", method("return torch.mm(x, 1)")),
        root("too many arguments of an operator", method("return torch.neg(x, x, x, x)")),
        root("wrong type of a result", method("return 1")),
        root("import of a package", method("import os\n    return x")),
        root("function of Python", method("return open('/etc/passwd')")),
        root("kernel file that is not there", method("return __torch__.none.f(x)")),
        root("method that calls itself", method("return self.f(x)")),
        root("two methods of one name", method("return x") + method("return x")),
        part("operator misspelt in a kernel file", "  return torch.sofmax(x, 0)\n"),
        part("kernel file cut in the middle", "  return torch.add(x,"),
        part("kernel file that needs itself", "  return __torch__.part.f(x)\n"),
        bug(
            "kernel file without the function",
            "misspelt",
            () -> load(Map.of("part", "def h(x: Tensor) -> Tensor:\n  return x\n"), CALL_PART)),
        bug("kernel file that is empty", "misspelt", () -> load(Map.of("part", ""), CALL_PART)),
        bug("no kernel file of that name", "none.py", TextMisuses::readNone),
        missing("kernel files null", "", () -> load(null, CALL_PART)),
        missing("kernel text null", "", () -> load(nullText(), CALL_PART)),
        missing("owner of kernel files null", "owner", () -> KernelSources.read(null, "/", "x")));
  }

  private static Misuse root(String name, String text) {
    return bug(name, "misspelt", () -> load(Map.of(), text));
  }

  private static Misuse part(String name, String body) {
    return bug(
        name,
        "misspelt",
        () -> load(Map.of("part", "def f(x: Tensor) -> Tensor:\n" + body), CALL_PART));
  }

  private static String method(String body) {
    return "  def f(self: __torch__.Root, x: Tensor) -> Tensor:\n    " + body + "\n";
  }

  private static void load(Map<String, String> sources, String root) {
    KernelModule.load("misspelt", sources, root).close();
  }

  private static void readNone() {
    KernelSources.read(TextMisuses.class, "/org/tune4j/engine/kernels", "none");
  }

  private static Map<String, String> nullText() {
    Map<String, String> sources = new HashMap<>();
    sources.put("part", null);
    return sources;
  }
}
