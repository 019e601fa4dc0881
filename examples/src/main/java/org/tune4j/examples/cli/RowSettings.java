package org.tune4j.examples.cli;

/** Settings of commands that read rows and learn nothing. */
final class RowSettings {
  private static final String ROWS = "rows";

  static final Setting COLUMNS =
      new Setting(
          "columns",
          ROWS,
          "a=b,c=d",
          "Which columns are read: the name that is wanted, and the column of the data.");

  static final Setting MAX_LENGTH =
      new Setting("max_length", ROWS, "N", "The longest row in tokens. Default 1024.");

  static final Setting TRUNCATION_MODE =
      new Setting(
          "truncation_mode",
          ROWS,
          "keep_start|keep_end",
          "What is kept of a longer row. Default keep_start.");

  private RowSettings() {}
}
