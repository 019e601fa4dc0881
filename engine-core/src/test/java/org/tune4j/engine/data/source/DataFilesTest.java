package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.columns;
import static org.tune4j.engine.data.source.Reading.json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.DataException;

class DataFilesTest {
  @TempDir Path folder;

  private Path write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  @ParameterizedTest
  @CsvSource({"a.txt, txt", "a.jsonl.bak, bak", "rows, rows", "a.txt.gz, txt"})
  void anEndingThatIsNotKnownIsRefusedWithThoseThatAre(String name, String ending)
      throws IOException {
    Path file = write(name, "");
    assertThatThrownBy(() -> new DataFiles().open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(name + ": the ending '" + ending + "' is not known")
        .hasMessageContaining(".bio, .conll, .csv, .iob2, .json, .jsonl, .ndjson, .tsv");
  }

  @Test
  void theModuleForParquetIsNamed() throws IOException {
    Path file = write("a.parquet", "PAR1");
    assertThatThrownBy(() -> new DataFiles().open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("org.tune4j:data-sources");
  }

  @Test
  void aFormatCanBeAdded() throws IOException {
    Path file = write("a.parquet", "");
    DataFiles files =
        new DataFiles().with("parquet", path -> ExampleSource.of(List.of(Map.of("p", 1)), "x"));
    assertThat(columns(files.open(file))).containsExactly(json("{'p':1}"));
    Path other = write("a.txt", "");
    assertThatThrownBy(() -> files.open(other)).hasMessageContaining(".ndjson, .parquet, .tsv");
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThatThrownBy(() -> new DataFiles().open(folder.resolve("none.csv")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none.csv: no such file");
    assertThatThrownBy(() -> new DataFiles().open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(folder + ": no files in this folder");
  }

  @Test
  void aFolderGivesItsFilesInTheOrderOfTheirNames() throws IOException {
    write("data/b.csv", "a\n3\n");
    write("data/a.jsonl", "{\"a\":\"1\"}\n{\"a\":\"2\"}\n");
    write("data/c.json", "[]");
    write("data/d.csv", "a\n4\n");
    write("data/.hidden", "x");
    write("data/_SUCCESS", "");
    Path more = write("more.jsonl", "{\"a\":\"0\"}");
    ExampleSource source = new DataFiles().open(more, folder.resolve("data"));
    assertThat(all(source))
        .extracting(
            row -> row.columns().get("a").asText() + " " + Path.of(row.source()).getFileName())
        .containsExactly("0 more.jsonl", "1 a.jsonl", "2 a.jsonl", "3 b.csv", "4 d.csv");
    write("data/readme.md", "x");
    assertThatThrownBy(() -> new DataFiles().open(folder.resolve("data")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("readme.md: the ending 'md' is not known");
    assertThatThrownBy(() -> new DataFiles().open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data: a folder within a folder");
  }

  @Test
  void concatenatedRowsAreReadOneByOne() {
    AtomicInteger given = new AtomicInteger();
    ExampleSource counted =
        ExampleSource.of(
            () -> Stream.generate(() -> Map.of("n", given.incrementAndGet())).limit(1000), "c");
    ExampleSource both = new ConcatenatedSource(List.of(counted, counted));
    try (Stream<Row> rows = both.rows(Reading.skipping())) {
      Iterator<Row> iterator = rows.iterator();
      iterator.next();
      iterator.next();
      assertThat(given).hasValueLessThan(10);
    }
  }
}
