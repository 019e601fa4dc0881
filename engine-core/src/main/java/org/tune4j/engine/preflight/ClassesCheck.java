package org.tune4j.engine.preflight;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tune4j.engine.preflight.Measured.ClassCount;

/**
 * Whether classes are about equally frequent: a warning where the most frequent of the main classes
 * occurs at least 1.5 times as often as the least frequent. Main classes are all of up to ten; of
 * more, the most frequent ones that together make up 95 %. Of tags in the IOB or BIOES scheme the
 * entities are counted, by their first tags; O is no class.
 */
final class ClassesCheck implements Check {
  private static final double UNEQUAL = 1.5;
  private static final int FEW = 10;
  private static final double MAIN_SHARE = 0.95;

  @Override
  public String key() {
    return "labels";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    List<ClassCount> classes = measured.classes().compared();
    if (measured.classes().counts().isEmpty()) {
      return Optional.empty();
    }
    String of = measured.classes().of();
    if (measured.classes().counts().size() == 1) {
      String reason = "all %s are the same, so there is nothing to tell apart".formatted(of);
      return Optional.of(
          of.equals("completions") ? Finding.warn(key(), reason) : Finding.refuse(key(), reason));
    }
    if (classes.size() < 2) {
      return Optional.of(Finding.ok(key(), "the tags are of one class"));
    }
    List<ClassCount> main = main(classes);
    ClassCount most = main.get(0);
    ClassCount least = main.get(main.size() - 1);
    String found =
        "%s among the %s: the most frequent, %s times, is %s times as often as the least frequent, %s times"
            .formatted(
                Figures.of(classes.size(), "class", "classes"),
                of,
                Figures.whole(most.count()),
                String.format(Locale.ROOT, "%.1f", (double) most.count() / least.count()),
                Figures.whole(least.count()));
    return Optional.of(
        most.count() >= UNEQUAL * least.count()
            ? Finding.warn(key(), found)
            : Finding.ok(key(), found));
  }

  private static List<ClassCount> main(List<ClassCount> classes) {
    long all = classes.stream().mapToLong(ClassCount::count).sum();
    long taken = 0;
    int size = 0;
    while (size < classes.size() && (classes.size() <= FEW || taken < MAIN_SHARE * all)) {
      taken += classes.get(size++).count();
    }
    return classes.subList(0, size);
  }
}
