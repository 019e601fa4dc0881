package org.tune4j.engine.preflight;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.preflight.Finding.Level;

/** All checks, in the order in which they are shown. */
final class Checks {
  static final List<Check> ALL =
      List.of(
          new RowsCheck(),
          new DroppedCheck(),
          new CutCheck(),
          new EmptyCheck(),
          new EqualAnswersCheck(),
          new LearnedCheck(),
          new StopTokenCheck(),
          new BosCheck(),
          new DuplicatesCheck(),
          new NearDuplicatesCheck(),
          new ConflictsCheck(),
          new OverlapCheck(),
          new ClassesCheck(),
          new CharactersCheck(),
          new SecretsCheck(),
          new PersonalDataCheck(),
          new MemoryCheck());

  private Checks() {}

  /**
   * Refuses keys that no check has.
   *
   * @throws ConfigException with the nearest key
   */
  static void requireKnown(Collection<String> keys) {
    List<String> known = ALL.stream().map(Check::key).toList();
    for (String key : keys) {
      if (!known.contains(key)) {
        throw new ConfigException(
            "preflight_allow: there is no check '%s'; did you mean '%s'? All of them: %s"
                .formatted(key, NearestName.of(key, known), String.join(", ", known)));
      }
    }
  }

  /** What all of them find; what is refused and allowed is a warning that says so. */
  static List<Finding> judge(Measured measured, Collection<String> allowed) {
    return ALL.stream()
        .map(check -> check.judge(measured))
        .flatMap(Optional::stream)
        .map(
            finding ->
                finding.level() == Level.REFUSE && allowed.contains(finding.key())
                    ? finding.allowed()
                    : finding)
        .toList();
  }
}
