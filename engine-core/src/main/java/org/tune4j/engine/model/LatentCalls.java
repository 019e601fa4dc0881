package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;
import static org.tune4j.engine.model.KernelText.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes the kernel calls of multi-head latent attention. */
final class LatentCalls implements AttentionCalls {
  private final LatentAttention spec;
  private final GroupCalls down;
  private final Optional<NormCalls> queryNorm;
  private final Optional<GroupCalls> query;
  private final NormCalls latentNorm;
  private final GroupCalls keyValue;
  private final GroupCalls out;

  LatentCalls(LatentAttention spec, ProgramLists lists) {
    this.spec = spec;
    this.down = new GroupCalls(spec.down(), "s1", lists, "seed[0]");
    this.queryNorm = spec.queryNorm().map(norm -> new NormCalls(norm, "small", lists));
    this.query = spec.query().map(group -> new GroupCalls(group, "s5", lists, "seed[5]"));
    this.latentNorm = new NormCalls(spec.latentNorm(), "latent", lists);
    this.keyValue = new GroupCalls(spec.keyValue(), "s6", lists, "seed[6]");
    this.out = new GroupCalls(spec.out(), "s2", lists, "seed[1]");
  }

  @Override
  public List<Kept> kept() {
    List<Kept> kept = new ArrayList<>();
    kept.add(Kept.computed("down", spec.down().outputs()));
    kept.addAll(down.kept());
    query.ifPresent(
        calls -> {
          kept.addAll(queryNorm.orElseThrow().kept(1));
          kept.add(Kept.computed("queries", queries()));
          kept.addAll(calls.kept());
        });
    kept.addAll(latentNorm.kept(1));
    kept.add(Kept.computed("kv", spec.keyValue().outputs()));
    kept.addAll(keyValue.kept());
    if (out.needsInput()) {
      kept.add(Kept.computed("o", spec.out().inputs()));
    }
    kept.addAll(out.kept());
    return kept;
  }

  private int queries() {
    return spec.heads() * spec.keySize();
  }

  /** Columns of {@code down} before the latent's. */
  private int first() {
    return spec.queryNorm().map(NormSpec::size).orElse(queries());
  }

  @Override
  public boolean trains() {
    return down.trains()
        || query.filter(GroupCalls::trains).isPresent()
        || queryNorm.filter(NormCalls::trains).isPresent()
        || latentNorm.trains()
        || keyValue.trains()
        || out.trains();
  }

  @Override
  public boolean readsInput() {
    return down.needsInput();
  }

  @Override
  public String forward(String y, String x) {
    return project(x)
        + keyValue.forward("kv", "latent")
        + keysAndValues()
        + line(
            "(a, probabilities) = __torch__.attention.forward(q, k, v, annotate(List[Tensor], []), c[3:], %s, keep)",
            spec.scores().literals())
        + line("o = a.view([-1, %d])", spec.out().inputs())
        + out.forward(y, "o");
  }

  /** From the tokens to queries, the latent, and the turned key that the heads share. */
  private String project(String x) {
    return down.forward("down", x)
        + queryNorm
            .map(
                norm ->
                    norm.forward(columns("down", 0, first()))
                        + query.orElseThrow().forward("queries", "small"))
            .orElse("")
        + latentNorm.forward(latents("down"))
        + views("", "down", "queries")
        + line("turnedq = __torch__.rope.%s(qt, c[0], c[1])", turn("rotate"))
        + line("turnedk = __torch__.rope.%s(kt, c[0], c[1])", turn("rotate"));
  }

  /** Queries {@code q}, their turned part {@code qt}, and the shared key {@code kt}. */
  private String views(String prefix, String down, String queries) {
    String from = query.isPresent() ? queries : columns(down, 0, first());
    return line("%sq = %s.view([-1, %d, %d])", prefix, from, spec.heads(), spec.keySize())
        + line("%sqt = %sq.narrow(2, %d, %d)", prefix, prefix, spec.plainSize(), spec.turnedSize())
        + line(
            "%skt = %s.unsqueeze(1)",
            prefix, columns(down, first() + spec.latentNorm().size(), spec.turnedSize()));
  }

  private String latents(String from) {
    return columns(from, first(), spec.latentNorm().size());
  }

  private static String columns(String from, int first, int count) {
    return text("%s.narrow(1, %d, %d)", from, first, count);
  }

  private String turn(String function) {
    return function + (spec.turned().neighbours() ? "_neighbours_" : "_");
  }

  private String keysAndValues() {
    return heads("", "kv") + line("k = __torch__.latent.keys(kp, kt)");
  }

  /** The plain part of keys {@code kp} and values {@code v}, with a prefix. */
  private String heads(String prefix, String from) {
    int size = spec.plainSize() + spec.valueSize();
    return line("%sheads = %s.view([-1, %d, %d])", prefix, from, spec.heads(), size)
        + line("%skp = %sheads.narrow(2, 0, %d)", prefix, prefix, spec.plainSize())
        + line(
            "%sv = %sheads.narrow(2, %d, %d)", prefix, prefix, spec.plainSize(), spec.valueSize());
  }

