package org.tune4j.engine.model;

import java.util.Locale;

/** The text of kernel calls. */
final class KernelText {
  /** Of the statements of a method. */
  private static final String IN = "    ";

  private KernelText() {}

  /** A statement. */
  static String line(String format, Object... values) {
    return IN + text(format, values) + "\n";
  }

  /** A part of a statement; its numbers are in ASCII digits wherever the program runs. */
  static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** A method's first line. */
  static String method(String name, String arguments, String returns) {
    return "  def " + name + "(self: __torch__.Root, " + arguments + ") -> " + returns + ":\n";
  }
}
