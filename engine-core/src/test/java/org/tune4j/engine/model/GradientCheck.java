package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.model.FiniteDifferences.Constants;
import org.tune4j.engine.model.FiniteDifferences.Variable;
import org.tune4j.engine.tensor.NativeGate;

/**
 * Every gradient that kernel files write out, against finite differences. A function of a kernel
 * file that computes a gradient and is in no row fails.
 */
class GradientCheck {
  private static final String FOLDER = "/org/tune4j/engine/kernels";
  private static final Pattern GRADIENT =
      Pattern.compile("(?m)^def (\\w*(?:backward|gradient|unrotate)\\w*)\\(");

  /** One function with its gradient. Text is written without indentation. */
  private record Row(
      String name,
      String function,
      String backward,
      List<Variable> variables,
      Constants constants) {
    @Override
    public String toString() {
      return name;
    }

    boolean names(String file, String function) {
      return (this.function + backward).contains("__torch__." + file + "." + function + "(");
    }
  }

  private static int threads;

  /** Thousands of tiny calls: a second thread would only wait for the first. */
  @BeforeAll
  static void oneThread() {
    threads = NativeGate.threads();
    NativeGate.setThreads(1);
  }

  @AfterAll
  static void threadsAsBefore() {
    NativeGate.setThreads(threads);
  }

