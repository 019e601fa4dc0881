package org.tune4j.engine.data.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tune4j.engine.DataException;

/**
 * The rows of a CSV text. The first record names the columns; all values are text, an empty field
 * is empty text. Blank lines are passed over.
 */
final class CsvRows implements RowReader {
  private static final CsvFactory CSV =
      CsvFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Row.MAX_BYTES).build())
          .build();

  private final Cuts records;
  private final CsvSchema schema;
  private final List<String> names;

  CsvRows(ByteInput in, char separator, int maxBytes) {
    this.records = new CsvRecords(in, separator, maxBytes);
    this.schema = CsvSchema.emptySchema().withColumnSeparator(separator).withoutEscapeChar();
    this.names = nextRecord() ? names(in.name()) : List.of();
  }

  private List<String> names(String file) {
    String where = file + ":" + records.line() + ": the names of the columns: ";
    List<String> found;
    try {
      found = fields();
    } catch (DataException e) {
      throw new DataException(where + e.getMessage(), e);
    }
    Set<String> seen = new HashSet<>();
    for (String name : found) {
      if (!seen.add(name)) {
        throw new DataException(where + "'" + name + "' occurs twice; rename one of them");
      }
    }
    return found;
  }

  @Override
  public boolean advance() {
    return nextRecord();
  }

  private boolean nextRecord() {
    while (records.next()) {
      if (!records.bytes().isLineEnd()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public long line() {
    return records.line();
  }

  @Override
  public ObjectNode columns() {
    List<String> fields = fields();
    if (fields.size() != names.size()) {
      throw new DataException(
          fields.size()
              + (fields.size() == 1 ? " field" : " fields")
              + ", wanted are "
              + names.size()
              + ": "
              + String.join(", ", names));
    }
    ObjectNode columns = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < fields.size(); i++) {
      columns.put(names.get(i), fields.get(i));
    }
    return columns;
  }

  private List<String> fields() {
    try (CsvParser parser = CSV.createParser(records.bytes().text())) {
      parser.setSchema(schema);
      List<String> fields = new ArrayList<>();
      parser.nextToken();
      while (parser.nextToken() == JsonToken.VALUE_STRING) {
        fields.add(parser.getText());
      }
      if (parser.nextToken() != null) {
        throw new DataException("a carriage return outside of quotes");
      }
      return fields;
    } catch (JsonProcessingException e) {
      // Without the cause, whose message quotes the text, which may be private.
      throw new DataException("text behind a closing quote; double the quotes within a field");
    } catch (IOException e) {
      throw new DataException("not valid CSV: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    records.close();
  }
}
