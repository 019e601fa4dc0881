package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.NearestName;

/**
 * Which columns of the data are used and what they are called from then on: the option {@code
 * columns}, as in {@code prompt: question, completion: answers.text}.
 *
 * @param sources by the name that is wanted: the column of the data, or names with dots between
 *     them that lead into objects (a number into arrays). A column whose own name has dots goes
 *     before. Columns that are not named are left out.
 */
public record Columns(Map<String, String> sources) {
  public Columns {
    if (sources.isEmpty()) {
      throw new ConfigException("columns: is empty; name a column or leave the option out");
    }
    sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
  }

  /**
   * The rows of a source with these columns. A row that lacks one is a bad row.
   *
   * @return a source whose stream throws {@link ConfigException} if its first row lacks one
   */
  public ExampleSource over(ExampleSource source) {
    return source instanceof ConcatenatedSource several
        ? new ConcatenatedSource(several.parts().stream().map(this::over).toList())
        : new ColumnsSource(this, source);
  }

  /**
   * The columns that a first row gives.
   *
   * @throws ConfigException if it lacks one; names the nearest that it has
   */
  ObjectNode ofFirst(Row row) {
    sources.forEach((target, source) -> checkKnown(row, target, source));
    return of(row.columns());
  }

  private static void checkKnown(Row row, String target, String source) {
    JsonNode found = row.columns();
    for (String name : path(row.columns(), source)) {
      JsonNode inner = child(found, name);
      if (inner.isMissingNode()) {
        List<String> known = new ArrayList<>();
        found.fieldNames().forEachRemaining(known::add);
        throw new ConfigException(
            "columns: "
                + target
                + ": "
                + source
                + ": there is no '"
                + name
                + "' in "
                + row.where()
                + (known.isEmpty()
                    ? ""
                    : "; did you mean '"
                        + NearestName.of(name, known)
                        + "'? There are "
                        + String.join(", ", known)));
      }
      found = inner;
    }
  }

  /**
   * These columns of a row.
   *
   * @throws DataException if it lacks one
   */
  ObjectNode of(ObjectNode row) {
    ObjectNode columns = JsonNodeFactory.instance.objectNode();
    sources.forEach(
        (target, source) -> {
          JsonNode found = row;
          for (String name : path(row, source)) {
            found = child(found, name);
          }
          if (found.isMissingNode()) {
            throw new DataException("column '" + source + "' is missing");
          }
          columns.set(target, found);
        });
    return columns;
  }

  private static List<String> path(ObjectNode row, String source) {
    return row.has(source) ? List.of(source) : List.of(source.split("\\.", -1));
  }

  private static JsonNode child(JsonNode node, String name) {
    if (node.isArray()) {
      return name.matches("\\d{1,9}")
          ? node.path(Integer.parseInt(name))
          : MissingNode.getInstance();
    }
    return node.path(name);
  }
}
