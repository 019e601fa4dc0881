package org.tune4j.sources;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.tune4j.engine.DataException;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.data.source.RowReader;

/** One pass over the rows of a query. */
final class JdbcRows implements RowReader {
  private static final int FETCHED_AT_ONCE = 1000;

  private final String name;
  private final Connection connection;

  /** Whether the connection is in a transaction that was begun here. */
  private boolean inTransaction;

  private PreparedStatement statement;
  private ResultSet rows;
  private List<JdbcColumn> columns;
  private long number;

  JdbcRows(String name, JdbcSource.Connections connections, String query, List<Object> parameters) {
    this.name = name;
    try {
      this.connection = connections.open();
    } catch (SQLException e) {
      throw SecretFree.of(name + ": no connection", e);
    }
    boolean asked = false;
    try {
      ask(query, parameters);
      asked = true;
    } catch (SQLException e) {
      throw SecretFree.of(name + ": the query failed", e);
    } finally {
      if (!asked) {
        closeQuietly();
      }
    }
  }

  private void ask(String query, List<Object> parameters) throws SQLException {
    prepareConnection();
    statement =
        connection.prepareStatement(query, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
    statement.setFetchSize(fetchSize(connection.getMetaData()));
    for (int i = 0; i < parameters.size(); i++) {
      statement.setObject(i + 1, parameters.get(i));
    }
    rows = statement.executeQuery();
    columns = JdbcColumn.of(rows.getMetaData(), name);
  }

  private void prepareConnection() throws SQLException {
    try {
      connection.setReadOnly(true);
    } catch (SQLException e) {
      // A hint only, and some drivers, SQLite's among them, refuse it once a connection is open.
    }
    if (connection.getAutoCommit()) {
      // PostgreSQL's driver reads all rows into memory otherwise.
      connection.setAutoCommit(false);
      inTransaction = true;
    }
  }

  /** MySQL's own driver reads all rows into memory unless it is asked in this way. */
  private static int fetchSize(DatabaseMetaData database) throws SQLException {
    String driver = database.getDriverName();
    return driver != null && driver.startsWith("MySQL") ? Integer.MIN_VALUE : FETCHED_AT_ONCE;
  }

  @Override
  public boolean advance() {
    try {
      if (!rows.next()) {
        return false;
      }
    } catch (SQLException e) {
      throw SecretFree.of(name + ": no further row after row " + number, e);
    }
    number++;
    return true;
  }

  @Override
  public long line() {
    return number;
  }

  @Override
  public ObjectNode columns() {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    for (JdbcColumn column : columns) {
      try {
        row.set(column.label(), column.value(rows));
      } catch (SQLException e) {
        String problem = "column '" + column.label() + "' cannot be read";
        throw SecretFree.isOfAValue(e)
            // Without the message, which tells the value.
            ? new DataException(problem + " (SQL state " + e.getSQLState() + ")")
            : SecretFree.of(name + ":" + number + ": " + problem, e);
      } catch (DataException e) {
        throw new DataException("column '" + column.label() + "': " + e.getMessage(), e);
      }
    }
    return row;
  }

  /** After a failure, which is what is to be told of. */
  private void closeQuietly() {
    try {
      close();
    } catch (Tune4jException e) {
      // The failure before it is the cause.
    }
  }

  @Override
  public void close() {
    try (Connection closing = connection) {
      if (rows != null) {
        rows.close();
      }
      if (statement != null) {
        statement.close();
      }
      if (inTransaction) {
        closing.rollback();
        closing.setAutoCommit(true);
        inTransaction = false;
      }
    } catch (SQLException e) {
      throw SecretFree.of(name + ": the connection cannot be closed", e);
    }
  }
}
