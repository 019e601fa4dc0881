package org.tune4j.engine.preflight;

import java.util.Optional;

/** Whether the memory will suffice: a warning above 80 % of it. */
final class MemoryCheck implements Check {
  private static final double TIGHT = 0.8;

  @Override
  public String key() {
    return "memory";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    Forecast forecast = measured.forecast();
    if (forecast == null) {
      return Optional.empty();
    }
    String found =
        "about %s of %s of memory (%s) will be needed"
            .formatted(
                Figures.bytes(forecast.bytesNeeded()),
                Figures.bytes(forecast.bytesAvailable()),
                Figures.share(forecast.bytesNeeded(), forecast.bytesAvailable()));
    String cure = "; a smaller micro batch, max_length or precision, or recompute, need less";
    if (forecast.bytesNeeded() > forecast.bytesAvailable()) {
      return Optional.of(Finding.refuse(key(), found + cure));
    }
    return Optional.of(
        forecast.bytesNeeded() > TIGHT * forecast.bytesAvailable()
            ? Finding.warn(key(), found + cure)
            : Finding.ok(key(), found));
  }
}
