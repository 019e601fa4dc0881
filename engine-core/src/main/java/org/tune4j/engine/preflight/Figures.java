package org.tune4j.engine.preflight;

import java.util.Locale;

/** Numbers in sentences, the same in every country. */
final class Figures {
  private Figures() {}

  /** A whole number, its thousands apart. */
  static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A number of things. */
  static String of(long number, String one, String many) {
    return whole(number) + " " + (number == 1 ? one : many);
  }

  static String rows(long number) {
    return of(number, "row", "rows");
  }

  /** A share in percent; 0 % and 100 % mean none and all. */
  static String share(long part, long whole) {
    double percent = whole == 0 ? 0 : 100.0 * part / whole;
    if (part > 0 && percent < 0.1) {
      return "under 0.1 %";
    }
    if (part < whole && percent > 99.9) {
      return "over 99.9 %";
    }
    return String.format(Locale.ROOT, "%.1f %%", percent).replace(".0 ", " ");
  }

  /** Rows and their share. */
  static String partOf(long part, long whole) {
    return "%s of %s (%s)".formatted(whole(part), rows(whole), share(part, whole));
  }

  /** A size of memory. */
  static String bytes(long bytes) {
    double gib = bytes / (double) (1L << 30);
    return gib >= 1
        ? String.format(Locale.ROOT, "%.1f GiB", gib)
        : String.format(Locale.ROOT, "%.0f MiB", bytes / (double) (1L << 20));
  }

  /** A time. */
  static String duration(double seconds) {
    long whole = Math.round(seconds);
    return whole < 60
        ? whole + " s"
        : whole < 3600
            ? "%d min %02d s".formatted(whole / 60, whole % 60)
            : "%d h %02d min".formatted(whole / 3600, whole % 3600 / 60);
  }
}
