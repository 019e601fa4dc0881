package org.tune4j.engine.data;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.tokenize.Side;

/**
 * From rows to what is learned.
 *
 * @param maxLength most tokens of an example, and of a packed row
 * @param truncation the end at which a longer example is cut. A packing that splits examples cuts
 *     none
 * @param packing how examples are put together into rows; empty for one a row
 * @param groupByLength whether examples of like lengths share batches
 * @param trainOn which tokens are learned
 * @param splitSpecialTokens whether the name of a control token in somebody's text is ordinary text
 * @param chatTemplate a file to take instead of the model's own chat template
 * @param preflightAllow keys of pre-flight checks that may refuse without effect
 * @param skipBadRows whether rows that cannot be used are passed over; otherwise they are an error
 */
public record DataConfig(
    int maxLength,
    Side truncation,
    Optional<Packing> packing,
    boolean groupByLength,
    TrainOn trainOn,
    boolean splitSpecialTokens,
    Optional<Path> chatTemplate,
    Set<String> preflightAllow,
    boolean skipBadRows) {
  /** TRL's values where it has them. */
  public static final DataConfig DEFAULT = builder().build();

  public DataConfig {
    preflightAllow = Set.copyOf(preflightAllow);
    if (maxLength < 2) {
      throw new ConfigException("max_length " + maxLength + ": must be at least 2");
    }
  }

  /** The same in another length. */
  public DataConfig withMaxLength(int tokens) {
    return new DataConfig(
        tokens,
        truncation,
        packing,
        groupByLength,
        trainOn,
        splitSpecialTokens,
        chatTemplate,
        preflightAllow,
        skipBadRows);
  }

  /** The same where prompts are not learned, whatever else is. */
  DataConfig withCompletionsOnly() {
    return new DataConfig(
        maxLength,
        truncation,
        packing,
        groupByLength,
        new TrainOn(true, trainOn.roles(), trainOn.lastTurnOnly(), trainOn.eos(), trainOn.eot()),
        splitSpecialTokens,
        chatTemplate,
        preflightAllow,
        skipBadRows);
  }

  /** Most tokens that an example is cut to. */
  int exampleLimit() {
    boolean splits =
        packing.isPresent()
            && (packing.get() == Packing.BEST_FIT_SPLIT || packing.get() == Packing.WRAPPED);
    return splits ? Integer.MAX_VALUE : maxLength;
  }

  /** A builder with the default values. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets what differs from the defaults. */
  public static final class Builder {
    private int maxLength = 1024;
    private Side truncation = Side.RIGHT;
    private Packing packing;
    private boolean groupByLength;
    private TrainOn trainOn = TrainOn.DEFAULT;
    private boolean splitSpecialTokens = true;
    private Path chatTemplate;
    private Set<String> preflightAllow = Set.of();
    private boolean skipBadRows;

    private Builder() {}

    public Builder maxLength(int tokens) {
      maxLength = tokens;
      return this;
    }

    /** RIGHT keeps an example's start (TRL's {@code keep_start}), LEFT its end. */
    public Builder truncation(Side side) {
      truncation = side;
      return this;
    }

    /** Null for one example a row. */
    public Builder packing(Packing kind) {
      packing = kind;
      return this;
    }

    public Builder groupByLength(boolean value) {
      groupByLength = value;
      return this;
    }

    public Builder trainOn(TrainOn value) {
      trainOn = value;
      return this;
    }

    public Builder splitSpecialTokens(boolean value) {
      splitSpecialTokens = value;
      return this;
    }

    /** Null for the model's own. */
    public Builder chatTemplate(Path file) {
      chatTemplate = file;
      return this;
    }

    public Builder preflightAllow(String... keys) {
      preflightAllow = Set.of(keys);
      return this;
    }

    public Builder skipBadRows(boolean value) {
      skipBadRows = value;
      return this;
    }

    /** Checks and makes the record. */
    public DataConfig build() {
      return new DataConfig(
          maxLength,
          truncation,
          Optional.ofNullable(packing),
          groupByLength,
          trainOn,
          splitSpecialTokens,
          Optional.ofNullable(chatTemplate),
          preflightAllow,
          skipBadRows);
    }
  }
}
