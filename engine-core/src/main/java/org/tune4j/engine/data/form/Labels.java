package org.tune4j.engine.data.form;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.Shortened;

/**
 * The labels that a task head tells apart: {@code id2label} of a model's {@code config.json}.
 *
 * @param names the name of each label, in the order of their ids; white space around it is no part
 *     of a name
 */
public record Labels(List<String> names) {
  /** More than any task has: rows whose labels are numbers to meet would make so many. */
  private static final int MOST = 1 << 16;

  public Labels {
    names = names.stream().map(String::strip).toList();
    if (names.isEmpty() || names.contains("") || new HashSet<>(names).size() != names.size()) {
      throw new ConfigException(
          "labels %s: wanted at least one, each with a name of its own"
              .formatted(Shortened.text(names)));
    }
  }

  /**
   * The labels of some rows: their names in sorted order, so that ids do not depend on the order of
   * the rows. Where all of them are whole numbers from 0 on, these are the ids, and label 3 is
   * called {@code LABEL_3} as transformers calls it.
   *
   * @throws ConfigException if no row has a label, or the labels are too many
   */
  public static Labels of(Stream<ExampleForm> rows) {
    TreeSet<String> found = new TreeSet<>();
    rows.forEach(
        row -> {
          in(row).stream().map(String::strip).filter(name -> !name.isEmpty()).forEach(found::add);
          if (found.size() > MOST) {
            throw tooMany();
          }
        });
    if (found.isEmpty()) {
      throw new ConfigException(
          "labels: no row has one; wanted are rows with text and label, text and labels, or tokens"
              + " and tags");
    }
    if (!found.stream().allMatch(Labels::isId)) {
      return new Labels(List.copyOf(found));
    }
    long count = 1 + found.stream().mapToLong(Long::parseLong).max().orElseThrow();
    if (count > MOST) {
      throw tooMany();
    }
    return numbered((int) count);
  }

  /** So many without names of their own: {@code LABEL_0} and on, as transformers calls them. */
  public static Labels numbered(int count) {
    return new Labels(IntStream.range(0, count).mapToObj(id -> "LABEL_" + id).toList());
  }

  private static List<String> in(ExampleForm row) {
    if (row instanceof ExampleForm.Labelled labelled) {
      return List.of(labelled.label());
    }
    if (row instanceof ExampleForm.MultiLabelled labelled) {
      return labelled.labels();
    }
    if (row instanceof ExampleForm.LabelVector vector) {
      return IntStream.range(0, vector.labels().size()).mapToObj(String::valueOf).toList();
    }
    return row instanceof ExampleForm.Tagged tagged ? tagged.tags() : List.of();
  }

  private static ConfigException tooMany() {
    return new ConfigException(
        "labels: more than "
            + MOST
            + "; number labels from 0 on, and learn numbers to meet by regression");
  }

  private static boolean isId(String label) {
    return label.matches("\\d{1,18}");
  }

  /** How many there are. */
  public int size() {
    return names.size();
  }

  /** The id of a label by its name, or by its number where no label has that name. */
  public OptionalInt idOf(String label) {
    String name = label.strip();
    int id = names.indexOf(name);
    if (id < 0 && isId(name) && Long.parseLong(name) < size()) {
      id = Integer.parseInt(name);
    }
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /**
   * The id of a row's label.
   *
   * @param column where it stands
   * @throws BadColumnException if it is none of these; with the nearest
   */
  public int idOf(String label, String column) throws BadColumnException {
    OptionalInt id = idOf(label);
    if (id.isEmpty()) {
      throw new BadColumnException(
          "column '%s' is '%s', wanted is one of %d labels, the nearest '%s', or a number from 0 to %d"
              .formatted(
                  column,
                  Shortened.text(label),
                  size(),
                  Shortened.text(NearestName.of(Shortened.text(label), names)),
                  size() - 1));
    }
    return id.getAsInt();
  }
}
