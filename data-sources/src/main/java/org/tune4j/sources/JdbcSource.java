package org.tune4j.sources;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.Row;

/**
 * The rows of a database query. The labels of its columns name the columns; numbers keep their
 * digits; dates and times become text as {@code java.time} writes it, those with a time zone in
 * UTC; arrays become arrays, JSON what it says. The line of a row is its number.
 *
 * <p>A pass has a connection of its own, read-only where the driver takes that, and fetches rows
 * bit by bit. The query should say {@code ORDER BY}: without it a database may give its rows in
 * another order each time.
 *
 * <p>A pass throws {@link org.tune4j.engine.ConfigException} if the query cannot be understood or
 * two of its columns have one label; {@link org.tune4j.engine.DataException} for a column of a type
 * that fits no column value, such as bytes; {@link org.tune4j.engine.StorageException} for all else
 * that the database refuses. Connection URLs, which may hold passwords, are left out of all
 * messages.
 */
public final class JdbcSource implements ExampleSource {
  private final String name;
  private final Connections connections;
  private final String query;
  private final List<Object> parameters;

  /** Opens connections, as in {@code dataSource::getConnection}. */
  @FunctionalInterface
  public interface Connections {
    /** A new connection, which is closed when a pass is. */
    Connection open() throws SQLException;
  }

  /**
   * A source over a query.
   *
   * @param name what the rows say that they come from
   * @param connections where the query is asked
   * @param query a SELECT statement, with {@code ?} for parameters
   * @param parameters their values in order
   */
  public JdbcSource(String name, Connections connections, String query, Object... parameters) {
    this.name = name;
    this.connections = connections;
    this.query = query;
    this.parameters = Collections.unmodifiableList(Arrays.asList(parameters.clone()));
  }

  @Override
  public Stream<Row> rows(BadRows bad) {
    return new JdbcRows(name, connections, query, parameters).stream(name, bad);
  }
}
