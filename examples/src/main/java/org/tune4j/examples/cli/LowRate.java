package org.tune4j.examples.cli;

/** The learning rate where TRL's trainers start from another one than its SFT. */
final class LowRate {
  private static final String NAME = "learning_rate";
  private static final String USUAL = "1e-6";

  static final Setting SETTING =
      new Setting(NAME, SftSettings.TRAIN, "X", "The highest rate. Default " + USUAL + ".");

  private LowRate() {}

  /** In place of the one of sft. */
  static Setting of(Setting setting) {
    return setting.name().equals(NAME) ? SETTING : setting;
  }

  static Settings withDefault(Settings given) {
    return given.withDefault(NAME, USUAL);
  }
}
