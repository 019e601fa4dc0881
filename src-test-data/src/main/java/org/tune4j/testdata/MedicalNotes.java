package org.tune4j.testdata;

import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Short notes of a doctor's visit: complaint, findings, plan. Made up, and no advice to anyone. */
public final class MedicalNotes implements TextKind {
  private final Map<Language, Grammar> grammars = new EnumMap<>(Language.class);

  public MedicalNotes() {
    for (Language language : Language.values()) {
      grammars.put(language, Grammar.load("medical", language));
    }
  }

  @Override
  public String write(Language language, SplittableRandom random) {
    return grammars.get(language).text(random).write("text");
  }
}
