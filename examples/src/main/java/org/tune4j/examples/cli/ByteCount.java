package org.tune4j.examples.cli;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.engine.ConfigException;

/** A number of bytes as a user writes it: {@code 1500000000}, {@code 2GiB}, {@code 1.5GB}. */
final class ByteCount {
  private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) *([A-Za-z]*)");

  private static final Map<String, Double> UNITS =
      Map.of(
          "", 1.0, "b", 1.0, "kb", 1e3, "mb", 1e6, "gb", 1e9, "kib", 0x1p10, "mib", 0x1p20, "gib",
          0x1p30, "tib", 0x1p40);

  private ByteCount() {}

  /**
   * Reads it.
   *
   * @param where what to name in an error
   */
  static long of(String where, String text) {
    Matcher form = FORM.matcher(text.strip());
    Double unit = form.matches() ? UNITS.get(form.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw new ConfigException(
          where + ": wanted a number of bytes, such as 2GiB or 1500MB, found '" + text + "'");
    }
    return (long) (Double.parseDouble(form.group(1)) * unit);
  }
}
