package org.tune4j.examples.cli;

/**
 * Something a command can be told: an option on the command line, a key in a configuration file.
 *
 * @param name in snake_case
 * @param group the heading it stands under in the help, and the group of a file it may stand in
 * @param value what stands for its value in the help; null for a flag
 * @param meaning one sentence
 */
record Setting(String name, String group, String value, String meaning) {
  /** Its option on the command line. */
  String option() {
    return option(name);
  }

  boolean isFlag() {
    return value == null;
  }

  static String option(String name) {
    return "--" + name.replace('_', '-');
  }
}
