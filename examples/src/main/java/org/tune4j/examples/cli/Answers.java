package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LanguageHead;
import org.tune4j.engine.tensor.DType;

/**
 * What a model says to some texts.
 *
 * @param scores after each of their tokens
 * @param tokens that it goes on with, greedily; none where a model continues no texts
 */
record Answers(List<float[]> scores, List<int[]> tokens) {
  private static final int NEW_TOKENS = 32;

  /** Asks a model. */
  static Answers of(BoundModel model, List<int[]> texts) {
    List<float[]> scores = LogitDrift.scores(model, texts);
    Architecture architecture = model.architecture();
    if (!(architecture.head() instanceof LanguageHead) || !architecture.isCausal()) {
      return new Answers(scores, List.of());
    }
    GenerationConfig greedy =
        GenerationConfig.builder().maxNewTokens(NEW_TOKENS).endOfText(Set.of()).build();
    List<Generated> continued = new Generator(model).generate(texts, greedy);
    return new Answers(scores, continued.stream().map(Generated::newIds).toList());
  }

  /**
   * How the answers of a model that was written and read back differ.
   *
   * @param drift of the scores
   * @param sameTexts for how many texts the greedy tokens are the same
   * @param texts how many were continued
   */
  record Difference(LogitDrift drift, int sameTexts, int texts) {
    /** For people. */
    @Override
    public String toString() {
      String greedy =
          texts == 0
              ? ""
              : "; same %d greedy tokens for %d of %d prompts"
                  .formatted(NEW_TOKENS, sameTexts, texts);
      return String.format(
              Locale.ROOT,
              "greatest difference of a score: %.6g; same best token at %d of %d positions",
              drift.greatest(),
              drift.sameBest(),
              drift.positions())
          + greedy;
    }

    /** Adds the figures to a line of JSON. */
    void addTo(Map<String, Object> line) {
      line.put("max_abs_logit_drift", drift.greatest());
      line.put("same_best_token", drift.sameBest());
      line.put("positions", drift.positions());
      line.put("same_greedy", sameTexts);
      line.put("prompts", texts);
    }
  }

  /** Compares with what a model that was written answers. */
  Difference toModel(Path written, List<int[]> texts) {
    try (CausalLm read = CausalLm.load(written, DType.FLOAT32);
        BoundModel model = new BoundModel(read, null, null)) {
      return to(Answers.of(model, texts), read.architecture());
    }
  }

  private Difference to(Answers found, Architecture architecture) {
    int same = 0;
    for (int i = 0; i < tokens.size(); i++) {
      same += Arrays.equals(tokens.get(i), found.tokens.get(i)) ? 1 : 0;
    }
    int width = architecture.head().out().outputs();
    return new Difference(LogitDrift.between(scores, found.scores, width), same, tokens.size());
  }
}
