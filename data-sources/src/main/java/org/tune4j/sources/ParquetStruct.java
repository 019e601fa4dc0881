package org.tune4j.sources;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.tune4j.engine.DataException;

/** Makes objects of groups with named fields, a whole row among them. */
final class ParquetStruct {
  private final Map<String, ParquetValue.Field> fields = new LinkedHashMap<>();

  /**
   * For a type.
   *
   * @param path the file, or file and column, for messages
   * @throws DataException if the type of a field fits no column value, or a name occurs twice
   */
  ParquetStruct(GroupType type, String path) {
    for (Type field : type.getFields()) {
      String name = field.getName();
      String separator = type instanceof MessageType ? ": column " : ".";
      ParquetValue.Field value = ParquetValue.field(field, path + separator + name);
      if (fields.put(name, value) != null) {
        throw new DataException(path + ": two columns are named '" + name + "'; rename one");
      }
    }
  }

  /**
   * The object of a group.
   *
   * @throws DataException if a value cannot be used; names the field
   */
  ObjectNode of(Group group) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    int at = 0;
    for (Map.Entry<String, ParquetValue.Field> field : fields.entrySet()) {
      try {
        object.set(field.getKey(), field.getValue().of(group, at));
      } catch (DataException | DateTimeException | ArithmeticException e) {
        throw new DataException("column '" + field.getKey() + "': " + e.getMessage(), e);
      }
      at++;
    }
    return object;
  }
}
