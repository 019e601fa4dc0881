package org.tune4j.lora.algebra;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.tune4j.engine.ConfigException;

/**
 * How adapters are combined, with PEFT's names and defaults (PEFT 0.21 {@code
 * add_weighted_adapter}).
 *
 * @param combinationType how
 * @param density the share of the entries that are left, above 0 and at most 1; of the types that
 *     prune, which need it
 * @param majoritySignMethod of the types that elect a sign; total if empty
 * @param svdRank of the types that end in an SVD: the rank of the result; the highest of the
 *     adapters' if empty
 * @param svdEnergy of {@code svd}, in place of {@code svdRank}: each site has the lowest rank that
 *     keeps this share of its squared norm
 * @param svdClamp of the types that end in an SVD: entries beyond this quantile of both factors are
 *     cut to it
 * @param seed what the random types draw by
 */
public record CombinationConfig(
    CombinationType combinationType,
    OptionalDouble density,
    Optional<MajoritySign> majoritySignMethod,
    OptionalInt svdRank,
    OptionalDouble svdEnergy,
    OptionalDouble svdClamp,
    long seed) {
  private static final int MOST_RANK = 1 << 16;

  public CombinationConfig {
    String name = combinationType.lowerName();
    requireShare("density", density);
    requireShare("svd_energy", svdEnergy);
    requireShare("svd_clamp", svdClamp);
    if (combinationType.prunes() && density.isEmpty()) {
      throw new ConfigException("density: " + name + " needs one, above 0 and at most 1");
    }
    refuse("density", density.isPresent() && !combinationType.prunes(), name);
    refuse(
        "majority_sign_method", majoritySignMethod.isPresent() && !combinationType.elects(), name);
    refuse("svd_rank", svdRank.isPresent() && !combinationType.isSvd(), name);
    refuse("svd_clamp", svdClamp.isPresent() && !combinationType.isSvd(), name);
    refuse("svd_energy", svdEnergy.isPresent() && combinationType != CombinationType.SVD, name);
    if (svdEnergy.isPresent() && svdRank.isPresent()) {
      throw new ConfigException("svd_energy and svd_rank both say a rank; keep one");
    }
    svdRank.ifPresent(
        rank -> {
          if (rank < 1 || rank > MOST_RANK) {
            throw new ConfigException("svd_rank: wanted 1 to " + MOST_RANK + ", found " + rank);
          }
        });
  }

  private static void requireShare(String key, OptionalDouble value) {
    if (value.isPresent() && !(value.getAsDouble() > 0 && value.getAsDouble() <= 1)) {
      throw new ConfigException(
          key + ": wanted above 0 and at most 1, found " + value.getAsDouble());
    }
  }

  private static void refuse(String key, boolean idle, String type) {
    if (idle) {
      throw new ConfigException(key + ": says nothing to combination_type " + type);
    }
  }

  /** PEFT's defaults, to be changed. */
  public static Builder builder(CombinationType type) {
    return new Builder(type);
  }

  /** Sets what differs from PEFT's defaults. */
  public static final class Builder {
    private final CombinationType type;
    private OptionalDouble density = OptionalDouble.empty();
    private Optional<MajoritySign> majoritySignMethod = Optional.empty();
    private OptionalInt svdRank = OptionalInt.empty();
    private OptionalDouble svdEnergy = OptionalDouble.empty();
    private OptionalDouble svdClamp = OptionalDouble.empty();
    private long seed;

    private Builder(CombinationType type) {
      this.type = type;
    }

    public Builder density(double value) {
      density = OptionalDouble.of(value);
      return this;
    }

    public Builder majoritySignMethod(MajoritySign value) {
      majoritySignMethod = Optional.of(value);
      return this;
    }

    public Builder svdRank(int value) {
      svdRank = OptionalInt.of(value);
      return this;
    }

    public Builder svdEnergy(double value) {
      svdEnergy = OptionalDouble.of(value);
      return this;
    }

    public Builder svdClamp(double value) {
      svdClamp = OptionalDouble.of(value);
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public CombinationConfig build() {
      return new CombinationConfig(
          type, density, majoritySignMethod, svdRank, svdEnergy, svdClamp, seed);
    }
  }
}
