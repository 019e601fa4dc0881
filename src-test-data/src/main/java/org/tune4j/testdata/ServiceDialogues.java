package org.tune4j.testdata;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Dialogues between a customer and a shop's or hotel's agent, one turn a line. */
public final class ServiceDialogues implements TextKind {
  private final Map<Language, Grammar> grammars = new EnumMap<>(Language.class);

  public ServiceDialogues() {
    for (Language language : Language.values()) {
      grammars.put(language, Grammar.load("service", language));
    }
  }

  @Override
  public String write(Language language, SplittableRandom random) {
    return grammars.get(language).text(random).write("text");
  }
}
