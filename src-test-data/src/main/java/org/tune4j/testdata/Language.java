package org.tune4j.testdata;

/** The two languages of every text kind. */
public enum Language {
  ENGLISH("en"),
  CHINESE("zh");

  private final String code;

  Language(String code) {
    this.code = code;
  }

  /** The ISO 639-1 code, which ends the names of grammar files. */
  public String code() {
    return code;
  }
}
