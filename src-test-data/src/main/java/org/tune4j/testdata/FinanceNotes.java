package org.tune4j.testdata;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Short notes on a company's sales, a market's day or a household's money. All of them made up. */
public final class FinanceNotes implements TextKind {
  private final Map<Language, Grammar> grammars = new EnumMap<>(Language.class);

  public FinanceNotes() {
    for (Language language : Language.values()) {
      grammars.put(language, Grammar.load("finance", language));
    }
  }

  @Override
  public String write(Language language, SplittableRandom random) {
    return grammars.get(language).text(random).write("text");
  }
}
