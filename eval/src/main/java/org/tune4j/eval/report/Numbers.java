package org.tune4j.eval.report;

import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.Locale;

/** Numbers as a reader wants them: few digits, the same in every country. */
final class Numbers {
  /** Nothing is known. */
  static final String NONE = "–";

  private Numbers() {}

  /** Four significant digits, without the zeros at the end. */
  static String shorter(double value) {
    if (Double.isNaN(value)) {
      return NONE;
    }
    double size = Math.abs(value);
    if (size == 0 || Double.isInfinite(size)) {
      return size == 0 ? "0" : value > 0 ? "∞" : "-∞";
    }
    if (size < 1e-3 || size >= 1e9) {
      return String.format(Locale.ROOT, "%.3e", value)
          .replaceFirst("\\.?0*e", "e")
          .replaceFirst("e\\+?(-?)0*", "e$1");
    }
    int decimals = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    String text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
    return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
  }

  /** A share in percent, with three significant digits. */
  static String percent(double share) {
    return shorter(Double.parseDouble(String.format(Locale.ROOT, "%.2e", 100 * share))) + " %";
  }

  /** A whole number, its thousands apart. */
  static String whole(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%,.0f", value) : NONE;
  }

  /** The numbers beside an axis. */
  static NumberFormat axis() {
    return new NumberFormat() {
      private static final long serialVersionUID = 1;

      @Override
      public StringBuffer format(double number, StringBuffer to, FieldPosition position) {
        return to.append(shorter(number));
      }

      @Override
      public StringBuffer format(long number, StringBuffer to, FieldPosition position) {
        return format((double) number, to, position);
      }

      @Override
      public Number parse(String source, ParsePosition position) {
        throw new UnsupportedOperationException("an axis is not read");
      }
    };
  }
}
