package org.tune4j.engine.preflight.duplicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.tune4j.engine.preflight.duplicate.RowGroups.Group;

class RowDuplicatesTest {
  private record Row(String file, long line, String input, String output) {}

  private static Repeats found(List<Row> rows, List<Row> heldOut, boolean labelled) {
    RowDuplicates duplicates = new RowDuplicates();
    rows.forEach(r -> duplicates.add(r.file, r.line, r.input, List.of(r.output), labelled));
    heldOut.forEach(
        r -> duplicates.addHeldOut(r.file, r.line, r.input, List.of(r.output), labelled));
    return duplicates.find();
  }

  @Example
  void rowsAreTheSameInAllParts() {
    Repeats repeats =
        found(
            List.of(
                new Row("b", 1, "What is it?", "A cat."),
                new Row("b", 2, "What is it?", "A dog."),
                new Row("a", 9, "What  is it? ", "A cat."),
                new Row("a", 10, "What is", "it? A cat."),
                new Row("a", 2, "café", "x"),
                new Row("a", 3, "cafe\u0301", "x"),
                new Row("a", 4, "caf\u00e9\n", "x")),
            List.of(),
            false);
    assertThat(repeats.exact())
        .isEqualTo(
            new RowGroups(
                7,
                7,
                5,
                2,
                List.of(
                    new Group(3, List.of("a:2", "a:3", "a:4")),
                    new Group(2, List.of("a:9", "b:1")))));
    assertThat(repeats.exact().copies()).isEqualTo(3);
    assertThat(repeats.sameInput().largest())
        .containsExactly(new Group(3, List.of("a:9", "b:1", "b:2")));
  }

  @Example
  void emptyInputsAreNotTheSameInput() {
    List<Row> rows = List.of(new Row("f", 1, " ", "one"), new Row("f", 2, "", "two"));
    assertThat(found(rows, List.of(), false).sameInput().groups()).isZero();
  }

  @Example
  void labelsAreNoPartOfTheText() {
    List<Row> rows = List.of(new Row("f", 1, "good", "1"), new Row("f", 2, "bad", "0"));
    List<Row> heldOut = List.of(new Row("g", 1, "good", "0"), new Row("g", 2, "fair", "1"));
    assertThat(found(rows, heldOut, true).overlap())
        .isEqualTo(new Overlap(2, 1, 0, false, List.of("g:1")));
    assertThat(found(rows, heldOut, false).overlap())
        .isEqualTo(new Overlap(2, 0, 0, false, List.of()));
  }

  @Example
  void nearlyTheSameEvaluationRowsAreFound() {
    String text = "The hotel lies near the station and the rooms are large, clean and quiet.";
    Repeats repeats =
        found(
            List.of(new Row("f", 1, text, "positive")),
            List.of(
                new Row("g", 1, text.replace("quiet.", "quiet!"), "positive"),
                new Row("g", 2, text, "positive"),
                new Row("g", 3, "Something else altogether, and quite long.", "negative")),
            false);
    assertThat(repeats.overlap()).isEqualTo(new Overlap(3, 1, 1, false, List.of("g:1", "g:2")));
  }

  @Example
  void rowsThatAreTheSameAreNotNearlyTheSame() {
    String text = "Each of these rows says the very same, word for word and sign for sign.";
    Repeats repeats =
        found(
            List.of(
                new Row("f", 3, text, ""),
                new Row("f", 1, text, ""),
                new Row("f", 2, text.replace("sign.", "sign!"), "")),
            List.of(),
            false);
    assertThat(repeats.exact().copies()).isEqualTo(1);
    assertThat(repeats.near())
        .isEqualTo(new RowGroups(2, 2, 2, 1, List.of(new Group(2, List.of("f:1", "f:2")))));
  }

  @Property(tries = 60)
  void doesNotDependOnTheOrder(
      @ForAll @Size(max = 60) List<@IntRange(max = 20) Integer> texts, @ForAll long seed) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String text = "row of the number " + texts.get(i) + " and of no other number " + texts.get(i);
      rows.add(new Row(i % 2 == 0 ? "even" : "odd", i, text, "answer " + texts.get(i) % 3));
    }
    List<Row> heldOut = rows.subList(0, rows.size() / 3);
    Repeats straight = found(rows, heldOut, seed % 2 == 0);
    List<Row> shuffled = new ArrayList<>(rows);
    Collections.shuffle(shuffled, new Random(seed));
    List<Row> shuffledHeldOut = new ArrayList<>(heldOut);
    Collections.shuffle(shuffledHeldOut, new Random(seed));
    assertThat(found(shuffled, shuffledHeldOut, seed % 2 == 0)).isEqualTo(straight);
    assertThat(straight.exact().copies())
        .isEqualTo(texts.size() - texts.stream().distinct().count());
    assertThat(straight.overlap().exact()).isEqualTo(heldOut.size());
  }

  @Property(tries = 100)
  void aRowAddedTwiceIsADuplicate(@ForAll String input, @ForAll String output) {
    List<Row> rows = List.of(new Row("f", 1, input, output), new Row("f", 2, input, output));
    assertThat(found(rows, List.of(), false).exact())
        .isEqualTo(new RowGroups(2, 2, 2, 1, List.of(new Group(2, List.of("f:1", "f:2")))));
  }
}
