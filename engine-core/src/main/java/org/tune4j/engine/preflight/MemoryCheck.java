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
    Forecast.Division division = forecast.division();
    if (forecast.bytesNeeded() > forecast.bytesAvailable()) {
      return Optional.of(
          Finding.refuse(
              key(),
              found
                  + (division == null ? "" : ", even with " + text(division))
                  + (forecast.fitting() == null
                      ? "; a smaller model, max_length or r, or precision bf16, need less"
                      : "; what fits is " + text(forecast.fitting()) + ": memory auto takes it")));
    }
    if (division != null && division.replanned()) {
      return Optional.of(
          Finding.warn(
              key(),
              found
                  + " with "
                  + text(division)
                  + ", chosen because what was asked for does not fit; "
                  + (division.changes().isEmpty()
                      ? "the updates are the same"
                      : "numbers differ from what was asked for")));
    }
    return Optional.of(
        forecast.bytesNeeded() > TIGHT * forecast.bytesAvailable()
            ? Finding.warn(
                key(), found + "; a smaller micro batch or max_length, or recompute, need less")
            : Finding.ok(key(), found));
  }

  private static String text(Forecast.Division division) {
    return "micro-batches of %d %s%s%s"
        .formatted(
            division.rowsAtOnce(),
            division.rowsAtOnce() == 1 ? "row" : "rows",
            division.recompute() ? " and recompute" : "",
            division.changes().isEmpty() ? "" : " and " + division.changes());
  }
}