  @Override
  public String backward(String gx, String gy, String x) {
    StringBuilder text = new StringBuilder();
    text.append(out.backward("go", gy, out.needsInput() ? "o" : gy));
    text.append(views("", "down", "queries")).append(keysAndValues());
    text.append(line("gdown = torch.empty_like(down)"));
    if (query.isPresent()) {
      text.append(line("gqueries = torch.empty_like(queries)"));
    }
    text.append(line("gkv = torch.empty_like(kv)"));
    text.append(views("g", "gdown", "gqueries")).append(heads("g", "gkv"));
    text.append(line("gk = torch.empty_like(k)"));
    text.append(
        line(
            "done = __torch__.attention.backward(go.view([-1, %d, %d]), q, k, v, annotate(List[Tensor], []), annotate(List[Tensor], []), probabilities, c[3:], %s, gq, gk, gv)",
            spec.heads(), spec.valueSize(), spec.scores().literals()));
    text.append(line("shared = __torch__.latent.keys_backward(gk, gkp, gkt)"));
    text.append(line("turnedq = __torch__.rope.%s(gqt, c[0], c[1])", turn("unrotate")));
    text.append(line("turnedk = __torch__.rope.%s(gkt, c[0], c[1])", turn("unrotate")));
    if (keyValue.needsInput()) {
      text.append(latentNorm.again(latents("down")));
    }
    text.append(keyValue.backward("glatent", "gkv", keyValue.needsInput() ? "latent" : "gkv"));
    text.append(latentNorm.backward("glatents", "glatent", latents("down")));
    text.append(line("placed = %s.copy_(glatents)", latents("gdown")));
    query.ifPresent(
        calls -> {
          NormCalls norm = queryNorm.orElseThrow();
          String small = columns("down", 0, first());
          if (calls.needsInput()) {
            text.append(norm.again(small));
          }
          text.append(
              calls.backward("gsmall", "gqueries", calls.needsInput() ? "small" : "gqueries"));
          text.append(norm.backward("gsmalls", "gsmall", small));
          text.append(line("placedq = %s.copy_(gsmalls)", columns("gdown", 0, first())));
        });
    return text.append(down.backward(gx, "gdown", down.needsInput() ? x : "gdown")).toString();
  }

  @Override
  public String prefill(String y, String x) {
    String rule = spec.scores().literals();
    String weight = keyValue.isPlain() ? keyValue.matrix("q") : "";
    String attended =
        keyValue.isPlain()
            ? line("ql = __torch__.latent.absorbed(q, %s, %d)", weight, spec.turnedSize())
                + line("ks = __torch__.latent.absorbed_keys(kc, vc, rows, used)")
                + line("al = __torch__.cache.extend(ql, ks, kc, c[3:], int(past), %s)", rule)
                + line("a = __torch__.latent.released(al, %s, %d)", weight, spec.valueSize())
            : line("latents = __torch__.latent.read(kc, rows, used)")
                + keyValue.forward("kv", "latents")
                + heads("", "kv")
                + line("ks = __torch__.latent.expanded_keys(kp, vc, rows, used)")
                + line(
                    "vs = v.view([rows, used, %d, %d]).transpose(1, 2)",
                    spec.heads(), spec.valueSize())
                + line("a = __torch__.cache.extend(q, ks, vs, c[3:], int(past), %s)", rule);
    return project(x)
        + line("stored = __torch__.cache.store(kc, places, latent.unsqueeze(1))")
        + line("stored2 = __torch__.cache.store(vc, places, kt)")
        + line("rows = __torch__.latent.documents(c[3:])")
        + line("used = int(past) + c[3].size(1)")
        + attended
        + line("o = a.reshape([-1, %d])", spec.out().inputs())
        + out.forward(y, "o");
  }

  @Override
  public String decode(String y, String x) {
    String attended =
        keyValue.isPlain()
            ? line(
                "a = __torch__.latent.attend(q, kc, vc, %s, c[4], %s)",
                keyValue.matrix("q"), spec.scale())
            : line("latents = __torch__.latent.cached(kc, c[4])")
                + keyValue.forward("kv", "latents")
                + heads("", "kv")
                + line(
                    "a = __torch__.latent.attend_expanded(q, kp, v, vc, c[4], %s)", spec.scale());
    return project(x)
        + line("stored = __torch__.cache.store_next(kc, c[3], latent.unsqueeze(1))")
        + line("stored2 = __torch__.cache.store_next(vc, c[3], kt)")
        + attended
        + line("o = a.view([-1, %d])", spec.out().inputs())
        + out.forward(y, "o");
  }
}