  static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    rows.addAll(norms());
    rows.addAll(linears());
    rows.add(rope("", new Variable(5, 2, 6)));
    rows.add(rope("neighbours_", new Variable(5, 2, 4)));
    rows.addAll(attentions());
    rows.addAll(prefixes());
    rows.addAll(feedForwards());
    rows.add(embedding());
    rows.add(virtualEmbedding());
    rows.add(inputShift());
    rows.addAll(routings());
    rows.add(experts());
    rows.add(latentKeys());
    rows.add(crossEntropy());
    rows.add(smoothedCrossEntropy());
    rows.add(
        row(
            "capped scores",
            "return __torch__.cross_entropy.capped(x[0], 0.8)",
            "return [__torch__.cross_entropy.capped_backward(g.clone(), x[0], 0.8)]",
            new Variable(4, 9)));
    rows.addAll(headLosses());
    rows.addAll(distillations());
    rows.addAll(hiddenMatches());
    rows.add(anchor("all alike", "annotate(List[Tensor], [])"));
    rows.add(anchor("by Fisher information", "[c[1]]"));
    return rows;
  }

  private static List<Row> headLosses() {
    List<Row> rows = new ArrayList<>();
    for (String gamma : List.of("0.", "0.5", "1.", "2.")) {
      rows.add(
          headLoss("one label, focal gamma " + gamma, "one_label", ", " + gamma, 5, 0, 4, 2, 2));
    }
    rows.add(headLoss("many labels", "many_labels", "", 3, 0, 1, 1, 0.5, 0, 0));
    rows.add(headLoss("a number", "number", "", 1, -2, 0.5, 7));
    return rows;
  }

  /** With what is wanted of the rows, {@code [C, 1]} or, of as many numbers, {@code [C, L]}. */
  private static Row headLoss(
      String name, String function, String settings, int outputs, double... wanted) {
    int width = function.equals("many_labels") ? outputs : 1;
    int rows = wanted.length / width;
    return new Row(
        "head loss of " + name,
        "return __torch__.head_loss.%s(x[0], c[0]%s)".formatted(function, settings),
        "return [__torch__.head_loss.%s_gradient(g, x[0], c[0]%s)]".formatted(function, settings),
        List.of(new Variable(rows, outputs)),
        scope -> List.of(scope.doubles(wanted, rows, width)));
  }

  private static List<Row> norms() {
    return List.of(
        row(
            "norm rms",
            "return __torch__.norm.rms_forward(x[0], x[1], 1e-6)[0]",
            """
            y, rstd = __torch__.norm.rms_forward(x[0], x[1], 1e-6)
            return [__torch__.norm.rms_backward(g, x[0], x[1], rstd), __torch__.norm.rms_weight_gradient(g, x[0], rstd)]""",
            new Variable(5, 7),
            new Variable(7)),
        row(
            "norm rms of small vectors, where epsilon counts",
            "return __torch__.norm.rms_forward(torch.mul(x[0], 0.01), x[1], 1e-4)[0]",
            """
            s = torch.mul(x[0], 0.01)
            y, rstd = __torch__.norm.rms_forward(s, x[1], 1e-4)
            return [__torch__.norm.rms_backward(g, s, x[1], rstd).mul_(0.01), __torch__.norm.rms_weight_gradient(g, s, rstd)]""",
            new Variable(5, 7),
            new Variable(7)),
        row(
            "norm rms of the second use, from saved statistics",
            "y, rstd = __torch__.norm.rms_forward(x[0], x[1], 1e-6)\nreturn __torch__.norm.rms_apply(x[0], x[1], rstd)",
            """
            y, rstd = __torch__.norm.rms_forward(x[0], x[1], 1e-6)
            return [__torch__.norm.rms_backward(g, x[0], x[1], rstd), __torch__.norm.rms_weight_gradient(g, x[0], rstd)]""",
            new Variable(3, 4),
            new Variable(4)),
        row(
            "norm layer",
            "return __torch__.norm.layer_forward(x[0], x[1], x[2], 1e-5)[0]",
            """
            y, mean, rstd = __torch__.norm.layer_forward(x[0], x[1], x[2], 1e-5)
            gx, gw, gb = __torch__.norm.layer_backward(g, x[0], x[1], x[2], mean, rstd, True)
            return [gx, gw, gb]""",
            new Variable(5, 7),
            new Variable(7),
            new Variable(7)),
        row(
            "norm layer of the second use, from saved statistics",
            """
            y, mean, rstd = __torch__.norm.layer_forward(x[0], x[1], x[2], 1e-5)
            return __torch__.norm.layer_apply(x[0], x[1], x[2], mean, rstd)""",
            """
            y, mean, rstd = __torch__.norm.layer_forward(x[0], x[1], x[2], 1e-5)
            gx, gw, gb = __torch__.norm.layer_backward(g, x[0], x[1], x[2], mean, rstd, True)
            return [gx, gw, gb]""",
            new Variable(3, 4),
            new Variable(4),
            new Variable(4)));
  }

  private static List<Row> linears() {
    String weight = "gw = __torch__.linear.add_weight_gradient(g, x[0], torch.zeros_like(x[1]))\n";
    return List.of(
        row(
            "linear",
            "return __torch__.linear.forward(x[0], [x[1]])",
            weight + "return [__torch__.linear.input_gradient(g, [x[1]]), gw]",
            new Variable(6, 5),
            new Variable(4, 5)),
        row(
            "linear with bias",
            "return __torch__.linear.forward(x[0], [x[1], x[2]])",
            weight
                + "gb = __torch__.linear.add_bias_gradient(g, torch.zeros_like(x[2]))\n"
                + "return [__torch__.linear.input_gradient(g, [x[1], x[2]]), gw, gb]",
            new Variable(6, 5),
            new Variable(4, 5),
            new Variable(4)));
  }

  private static Row rope(String pairs, Variable x) {
    String tables = "t = __torch__.rope.tables(c[0], c[1], 1.3, x[0])\n";
    return new Row(
        "rope " + pairs + "with a factor",
        tables + "return __torch__.rope.rotate_%s(x[0].clone(), t[0], t[1])".formatted(pairs),
        // the factor makes it a scaled rotation, whose transpose is still unrotate
        tables + "return [__torch__.rope.unrotate_%s(g.clone(), t[0], t[1])]".formatted(pairs),
        List.of(x),
        scope ->
            List.of(scope.longs(new long[] {0, 1, 2, 0, 9}), scope.floats(new float[] {1f, 0.1f})));
  }

  private static List<Row> attentions() {
    return List.of(
        attention("attention, one document", 2, 2, 3, 5),
        attention("attention, ragged group", 2, 2, 3, 7, 6, 5),
        attention("attention, ragged groups, query heads share keys", 4, 2, 3, 9, 7, 3, 3, 1),
        attention("attention, one key head, two whole strips", 2, 1, 2, 256),
        attention(
            "attention, three strips, ragged, query heads share keys", 4, 2, 2, 262, 258, 200),
        attention("attention, long and short in one batch", 2, 1, 4, 260, 258, 20, 19, 3),
        attention("attention in a window", "True, 3, 0.", 2, 1, 3, 3, 9, 7, 2),
        attention("attention in a window across strips", "True, 130, 0.", 2, 1, 2, 2, 262, 258),
        attention("attention with a cap", "True, 0, 0.7", 4, 2, 3, 3, 7, 5),
        attention("attention with a cap, in a window", "True, 4, 0.7", 2, 2, 3, 3, 7, 5, 4),
        attention("attention both ways, ragged", "False, 0, 0.", 2, 2, 3, 3, 7, 6, 5),
        attention("attention both ways, two strips", "False, 0, 0.", 2, 1, 2, 2, 200, 190),
        attention("attention whose values are smaller", "True, 0, 0.", 2, 2, 4, 3, 7, 6, 5));
  }

  private static Row attention(String name, int heads, int keyHeads, int size, int... lengths) {
    return attention(name, "True, 0, 0.", heads, keyHeads, size, size, lengths);
  }

  /** With a rule: causal, window, cap; and values of another size than queries. */
  private static Row attention(
      String name, String rule, int heads, int keyHeads, int size, int valueSize, int... lengths) {
    int tokens = Arrays.stream(lengths).sum();
    String forward =
        "o, kept = __torch__.attention.forward(x[0], x[1], x[2], annotate(List[Tensor], []), c, 0.6, %s, %s)\n";
    String backward =
        """
        gq = torch.empty_like(x[0])
        gk = torch.empty_like(x[1])
        gv = torch.empty_like(x[2])
        n = __torch__.attention.backward(g, x[0], x[1], x[2], annotate(List[Tensor], []), annotate(List[Tensor], []), kept, c, 0.6, %s, gq, gk, gv)
        return [gq, gk, gv]""";
    // Of the two, one has its probabilities kept.
    String keep = lengths.length % 2 == 0 ? "True" : "False";
    return new Row(
        name,
        forward.formatted(rule, "False") + "return o",
        forward.formatted(rule, keep) + backward.formatted(rule),
        List.of(
            new Variable(tokens, heads, size),
            new Variable(tokens, keyHeads, size),
            new Variable(tokens, keyHeads, valueSize)),
        scope -> AttentionGroups.of(lengths, scope));
  }

  private static List<Row> prefixes() {
    return List.of(
        prefix("prefix, one document", "True, 0, 0.", 2, 2, 5),
        prefix("prefix, ragged groups, query heads share keys", "True, 0, 0.", 4, 2, 9, 7, 3, 1),
        prefix("prefix, two strips", "True, 0, 0.", 2, 1, 150, 140, 9),
        prefix("prefix that a window leaves", "True, 5, 0.", 2, 1, 9, 7, 2),
        prefix("prefix with a cap", "True, 0, 0.7", 2, 1, 7, 5),
        prefix("prefix both ways, ragged", "False, 0, 0.", 2, 2, 7, 6, 2));
  }

  /** Three keys and values before each document. */
  private static Row prefix(String name, String rule, int heads, int keyHeads, int... lengths) {
    int tokens = Arrays.stream(lengths).sum();
    String forward =
        "o, kept = __torch__.attention.forward(x[0], x[1], x[2], x[3:], c, 0.6, %s, %s)\n";
    String keep = lengths.length % 2 == 0 ? "True" : "False";
    return new Row(
        "attention with a " + name,
        forward.formatted(rule, "False") + "return o",
        forward.formatted(rule, keep)
            + """
            gq = torch.empty_like(x[0])
            gk = torch.empty_like(x[1])
            gv = torch.empty_like(x[2])
            gp = [torch.zeros_like(x[3]), torch.zeros_like(x[4])]
            n = __torch__.attention.backward(g, x[0], x[1], x[2], x[3:], gp, kept, c, 0.6, %s, gq, gk, gv)
            return [gq, gk, gv, gp[0], gp[1]]"""
                .formatted(rule),
        List.of(
            new Variable(tokens, heads, 2),
            new Variable(tokens, keyHeads, 2),
            new Variable(tokens, keyHeads, 2),
            new Variable(3, keyHeads, 2),
            new Variable(3, keyHeads, 2)),
        scope -> AttentionGroups.of(lengths, scope));
  }

  private static Row virtualEmbedding() {
    return new Row(
        "virtual tokens in place of words",
        "return __torch__.embedding.place_(x[0].clone(), [x[1], c[0]])",
        """
        gv = torch.zeros_like(x[1])
        gx = __torch__.embedding.take_gradient(g, [x[1], c[0]], gv)
        return [gx, gv]""",
        List.of(new Variable(7, 3), new Variable(2, 3)),
        scope -> List.of(scope.longs(new long[] {0, 1, 4, 5}, 4)));
  }

  private static Row inputShift() {
    return row(
        "shift of inputs",
        "return __torch__.embedding.shift_(x[0].clone(), [x[1], x[1]])",
        """
        gs = torch.zeros_like(x[1])
        done = __torch__.embedding.add_shift_gradient(g, [x[1], gs])
        return [g, gs]""",
        new Variable(4, 3),
        new Variable(4, 3));
  }

  private static List<Row> feedForwards() {
    List<Row> rows = new ArrayList<>();
    for (String act : List.of("silu", "gelu", "gelu_tanh", "relu")) {
      rows.add(
          row(
              "mlp gated " + act,
              "return __torch__.mlp.gated_forward(x[0], '" + act + "')",
              "return [__torch__.mlp.gated_backward(g, __torch__.mlp.gate(x[0], '%s'), x[0], '%s')]"
                  .formatted(act, act),
              new Variable(4, 10)));
      rows.add(
          row(
              "mlp plain " + act,
              "return __torch__.mlp.act(x[0], '" + act + "')",
              "return [__torch__.mlp.act_backward(g, x[0], '" + act + "')]",
              new Variable(4, 10)));
    }
    return rows;
  }

  private static List<Row> routings() {
    List<Row> rows = new ArrayList<>();
    for (String normalised : List.of("True", "False")) {
      String literals = normalised + ", 1.7";
      rows.add(
          new Row(
              "routing weights, normalised " + normalised,
              "return __torch__.routing.weights(x[0], c[0], " + literals + ")",
              "return [__torch__.routing.weights_backward(g, x[0], c[0], " + literals + ")]",
              List.of(new Variable(3, 5)),
              scope -> List.of(scope.longs(new long[] {4, 0, 1, 2, 3, 1}, 3, 2))));
    }
    for (String sigmoid : List.of("True", "False")) {
      rows.add(
          row(
              "routing scores, sigmoid " + sigmoid,
              "return __torch__.routing.scores(__torch__.routing.logits(x[0], x[1]), "
                  + sigmoid
                  + ")",
              """
              s = __torch__.routing.scores(__torch__.routing.logits(x[0], x[1]), %s)
              gz = __torch__.routing.scores_backward(g, s, %s)
              gw = __torch__.linear.add_weight_gradient(gz, x[0], torch.zeros_like(x[1]))
              return [__torch__.routing.input_gradient(gz, x[1]), gw]"""
                  .formatted(sigmoid, sigmoid),
              new Variable(3, 4),
              new Variable(5, 4)));
    }
    return rows;
  }

  /** Of four experts, one is never chosen and one by every token. */
  private static Row experts() {
    String forward =
        """
        order = __torch__.experts.order(c[0])
        counts = __torch__.experts.counts(c[0], 4)
        given = __torch__.experts.given(x[0], order, c[0])
        u = __torch__.experts.products(given, [x[2]], counts, True)
        m = __torch__.mlp.gated_forward(u, 'silu')
        each = __torch__.experts.products(m, [x[3]], counts, True)
        y = __torch__.experts.gathered(each, order, c[0], x[1])
        """;
    return new Row(
        "experts",
        forward + "return y",
        forward
            + """
            go = torch.zeros_like(x[3])
            gi = torch.zeros_like(x[2])
            ge = __torch__.experts.given(g, order, c[0])
            gm = __torch__.experts.products(ge, [x[3]], counts, False)
            gw = __torch__.experts.weights_gradient(gm, m, order, c[0], x[1])
            done = __torch__.experts.add_products(__torch__.experts.weighted(ge, order, x[1]), m, go, counts)
            gu = __torch__.mlp.gated_backward(__torch__.experts.weighted(gm, order, x[1]), __torch__.mlp.gate(u, 'silu'), u, 'silu')
            done2 = __torch__.experts.add_products(gu, given, gi, counts)
            gg = __torch__.experts.products(gu, [x[2]], counts, False)
            gx = __torch__.experts.input_gradient(gg, order, c[0])
            return [gx, gw, gi, go]""",
        List.of(
            new Variable(5, 3), new Variable(5, 2), new Variable(4 * 4, 3), new Variable(4 * 3, 2)),
        scope -> List.of(scope.longs(new long[] {3, 0, 0, 1, 3, 0, 0, 1, 1, 0}, 5, 2)));
  }

  private static Row latentKeys() {
    return row(
        "keys of latents",
        "return __torch__.latent.keys(x[0], x[1])",
        """
        gkp = torch.empty_like(x[0])
        gkt = torch.empty_like(x[1])
        done = __torch__.latent.keys_backward(g, gkp, gkt)
        return [gkp, gkt]""",
        new Variable(3, 2, 4),
        new Variable(3, 1, 2));
  }

  private static Row embedding() {
    return new Row(
        "embedding, a token twice and one never",
        "return __torch__.embedding.forward(c[0], x[0])",
        "return [__torch__.embedding.add_weight_gradient(g, c[0], torch.zeros_like(x[0]))]",
        List.of(new Variable(6, 3)),
        scope -> List.of(scope.longs(new long[] {4, 0, 4, 1, 5, 2})));
  }

  private static Row crossEntropy() {
    return new Row(
        "cross entropy",
        "return __torch__.cross_entropy.forward(x[0], c[0])",
        """
        losses, gz = __torch__.cross_entropy.forward_backward(x[0], c[0], g, 0.)
        return [gz]""",
        List.of(new Variable(4, 9)),
        scope -> List.of(scope.longs(new long[] {0, 8, 3, 3})));
  }

  private static Row smoothedCrossEntropy() {
    String both =
        "losses, gz = __torch__.cross_entropy.forward_backward(x[0].clone(), c[0], %s, 0.3)\n";
    return new Row(
        "cross entropy with label smoothing",
        both.formatted("torch.ones([4], dtype=7)") + "return losses",
        both.formatted("g") + "return [gz]",
        List.of(new Variable(4, 9)),
        scope -> List.of(scope.longs(new long[] {0, 8, 3, 3})));
  }

  private static List<Row> distillations() {
    List<Row> rows = new ArrayList<>();
    for (String beta : List.of("0.", "0.3", "1.")) {
      String both =
          "loss, gz = __torch__.distillation.forward_backward(x[0], c[0], %s, 1.7)\n"
              .formatted(beta);
      rows.add(
          new Row(
              "distillation, beta " + beta,
              both + "return loss",
              both + "return [gz.mul_(g.unsqueeze(1))]",
              List.of(new Variable(2, 5)),
              scope ->
                  List.of(scope.doubles(new double[] {0, 1, -2, 3, 0.5, 4, 4, 0, -1, 2}, 2, 5))));
    }
    for (String beta : List.of("0.", "0.3", "1.")) {
      rows.add(topk(beta, 2));
      rows.add(topk(beta, 5));
    }
    return rows;
  }

  /** What a teacher of five tokens is known to say of the k likeliest. */
  private static Row topk(String beta, int k) {
    String both =
        """
        t = __torch__.distillation.topk(c[0], torch.tensor([%d., 1.7], dtype=7))
        loss, gz = __torch__.distillation.topk_forward_backward(x[0], t[0], t[1], %s, 1.7)
        """
            .formatted(k, beta);
    return new Row(
        "distillation from the top %d, beta %s".formatted(k, beta),
        both + "return loss",
        both + "return [gz.mul_(g.unsqueeze(1))]",
        List.of(new Variable(2, 5)),
        scope -> List.of(scope.doubles(new double[] {0, 1, -2, 3, 0.5, 4, 4.1, 0, -1, 2}, 2, 5)));
  }

  private static List<Row> hiddenMatches() {
    Constants taught = scope -> List.of(scope.doubles(new double[] {1, -2, 0.5, 3, 1, 0}, 2, 3));
    String cosine = "loss, gs = __torch__.hidden_match.cosine_forward_backward(x[0], c[0])\n";
    String mse =
        "loss, gs = __torch__.hidden_match.mse_forward_backward(x[0], c[0], x[1], %s, gw)\n";
    String zeros = "gw = torch.zeros_like(x[1])\n";
    return List.of(
        new Row(
            "hidden match by the cosine",
            cosine + "return loss",
            cosine + "return [gs.mul_(g.unsqueeze(1))]",
            List.of(new Variable(2, 3)),
            taught),
        new Row(
            "hidden match by the mean square",
            zeros + mse.formatted("torch.ones([2, 1], dtype=7)") + "return loss",
            zeros + mse.formatted("g.unsqueeze(1)") + "return [gs.mul_(g.unsqueeze(1)), gw]",
            List.of(new Variable(2, 4), new Variable(3, 4)),
            taught));
  }

  private static Row anchor(String name, String fisher) {
    String call =
        "v = __torch__.anchor.add_gradient(x[0], c[0], %s, gw, torch.tensor([0.7]))\n"
            .formatted(fisher);
    return new Row(
        "weights held " + name,
        "gw = torch.zeros_like(x[0])\n" + call + "return v",
        "gw = torch.zeros_like(x[0])\n" + call + "return [gw.mul_(g)]",
        List.of(new Variable(5)),
        scope ->
            List.of(
                scope.doubles(new double[] {0.3, -1, 2, 0.5, 0}),
                scope.doubles(new double[] {0.1, 3, 0, 1, 2})));
  }

  private static Row row(String name, String function, String backward, Variable... variables) {
    return new Row(
        name,
        function,
        backward,
        List.of(variables),
        scope -> List.of(scope.longs(new long[] {0})));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void gradientIsThatOfFiniteDifferences(Row row) throws IOException {
    FiniteDifferences.check(
        row.name(),
        kernels(),
        body(row.function()),
        body(row.backward()),
        row.variables(),
        row.constants());
  }

  @Test
  void gradientThatIsSlightlyWrongIsFound() {
    assertThatThrownBy(
            () ->
                FiniteDifferences.check(
                    "wrong",
                    kernels(),
                    body("return torch.mul(x[0], x[0])"),
                    body("return [torch.mul(g, x[0]).mul_(2.00001)]"),
                    List.of(new Variable(3)),
                    scope -> List.of(scope.longs(new long[] {0}))))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("wrong: x[0]");
  }

  @Test
  void everyGradientInAKernelFileHasARow() throws IOException {
    List<String> missing = new ArrayList<>();
    Map<String, String> kernels = kernels();
    String allTexts = String.join("\n", kernels.values());
    kernels.forEach(
        (file, text) -> {
          Matcher matcher = GRADIENT.matcher(text);
          while (matcher.find()) {
            String function = matcher.group(1);
            boolean part = allTexts.contains("__torch__." + file + "." + function + "(");
            if (!part && rows().stream().noneMatch(row -> row.names(file, function))) {
              missing.add(file + "." + function);
            }
          }
        });
    assertThat(missing).as("gradients without a row in GradientCheck").isEmpty();
  }

  private static String body(String text) {
    return text.indent(4);
  }

  /** Every kernel file of this module. */
  private static Map<String, String> kernels() throws IOException {
    Path folder = Path.of(GradientCheck.class.getResource(FOLDER).getPath());
    try (Stream<Path> files = Files.list(folder)) {
      String[] names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".py"))
              .map(name -> name.substring(0, name.length() - 3))
              .toArray(String[]::new);
      return new TreeMap<>(KernelSources.read(GradientCheck.class, FOLDER, names));
    }
  }
}
