package org.tune4j.engine.data;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.tune4j.engine.DataException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ExampleForms;

/**
 * A JSON Lines file, one object a line, in strict UTF-8. A byte order mark and blank lines are
 * skipped. Columns: {@code prompt} and {@code completion}, or {@code question} and {@code answer},
 * or {@code text}; others are ignored.
 *
 * <p>A pass gives all good rows; if there were bad ones it ends with a {@link DataException} that
 * names the first ten and counts all.
 */
public final class JsonlSource implements ExampleSource {
  private final Path file;

  /**
   * A source over a file.
   *
   * @throws DataException if there is no such file
   */
  public JsonlSource(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": no such file; expected a JSON Lines file of examples");
    }
    this.file = file;
  }

  @Override
  public Stream<Example> examples() {
    try {
      Pass pass = new Pass(file, new Utf8Lines(Files.newInputStream(file)));
      int traits = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
      return StreamSupport.stream(Spliterators.spliteratorUnknownSize(pass, traits), false)
          .onClose(pass::close);
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** One reading of the file from its start to its end. */
  private static final class Pass implements Iterator<Example> {
    private final Path file;
    private final Utf8Lines lines;
    private final BadRows bad;
    private long id;
    private Example next;
    private boolean ended;

    Pass(Path file, Utf8Lines lines) {
      this.file = file;
      this.lines = lines;
      this.bad = new BadRows(file);
    }

    @Override
    public boolean hasNext() {
      while (next == null && !ended) {
        advance();
      }
      return next != null;
    }

    private void advance() {
      try {
        if (lines.next()) {
          next = example(lines.text());
        } else {
          ended = true;
          bad.throwIfAny();
        }
      } catch (BadRowException e) {
        bad.add(lines.number(), e.getMessage());
      } catch (IOException e) {
        throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
      }
    }

    /** The example of a line, or null for a blank one. */
    private Example example(String line) throws BadRowException {
      if (line.isBlank()) {
        return null;
      }
      ObjectNode row = JsonRow.parse(line);
      try {
        return new Example(
            id++, file + ":" + lines.number(), ExampleForms.of(row), ExampleForms.context(row));
      } catch (BadColumnException e) {
        throw new BadRowException(e.getMessage());
      }
    }

    @Override
    public Example next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Example example = next;
      next = null;
      return example;
    }

    void close() {
      try {
        lines.close();
      } catch (IOException e) {
        throw new StorageException(file + ": cannot be closed: " + e.getMessage(), e);
      }
    }
  }
}
