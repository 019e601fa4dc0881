package org.tune4j.sources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapKeyValueTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.Type;
import org.tune4j.engine.DataException;

/**
 * Makes column values of Parquet's: one for each type of a schema, by the rules of the format's <a
 * href="https://github.com/apache/parquet-format/blob/master/LogicalTypes.md">page on logical
 * types</a>, those for older writers included.
 */
@FunctionalInterface
interface ParquetValue {
  /** The value at a place of a group's field. */
  JsonNode of(Group group, int field, int index);

  /**
   * For a field of any kind.
   *
   * @param path file and column, for messages
   * @throws DataException if its type fits no column value
   */
  static Field field(Type type, String path) {
    ParquetValue one = one(type, path);
    return type.isRepetition(Type.Repetition.REPEATED)
        ? (group, field) -> all(one, group, field)
        : (group, field) ->
            group.getFieldRepetitionCount(field) == 0 ? NullNode.instance : one.of(group, field, 0);
  }

  /** What a group holds in a field: one value, none, or several. */
  @FunctionalInterface
  interface Field {
    JsonNode of(Group group, int field);
  }

  private static ParquetValue one(Type type, String path) {
    if (type.isPrimitive()) {
      return ParquetLeaf.of(type.asPrimitiveType(), path);
    }
    GroupType group = type.asGroupType();
    LogicalTypeAnnotation meaning = group.getLogicalTypeAnnotation();
    if (meaning == null) {
      return struct(group, path);
    }
    if (meaning instanceof ListLogicalTypeAnnotation) {
      return list(group, path);
    }
    if (meaning instanceof MapLogicalTypeAnnotation
        || meaning instanceof MapKeyValueTypeAnnotation) {
      return map(group, path);
    }
    throw unfit(path, meaning.toString());
  }

  static DataException unfit(String path, String type) {
    return new DataException(
        path
            + " is "
            + type
            + ", which fits no column value; choose other columns, or write it as text or numbers");
  }

  private static ParquetValue struct(GroupType type, String path) {
    ParquetStruct struct = new ParquetStruct(type, path);
    return (group, field, index) -> struct.of(group.getGroup(field, index));
  }

  private static ArrayNode all(ParquetValue one, Group group, int field) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < group.getFieldRepetitionCount(field); i++) {
      array.add(one.of(group, field, i));
    }
    return array;
  }

  private static ParquetValue list(GroupType list, String path) {
    Type repeated = onlyField(list, path);
    if (isElement(list, repeated)) {
      ParquetValue element = one(repeated, path);
      return (group, field, index) -> all(element, group.getGroup(field, index), 0);
    }
    Field element = field(repeated.asGroupType().getType(0), path);
    ParquetValue wrapped = (group, field, index) -> element.of(group.getGroup(field, index), 0);
    return (group, field, index) -> all(wrapped, group.getGroup(field, index), 0);
  }

  /** Whether the repeated field is the element itself, as older writers have it. */
  private static boolean isElement(GroupType list, Type repeated) {
    return repeated.isPrimitive()
        || repeated.asGroupType().getFieldCount() != 1
        || repeated.getName().equals("array")
        || repeated.getName().equals(list.getName() + "_tuple");
  }

  private static ParquetValue map(GroupType map, String path) {
    Type entries = onlyField(map, path);
    if (entries.isPrimitive() || entries.asGroupType().getFieldCount() > 2) {
      throw unfit(path, "a map that is not of keys and values");
    }
    GroupType entry = entries.asGroupType();
    Field key = field(entry.getType(0), path + ".key");
    Field value =
        entry.getFieldCount() == 1
            ? (group, field) -> NullNode.instance
            : field(entry.getType(1), path + ".value");
    return (group, field, index) -> object(group.getGroup(field, index), key, value);
  }

  private static ObjectNode object(Group map, Field key, Field value) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
      Group entry = map.getGroup(0, i);
      JsonNode name = key.of(entry, 0);
      if (!name.isValueNode() || name.isNull()) {
        throw new DataException("a map has a key that is no text or number");
      }
      if (object.replace(name.asText(), value.of(entry, 1)) != null) {
        throw new DataException("a map has the same key twice");
      }
    }
    return object;
  }

  private static Type onlyField(GroupType group, String path) {
    if (group.getFieldCount() != 1 || !group.getType(0).isRepetition(Type.Repetition.REPEATED)) {
      throw unfit(path, "a list or map that is not built as one");
    }
    return group.getType(0);
  }
}
