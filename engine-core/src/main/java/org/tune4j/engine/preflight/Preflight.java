package org.tune4j.engine.preflight;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.preflight.Measured.Scanned;
import org.tune4j.engine.preflight.Measured.Tokens;
import org.tune4j.engine.preflight.duplicate.RowDuplicates;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Looks at rows before they are learned.
 *
 * <p>Rows may come from several threads and in any order: what is reported depends on the rows
 * alone. Takes 32 bytes a row, and up to about 100 MB for the texts of a sample.
 */
public final class Preflight {
  private final Tokenizer tokenizer;
  private final Set<String> allowed;
  private final TokenCounts tokens;
  private final EmptyCounts empty = new EmptyCounts();
  private final RowDuplicates duplicates = new RowDuplicates();
  private final ClassCounts classes = new ClassCounts();
  private final CharacterCounts characters = new CharacterCounts();
  private final PrivateCounts privateData = new PrivateCounts();
  private final ShownRows shown = new ShownRows();
  private final RowCount training = new RowCount();
  private final RowCount heldOut = new RowCount();

  /**
   * Begins a report.
   *
   * @param allowed keys of checks that may refuse without effect
   * @throws ConfigException if there is no such check
   */
  public Preflight(Tokenizer tokenizer, Collection<String> allowed) {
    Checks.requireKnown(allowed);
    this.tokenizer = tokenizer;
    this.allowed = Set.copyOf(allowed);
    this.tokens = new TokenCounts(tokenizer);
  }

  /** Takes a training row. */
  public void add(PreflightRow row) {
    training.add();
    empty.add(row);
    classes.add(row);
    characters.add(row);
    row.encoded().ifPresent(tokens::add);
    duplicates.add(row.file(), row.line(), row.input(), row.outputs(), row.form().isLabelled());
    if (!privateData.add(row)) {
      shown.add(row);
    }
  }

  /** Takes an evaluation row. */
  public void addHeldOut(PreflightRow row) {
    heldOut.add();
    duplicates.addHeldOut(
        row.file(), row.line(), row.input(), row.outputs(), row.form().isLabelled());
  }

  /**
   * Takes all evaluation rows of a source.
   *
   * @return how many rows the source has
   * @throws org.tune4j.engine.DataException if rows cannot be used and are not to be skipped
   */
  public FileRows addHeldOut(ExampleSource source, DataConfig config) {
    try (Examples examples = Examples.of(source, config)) {
      examples.all().forEach(example -> addHeldOut(PreflightRow.of(example, Optional.empty())));
      return new FileRows(examples.rowsOfSource(), examples.bad().count());
    }
  }

  /**
   * Judges the rows that were added.
   *
   * @param trainingFiles the rows of the training files, those that were not added included
   * @param heldOutFiles the same for evaluation
   * @param forecast what the run will take, where that is known
   */
  public PreflightReport report(
      FileRows trainingFiles, FileRows heldOutFiles, Optional<Forecast> forecast) {
    Tokens counted = tokens.tokens();
    Measured measured =
        new Measured(
            training.of(trainingFiles),
            heldOut.of(heldOutFiles),
            tokens.encoding(),
            empty.empty(),
            counted,
            duplicates.find(),
            classes.classes(),
            characters.characters(tokenizer, tokens.unknownTokens()),
            privateData.counts(),
            shown.rows(tokenizer, counted.median()),
            forecast.orElse(null));
    return new PreflightReport(Checks.judge(measured, allowed), measured);
  }

  /** How many rows were added. */
  private static final class RowCount {
    private long scanned;

    synchronized void add() {
      scanned++;
    }

    synchronized Scanned of(FileRows files) {
      if (scanned + files.bad() > files.all()) {
        throw new ConfigException(
            "%d rows were added and %d are bad; the files cannot have only %d"
                .formatted(scanned, files.bad(), files.all()));
      }
      return new Scanned(files.all(), scanned, files.bad());
    }
  }
}
