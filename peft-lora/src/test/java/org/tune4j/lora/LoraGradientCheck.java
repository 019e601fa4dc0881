package org.tune4j.lora;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.model.FiniteDifferences;
import org.tune4j.engine.model.FiniteDifferences.Variable;

/** LoRA's kernels against finite differences in fp64. */
class LoraGradientCheck {
  private static Map<String, String> sources() {
    Map<String, String> sources =
        new TreeMap<>(
            KernelSources.read(
                KernelSources.class,
                "/org/tune4j/engine/kernels",
                "linear",
                "quantised",
                "int8",
                "nf4",
                "dropout"));
    sources.putAll(
        KernelSources.read(Lora.class, "/org/tune4j/lora/kernels", "lora", "lora_embedding"));
    return sources;
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 12345})
  void twoAdaptedLayersOfThree(long seed) {
    // Seed -1: no dropout. Otherwise backward must draw the mask that forward drew.
    String p = "[x[2], x[3], x[4]]";
    String rest = "[0, 5], [3, 9], [2, 3], [0.7, 1.3], 0.4, c[0]";
    FiniteDifferences.check(
        "lora, seed " + seed,
        sources(),
        "    return __torch__.lora.forward(x[0], [x[1]], %s, %s)[0]\n".formatted(p, rest),
        """
            g_ = [torch.zeros_like(x[2]), torch.zeros_like(x[3]), torch.zeros_like(x[4])]
            y, saved = __torch__.lora.forward(x[0], [x[1]], %s, %s)
            gx = __torch__.lora.backward(g, x[0], [x[1]], %s, g_, saved, %s)
            gw = __torch__.linear.add_weight_gradient(g, x[0], torch.zeros_like(x[1]))
            return [gx, gw, g_[0], g_[1], g_[2]]
        """
            .formatted(p, rest, p, rest),
        List.of(
            new Variable(6, 4),
            new Variable(9, 4),
            new Variable(5, 4),
            new Variable(3, 2),
            new Variable(4, 3)),
        scope -> List.of(scope.longs(new long[] {seed}, 1)));
  }

  @Test
  void embedding() {
    FiniteDifferences.check(
        "lora embedding",
        sources(),
        "    return __torch__.lora_embedding.forward(torch.mul(x[0], 1.), c[0], [x[1], x[2]], 0.6)\n",
        """
            g_ = [torch.zeros_like(x[1]), torch.zeros_like(x[2])]
            done = __torch__.lora_embedding.backward(g, c[0], [x[1], x[2]], g_, 0.6)
            return [g, g_[0], g_[1]]
        """,
        List.of(new Variable(5, 4), new Variable(2, 7), new Variable(4, 2)),
        scope -> List.of(scope.longs(new long[] {0, 3, 3, 6, 1})));
  }
}
