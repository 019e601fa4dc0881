package org.tune4j.engine.generate;

import static org.tune4j.engine.Wanted.isPositive;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.DecodeSession;
import org.tune4j.engine.model.SamplingRule;

/**
 * How prompts are continued. Names are those of transformers' {@code GenerationConfig}; filters and
 * their order are those of its {@code generate}.
 *
 * <p>One default differs: {@code topK} is off. In transformers it is 50 as soon as sampling is on,
 * which quietly cuts the distribution that reinforcement learning takes its samples to come from.
 *
 * @param maxNewTokens the most tokens that are added
 * @param doSample whether tokens are drawn at random; false takes the best one each time
 * @param temperature what scores are divided by before sampling; above 0
 * @param topK sampling among this many best tokens; 0 for all
 * @param topP sampling among the best tokens that together reach this share of probability, above
 *     0; 1 for all
 * @param minP sampling among tokens whose probability is at least this share of the best one's, 0
 *     for all
 * @param repetitionPenalty scores of tokens of the prompt and of the continuation are divided by it
 *     where positive and multiplied where negative; above 0, 1 for none
 * @param endOfText tokens that end a text; absent for those of the model's {@code config.json}, an
 *     empty set for none
 * @param stopStrings texts that end a continuation when they stand in it; only where text is made
 * @param prefillChunkSize the most tokens of a prompt that are read at a time; the memory of a
 *     prompt besides the cache grows with it
 * @param seed every random draw is a function of it, of the prompt's id and of the step
 */
public record GenerationConfig(
    int maxNewTokens,
    boolean doSample,
    double temperature,
    int topK,
    double topP,
    double minP,
    double repetitionPenalty,
    Optional<Set<Integer>> endOfText,
    List<String> stopStrings,
    int prefillChunkSize,
    long seed) {

  public GenerationConfig {
    endOfText = endOfText.map(Set::copyOf);
    stopStrings = List.copyOf(stopStrings);
    List<String> faults = new ArrayList<>();
    check(faults, maxNewTokens >= 1, "max_new_tokens", "at least 1", maxNewTokens);
    check(faults, isPositive(temperature), "temperature", above0(), temperature);
    check(faults, prefillChunkSize >= 1, "prefill_chunk_size", "at least 1", prefillChunkSize);
    check(faults, topK >= 0, "top_k", "0 (all) or more", topK);
    check(faults, topP > 0 && topP <= 1, "top_p", "above 0 and at most 1", topP);
    check(faults, minP >= 0 && minP <= 1, "min_p", "0 (all) to 1", minP);
    check(
        faults,
        stopStrings.stream().noneMatch(String::isEmpty),
        "stop_strings",
        "texts that are not empty",
        stopStrings);
    check(
        faults,
        isPositive(repetitionPenalty),
        "repetition_penalty",
        "above 0; 1 for none",
        repetitionPenalty);
    if (!doSample) {
      String why = " without do_sample, which it has no effect without";
      check(faults, temperature == 1, "temperature", "1" + why, temperature);
      check(faults, topK == 0, "top_k", "0" + why, topK);
      check(faults, topP == 1, "top_p", "1" + why, topP);
      check(faults, minP == 0, "min_p", "0" + why, minP);
    }
    for (int id : endOfText.orElse(Set.of())) {
      check(faults, id >= 0, "eos_token_id", "token ids", id);
    }
    if (!faults.isEmpty()) {
      throw new ConfigException("Generation: " + String.join("; ", faults));
    }
  }

  private static String above0() {
    return "a number above 0; for the best token each time leave do_sample out";
  }

  private static void check(
      List<String> faults, boolean holds, String key, String wanted, Object found) {
    if (!holds) {
      faults.add(key + ": wanted " + wanted + ", found " + found);
    }
  }

  /** Greedy, at most 256 new tokens, ended by the model's own tokens. */
  public static Builder builder() {
    return new Builder();
  }

  SamplingRule rule() {
    return doSample
        ? new SamplingRule(repetitionPenalty, temperature, topK, topP, minP)
        : new SamplingRule(repetitionPenalty, 0, 0, 1, 0);
  }

  /** The same with other end tokens; an empty set for none. */
  public GenerationConfig withEndOfText(Set<Integer> ids) {
    return new GenerationConfig(
        maxNewTokens,
        doSample,
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        Optional.of(ids),
        stopStrings,
        prefillChunkSize,
        seed);
  }

  /** Sets what differs from the defaults. */
  public static final class Builder {
    private int maxNewTokens = 256;
    private boolean doSample;
    private double temperature = 1;
    private int topK;
    private double topP = 1;
    private double minP;
    private double repetitionPenalty = 1;
    private Optional<Set<Integer>> endOfText = Optional.empty();
    private List<String> stopStrings = List.of();
    private int prefillChunkSize = DecodeSession.PREFILL_CHUNK_SIZE;
    private long seed;

    private Builder() {}

    public Builder maxNewTokens(int value) {
      maxNewTokens = value;
      return this;
    }

    public Builder doSample(boolean value) {
      doSample = value;
      return this;
    }

    public Builder temperature(double value) {
      temperature = value;
      return this;
    }

    public Builder topK(int value) {
      topK = value;
      return this;
    }

    public Builder topP(double value) {
      topP = value;
      return this;
    }

    public Builder minP(double value) {
      minP = value;
      return this;
    }

    public Builder repetitionPenalty(double value) {
      repetitionPenalty = value;
      return this;
    }

    public Builder endOfText(Set<Integer> ids) {
      endOfText = Optional.of(Objects.requireNonNull(ids, "endOfText"));
      return this;
    }

    public Builder stopStrings(String... texts) {
      stopStrings = List.of(texts);
      return this;
    }

    public Builder prefillChunkSize(int value) {
      prefillChunkSize = value;
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public GenerationConfig build() {
      return new GenerationConfig(
          maxNewTokens,
          doSample,
          temperature,
          topK,
          topP,
          minP,
          repetitionPenalty,
          endOfText,
          stopStrings,
          prefillChunkSize,
          seed);
    }
  }
}
