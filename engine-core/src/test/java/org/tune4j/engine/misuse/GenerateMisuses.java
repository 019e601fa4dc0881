package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.config;
import static org.tune4j.engine.misuse.Misuse.data;
import static org.tune4j.engine.misuse.Misuse.harmless;
import static org.tune4j.engine.misuse.Misuse.missing;
import static org.tune4j.engine.misuse.Misuse.state;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;

/** Prompts and settings of generation that cannot be used. */
final class GenerateMisuses {
  private static final GenerationConfig FOUR = GenerationConfig.builder().maxNewTokens(4).build();
  private final Subject subject = new Subject();
  private final Generator generator = new Generator(subject.bound);

  List<Misuse> all() {
    return List.of(
        missing("generating with no model", "model", () -> generate(new Generator(null), 1, 2)),
        missing("generating from nothing", "prompts", () -> generator.generate(null, FOUR)),
        missing("generating from a prompt null", "", this::promptNull),
        missing("generating with no settings", "config", this::settingsNull),
        missing("generating with no listener", "listener", this::listenerNull),
        harmless("generating from no prompts", () -> generator.generate(List.of(), FOUR)),
        config("generating from an empty prompt", "prompt 0", () -> generate(generator)),
        config("generating beyond the positions", "130", () -> generate(generator, new int[126])),
        data("generating from a token beyond the vocabulary", "97", () -> generate(generator, 97)),
        config("generating from a token below 0", "-1", () -> generate(generator, -1)),
        config("generating with too few prompt ids", "0 prompt ids", this::idsMissing),
        config("no new tokens", "max_new_tokens", () -> settings(0, false, 1, 0, 1, 1)),
        config("negative new tokens", "found -1", () -> settings(-1, false, 1, 0, 1, 1)),
        config("absurdly many new tokens", "2147483649", this::absurdlyMany),
        config("temperature of 0", "temperature", () -> settings(4, true, 0, 0, 1, 1)),
        config("endless temperature", "Infinity", () -> endless()),
        config("temperature not a number", "NaN", () -> settings(4, true, Double.NaN, 0, 1, 1)),
        config("negative top k", "top_k", () -> settings(4, true, 1, -1, 1, 1)),
        config("top p of nothing", "top_p", () -> settings(4, true, 1, 0, 0, 1)),
        config("top p of more than all", "top_p", () -> settings(4, true, 1, 0, 2, 1)),
        config("negative penalty", "repetition_penalty", () -> settings(4, true, 1, 0, 1, -1)),
        config("temperature without sampling", "do_sample", () -> settings(4, false, 2, 0, 1, 1)),
        harmless("top k beyond the vocabulary", () -> settings(4, true, 1, 1_000_000, 1, 1)),
        harmless("the least temperature", () -> settings(4, true, Double.MIN_VALUE, 0, 1, 1)),
        harmless("the least top p", () -> settings(4, true, 1, 0, Double.MIN_VALUE, 1)),
        config("end beyond the vocabulary", "eos_token_id", () -> ends(97)),
        config("end below 0", "eos_token_id", () -> ends(-5)),
        missing("end null", "endOfText", () -> GenerationConfig.builder().endOfText(null)),
        new Misuse(
            "listener that fails",
            () -> listened(GenerateMisuses::failing),
            UnsupportedOperationException.class,
            "no tokens"),
        state("listener that closes the model", "closed", this::closedByListener),
        state("generating with a closed model", "closed", () -> closed()));
  }

  private static void generate(Generator generator, int... prompt) {
    generator.generate(List.of(prompt), FOUR);
  }

  private static void closed() {
    generate(new Generator(Subject.closed().bound), 1, 2);
  }

  private void promptNull() {
    generator.generate(Arrays.asList(new int[] {1}, null), FOUR);
  }

  private void settingsNull() {
    generator.generate(List.of(new int[] {1}), null);
  }

  private void listenerNull() {
    generator.generate(List.of(new int[] {1}), new long[] {0}, FOUR, null);
  }

  private void idsMissing() {
    generator.generate(List.of(new int[] {1}), new long[0], FOUR, (row, id) -> {});
  }

  private void absurdlyMany() {
    generator.generate(
        List.of(new int[] {1, 2}),
        GenerationConfig.builder().maxNewTokens(Integer.MAX_VALUE).build());
  }

  private void endless() {
    settings(4, true, Double.POSITIVE_INFINITY, 0, 1, 1);
  }

  private void settings(
      int tokens, boolean sample, double temperature, int topK, double topP, double penalty) {
    generator.generate(
        List.of(new int[] {1, 2}),
        new GenerationConfig(
            tokens,
            sample,
            temperature,
            topK,
            topP,
            0,
            penalty,
            Optional.empty(),
            List.of(),
            1,
            0));
  }

  private void ends(int id) {
    generator.generate(
        List.of(new int[] {1}),
        GenerationConfig.builder().maxNewTokens(4).endOfText(Set.of(id)).build());
  }

  private static void failing() {
    throw new UnsupportedOperationException("no tokens are wanted");
  }

  private void listened(Runnable listener) {
    listened(generator, listener);
  }

  private static void listened(Generator generator, Runnable listener) {
    generator.generate(List.of(new int[] {1}), new long[] {0}, FOUR, (row, id) -> listener.run());
  }

  private void closedByListener() {
    Subject own = new Subject();
    listened(new Generator(own.bound), own::close);
  }
}
