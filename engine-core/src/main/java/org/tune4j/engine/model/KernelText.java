package org.tune4j.engine.model;

/** The text of kernel calls. */
final class KernelText {
  /** Of the statements of a method. */
  static final String IN = "    ";

  private KernelText() {}

  /** A statement. */
  static String line(String format, Object... values) {
    return IN + format.formatted(values) + "\n";
  }

  /** A method's first line. */
  static String method(String name, String arguments, String returns) {
    return "  def " + name + "(self: __torch__.Root, " + arguments + ") -> " + returns + ":\n";
  }
}
