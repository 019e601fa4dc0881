package org.tune4j.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.tokenize.jinja.Input;
import org.tune4j.engine.tokenize.jinja.Origin;
import org.tune4j.engine.tokenize.jinja.Template;

/**
 * Something that a row tells: the value of a column, if the text is the name of one, else the text
 * as a Jinja template of the row's columns. A column that a template lacks is an error.
 */
public final class RowExpression {
  private final String text;
  private final Template template;

  /**
   * An expression.
   *
   * @param where the file and key that it stands in, for messages
   * @throws org.tune4j.engine.ModelFormatException if the text is no template
   */
  public RowExpression(String text, String where) {
    this.text = text;
    this.template = Template.compileStrict(text, where);
  }

  /**
   * What a row tells.
   *
   * @throws DataException if the template needs a column that the row lacks
   */
  JsonNode value(Row row) {
    JsonNode column = row.columns().get(text);
    if (column != null) {
      return column;
    }
    Map<String, Input> columns = new LinkedHashMap<>();
    row.columns()
        .properties()
        .forEach(each -> columns.put(each.getKey(), new Input(each.getValue(), Origin.INPUT)));
    try {
      return TextNode.valueOf(template.render(Map.of(), columns, LocalDateTime::now).text());
    } catch (DataException e) {
      throw new DataException(
          "%s: %s; columns are %s".formatted(row.where(), e.getMessage(), columns.keySet()), e);
    }
  }

  /**
   * What a row tells, as a text.
   *
   * @throws DataException if it is none
   */
  String text(Row row) {
    return text(value(row), row);
  }

  /**
   * What a row tells, as one text or several.
   *
   * @throws DataException if it is none
   */
  List<String> texts(Row row) {
    JsonNode value = value(row);
    if (!value.isArray()) {
      return List.of(text(value, row));
    }
    List<String> texts = new ArrayList<>();
    value.forEach(each -> texts.add(text(each, row)));
    if (texts.isEmpty()) {
      throw new DataException(row.where() + ": " + text + ": the list is empty");
    }
    return texts;
  }

  private String text(JsonNode value, Row row) {
    if (value.isNull() || value.isContainerNode()) {
      throw new DataException(row.where() + ": " + text + ": wanted a text, found " + value);
    }
    return value.asText();
  }
}
