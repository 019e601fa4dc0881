package org.tune4j.engine.data.source;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The rows of several sources, one source after the other. */
record ConcatenatedSource(List<ExampleSource> parts) implements ExampleSource {
  ConcatenatedSource {
    parts = List.copyOf(parts);
  }

  @Override
  public Stream<Row> rows(BadRows bad) {
    Pass pass = new Pass(parts.iterator(), bad);
    int traits = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(pass, traits), false)
        .onClose(pass::close);
  }

  /** Not {@code flatMap}, which reads a whole part ahead where its stream is iterated over. */
  private static final class Pass implements Iterator<Row> {
    private final Iterator<ExampleSource> parts;
    private final BadRows bad;
    private Stream<Row> stream = Stream.empty();
    private Iterator<Row> rows = stream.iterator();

    Pass(Iterator<ExampleSource> parts, BadRows bad) {
      this.parts = parts;
      this.bad = bad;
    }

    @Override
    public boolean hasNext() {
      while (!rows.hasNext() && parts.hasNext()) {
        stream.close();
        stream = parts.next().rows(bad);
        rows = stream.iterator();
      }
      return rows.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return rows.next();
    }

    void close() {
      stream.close();
    }
  }
}
