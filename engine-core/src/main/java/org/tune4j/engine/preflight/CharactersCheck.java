package org.tune4j.engine.preflight;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tune4j.engine.preflight.Measured.Characters;
import org.tune4j.engine.preflight.Measured.Defect;

/**
 * Characters that the vocabulary writes badly, and broken text: a warning where text is lost or
 * broken, or more than one character in twenty is expensive.
 */
final class CharactersCheck implements Check {
  private static final double MANY = 0.05;
  private static final int NAMED = 5;

  @Override
  public String key() {
    return "characters";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    Characters characters = measured.characters();
    List<String> found = new ArrayList<>();
    if (characters.unknown() > 0 || characters.unknownTokens() > 0) {
      found.add(
          "%s unknown to the tokenizer (%s)"
              .formatted(
                  Figures.of(characters.unknown(), "character", "characters"),
                  Figures.of(characters.unknownTokens(), "unknown token", "unknown tokens")));
    }
    add(
        found,
        characters.replacement(),
        "sign U+FFFD of a wrong decoding",
        "signs U+FFFD of a wrong decoding");
    add(
        found,
        characters.loneSurrogates(),
        "half of a surrogate pair",
        "halves of surrogate pairs");
    add(
        found,
        characters.mojibake(),
        "stretch in a wrong encoding",
        "stretches in a wrong encoding");
    add(found, characters.control(), "control character", "control characters");
    boolean expensive = characters.expensive() > MANY * characters.all();
    if (characters.expensive() > 0) {
      found.add(
          "%s of three tokens or more, or of single bytes (%s)"
              .formatted(
                  Figures.of(characters.expensive(), "character", "characters"),
                  Figures.share(characters.expensive(), characters.all())));
    }
    if (found.isEmpty()) {
      return Optional.of(Finding.ok(key(), "every character is whole and written in few tokens"));
    }
    String worst =
        characters.worst().isEmpty()
            ? ""
            : "; most often "
                + characters.worst().stream()
                    .limit(NAMED)
                    .map(c -> "%s (%s)".formatted(c.character(), Figures.whole(c.count())))
                    .collect(Collectors.joining(", "));
    String reason = String.join("; ", found) + worst;
    boolean onlyExpensive = found.size() == 1 && characters.expensive() > 0;
    return Optional.of(
        onlyExpensive && !expensive ? Finding.ok(key(), reason) : Finding.warn(key(), reason));
  }

  private static void add(List<String> found, Defect defect, String one, String many) {
    if (defect.count() > 0) {
      found.add(
          "%s in %s, first %s"
              .formatted(
                  Figures.of(defect.count(), one, many),
                  Figures.rows(defect.rows()),
                  defect.first()));
    }
  }
}
