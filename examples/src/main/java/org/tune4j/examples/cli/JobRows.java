package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.Columns;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.HashSplit;
import org.tune4j.engine.data.source.Mixture;
import org.tune4j.engine.data.source.RowTable;
import org.tune4j.engine.data.source.RowTables;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.sources.ParquetSource;

/**
 * The rows that a job names.
 *
 * @param train what is learned
 * @param heldOut what it is measured on
 * @param opened tables that are closed with this
 */
record JobRows(ExampleSource train, Optional<ExampleSource> heldOut, List<RowTable> opened)
    implements AutoCloseable {
  /** Every format there is. */
  private static final DataFiles FILES = new DataFiles().with("parquet", ParquetSource::new);

  /** The rows of files of any format. */
  static ExampleSource files(List<Path> paths) {
    return FILES.open(paths.toArray(Path[]::new));
  }

  /** Opens what {@code data}, {@link DataMix}, {@code eval_data} and the replay settings say. */
  static JobRows open(Settings settings) {
    BadRows bad =
        new BadRows(
            DataSettings.config(settings).skipBadRows()
                ? BadRows.Policy.SKIP
                : BadRows.Policy.FAIL);
    List<Path> data = DataMix.files(settings);
    DataMix mix = DataMix.of(settings);
    long[] seed = {TrainConfig.builder().build().seed()};
    settings.whole("seed", value -> seed[0] = value);
    return ReplaySettings.of(settings)
        .over(mixed(settings, mix, data, bad, seed[0]), settings.path("output"), bad, seed[0]);
  }

  /** The rows of the data without those that are replayed. */
  private static JobRows mixed(
      Settings settings, DataMix mix, List<Path> data, BadRows bad, long seed) {
    Optional<ExampleSource> evalData = settings.path("eval_data").map(file -> columns(mix, file));
    if (mix.probabilities().isEmpty() && mix.valSize() == 0) {
      return new JobRows(columns(mix, data.toArray(Path[]::new)), evalData, List.of());
    }
    RowTable table =
        mix.probabilities().isEmpty()
            ? RowTables.of(bad, columns(mix, data.toArray(Path[]::new)))
            : interleaved(data, mix, seed, bad);
    if (mix.valSize() == 0) {
      return new JobRows(table, evalData, List.of(table));
    }
    HashSplit.Sides sides = new HashSplit(mix.valSize(), seed).of(table, bad);
    List<RowTable> both = List.of(sides.train(), sides.evaluation());
    try {
      bad.throwIfFailing();
    } catch (DataException e) {
      both.forEach(RowTable::close);
      throw e;
    }
    return new JobRows(sides.train(), Optional.of(sides.evaluation()), both);
  }

  private static ExampleSource columns(DataMix mix, Path... files) {
    ExampleSource source = FILES.open(files);
    return mix.columns().isEmpty() ? source : new Columns(mix.columns()).over(source);
  }

  private static RowTable interleaved(List<Path> data, DataMix mix, long seed, BadRows bad) {
    Map<String, RowTable> tables = new LinkedHashMap<>();
    Map<String, Double> weights = new LinkedHashMap<>();
    for (int i = 0; i < data.size(); i++) {
      Path file = data.get(i);
      String name = (i + 1) + " " + file;
      tables.put(name, RowTables.of(bad, columns(mix, file)));
      weights.put(name, mix.probabilities().get(i));
    }
    return new Mixture(tables, weights, seed, mix.stopping());
  }

  @Override
  public void close() {
    opened.forEach(RowTable::close);
  }
}
