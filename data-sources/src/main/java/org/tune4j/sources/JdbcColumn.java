package org.tune4j.sources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.sql.Array;
import java.sql.Clob;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.JsonValues;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.data.source.StrictJson;

/**
 * A column of a query.
 *
 * @param index from 1
 * @param label what the query calls it
 * @param type one of {@link Types}
 * @param typeName what the database calls its type, in lower case
 */
record JdbcColumn(int index, String label, int type, String typeName) {
  private static final Set<Integer> UNFIT =
      Set.of(
          Types.BINARY,
          Types.VARBINARY,
          Types.LONGVARBINARY,
          Types.BLOB,
          Types.REF,
          Types.REF_CURSOR,
          Types.ROWID,
          Types.DATALINK,
          Types.STRUCT);

  private static final Set<String> JSON = Set.of("json", "jsonb");

  static List<JdbcColumn> of(ResultSetMetaData query, String name) throws SQLException {
    List<JdbcColumn> columns = new ArrayList<>();
    for (int i = 1; i <= query.getColumnCount(); i++) {
      String typeName = query.getColumnTypeName(i);
      JdbcColumn column =
          new JdbcColumn(
              i,
              query.getColumnLabel(i),
              query.getColumnType(i),
              typeName == null ? "" : typeName.toLowerCase(Locale.ROOT));
      column.check(columns, name);
      columns.add(column);
    }
    return columns;
  }

  private void check(List<JdbcColumn> before, String name) {
    if (before.stream().anyMatch(other -> other.label.equals(label))) {
      throw new ConfigException(
          name + ": two columns of the query are called '" + label + "'; rename one with AS");
    }
    // H2 says that UUIDs are binary.
    if (UNFIT.contains(type) && !typeName.equals("uuid")) {
      throw new DataException(
          name
              + ": column '"
              + label
              + "' is "
              + typeName
              + ", which fits no column value; leave it out of the query, or cast it");
    }
  }

  /**
   * The value in the row that a result is at.
   *
   * @throws DataException if it fits no column value
   */
  JsonNode value(ResultSet row) throws SQLException {
    if (JSON.contains(typeName)) {
      String text = row.getString(index);
      return text == null ? NullNode.instance : StrictJson.parse(text);
    }
    if (type == Types.TIMESTAMP_WITH_TIMEZONE || typeName.equals("timestamptz")) {
      return value(row.getObject(index, OffsetDateTime.class));
    }
    return value(row.getObject(index));
  }

  private static JsonNode value(Object value) throws SQLException {
    if (value instanceof OffsetDateTime time) {
      return JsonValues.of(time.toInstant());
    }
    if (value instanceof Timestamp time) {
      return JsonValues.of(time.toLocalDateTime());
    }
    if (value instanceof Date date) {
      return JsonValues.of(date.toLocalDate());
    }
    if (value instanceof Time time) {
      return JsonValues.of(time.toLocalTime());
    }
    if (value instanceof Clob text) {
      return JsonValues.of(text(text));
    }
    if (value instanceof SQLXML xml) {
      return JsonValues.of(xml.getString());
    }
    if (value instanceof Array array) {
      JsonNode elements = elements(array.getArray());
      array.free();
      return elements;
    }
    if (value instanceof Object[] array) {
      return elements(array);
    }
    return JsonValues.of(value);
  }

  private static String text(Clob clob) throws SQLException {
    long length = clob.length();
    if (length > Row.MAX_BYTES) {
      throw new DataException(
          "found " + length + " characters, wanted are " + Row.MAX_BYTES + " at most");
    }
    // Some drivers refuse a first character that is not there.
    return length == 0 ? "" : clob.getSubString(1, (int) length);
  }

  private static JsonNode elements(Object array) throws SQLException {
    List<JsonNode> values = new ArrayList<>();
    for (int i = 0; i < java.lang.reflect.Array.getLength(array); i++) {
      values.add(value(java.lang.reflect.Array.get(array, i)));
    }
    return JsonValues.of(values);
  }
}
