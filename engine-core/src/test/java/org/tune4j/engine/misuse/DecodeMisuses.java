package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.argument;
import static org.tune4j.engine.misuse.Misuse.data;
import static org.tune4j.engine.misuse.Misuse.harmless;
import static org.tune4j.engine.misuse.Misuse.memory;
import static org.tune4j.engine.misuse.Misuse.missing;
import static org.tune4j.engine.misuse.Misuse.state;

import java.util.List;
import java.util.function.Consumer;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.DecodeSession;
import org.tune4j.engine.model.SamplingRule;

/** Texts continued beyond their room, with tokens that are none, after closing. */
final class DecodeMisuses {
  private static final double[] DRAWS = {0.5, 0.5};
  private final Subject subject = new Subject();

  List<Misuse> all() {
    return List.of(
        missing("prompts null", "prompts", () -> decode(null, 9)),
        missing("sampling rule null", "rule", this::withoutRule),
        data("no prompts", "no token", () -> decode(Batch.of(List.of()), 9)),
        data("prompt beyond the vocabulary", "Token id 97", () -> decode(Subject.batch(97), 9)),
        argument("no places", "0 places", () -> decode(prompts(), 0)),
        argument("no tokens a chunk", "chunks of 0", this::withoutChunks),
        argument("negative places", "-1 places", () -> decode(prompts(), -1)),
        argument("fewer places than tokens", "3 tokens", () -> decode(prompts(), 2)),
        argument("absurdly many places", "2^31", () -> decode(prompts(), Integer.MAX_VALUE)),
        memory("more places than memory", "zeros", () -> decode(Subject.batch(1), 2_000_000_000)),
        argument("temperature below 0", "-1.0", () -> new SamplingRule(1, -1, 0, 1, 0)),
        argument(
            "temperature that is no number", "NaN", () -> new SamplingRule(1, Double.NaN, 0, 1, 0)),
        argument("top k below 0", "top k -1", () -> new SamplingRule(1, 1, -1, 1, 0)),
        argument("top p of 0", "top p 0.0", () -> new SamplingRule(1, 1, 0, 0, 0)),
        argument("top p above 1", "top p 1.5", () -> new SamplingRule(1, 1, 0, 1.5, 0)),
        argument("min p above 1", "min p 1.5", () -> new SamplingRule(1, 1, 0, 1, 1.5)),
        argument("penalty of 0", "penalty 0.0", () -> new SamplingRule(0, 1, 0, 1, 0)),
        argument("endless penalty", "Infinity", () -> endlessPenalty()),
        started("first token twice", true, "closed", session -> session.first(DRAWS)),
        wrong("draws too few", "wanted 2", session -> session.next(ids(1, 2), new double[1])),
        wrong("draws too many", "wanted 2", session -> session.next(ids(1, 2), new double[3])),
        wrong("draw of 1", "1.0", session -> session.next(ids(1, 2), new double[] {0, 1})),
        wrong("draw below 0", "-0.5", session -> session.next(ids(1, 2), new double[] {0, -0.5})),
        wrong(
            "draw that is no number",
            "NaN",
            session -> session.next(ids(1, 2), new double[] {0, Double.NaN})),
        wrong("tokens too few", "[1]", session -> session.next(ids(1), DRAWS)),
        wrong("tokens too many", "[1, 2, 3]", session -> session.next(ids(1, 2, 3), DRAWS)),
        wrong("token beyond the vocabulary", "97", session -> session.next(ids(1, 97), DRAWS)),
        wrong("token below 0", "-1", session -> session.next(ids(1, -1), DRAWS)),
        missing("tokens null", "ids", () -> with(session -> session.next(null, DRAWS))),
        missing("draws null", "", () -> with(session -> session.next(ids(1, 2), null))),
        started("token beyond the places", true, "no place left", DecodeMisuses::beyondPlaces),
        wrong("row that is not there", "[2]", session -> session.keep(ids(2))),
        wrong("row below 0", "[-1]", session -> session.keep(ids(-1))),
        wrong("row twice", "[1, 1]", session -> session.keep(ids(1, 1))),
        wrong("more rows kept than there are", "[0, 1, 2]", session -> session.keep(ids(0, 1, 2))),
        wrong("row over one that stays", "[1, 0]", session -> session.keep(ids(1, 0))),
        missing("rows null", "rows", () -> with(session -> session.keep(null))),
        harmless("next token without the first", () -> with(s -> s.next(ids(1, 2), DRAWS))),
        harmless("session closed twice", () -> with(DecodeSession::close)),
        started("token after closing", false, "closed", DecodeMisuses::afterClosing),
        state("token after the model", "closed", this::afterModel));
  }

  private Misuse wrong(String name, String named, Consumer<DecodeSession> call) {
    return argument(name, named, () -> with(call));
  }

  private Misuse started(String name, boolean first, String named, Consumer<DecodeSession> call) {
    return state(
        name,
        named,
        () ->
            with(
                session -> {
                  if (first) {
                    session.first(DRAWS);
                  }
                  call.accept(session);
                }));
  }

  private void with(Consumer<DecodeSession> call) {
    try (DecodeSession session = subject.bound.decode(prompts(), 5, SamplingRule.GREEDY)) {
      call.accept(session);
    }
  }

  private static Batch prompts() {
    return Batch.of(List.of(example(0, 1, 2, 3), example(1, 4, 5)));
  }

  private static EncodedExample example(int id, int... ids) {
    return new EncodedExample(id, "prompt", ids, ids);
  }

  private static int[] ids(int... ids) {
    return ids;
  }

  private void decode(Batch prompts, int places) {
    subject.bound.decode(prompts, places, SamplingRule.GREEDY).close();
  }

  private void withoutChunks() {
    subject.bound.decode(prompts(), 9, SamplingRule.GREEDY, 0).close();
  }

  private void withoutRule() {
    subject.bound.decode(prompts(), 9, null).close();
  }

  private static void endlessPenalty() {
    new SamplingRule(Double.POSITIVE_INFINITY, 1, 0, 1, 0);
  }

  private static void beyondPlaces(DecodeSession session) {
    for (int step = 0; step < 9; step++) {
      session.next(ids(1, 2), DRAWS);
    }
  }

  private static void afterClosing(DecodeSession session) {
    session.close();
    session.next(ids(1, 2), DRAWS);
  }

  private void afterModel() {
    Subject own = new Subject();
    DecodeSession session = own.bound.decode(prompts(), 5, SamplingRule.GREEDY);
    own.close();
    session.next(ids(1, 2), DRAWS);
  }
}
