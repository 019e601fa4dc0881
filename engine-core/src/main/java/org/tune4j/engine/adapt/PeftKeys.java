package org.tune4j.engine.adapt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.ClassificationHead;

/** The keys of an {@code adapter_config.json}. */
public final class PeftKeys {
  private PeftKeys() {}

  /**
   * A key that is not handled passes while it is null, false or empty; one that is active is
   * refused by name, for it would change the numbers.
   *
   * @param file where it stands, for errors
   * @param known keys that are handled
   * @param neutral keys that say nothing about the numbers
   */
  public static void refuseActive(
      Object file, ObjectNode content, Set<String> known, Set<String> neutral) {
    content
        .fields()
        .forEachRemaining(
            e -> {
              if (!known.contains(e.getKey())
                  && !neutral.contains(e.getKey())
                  && isActive(e.getValue())) {
                throw new ModelFormatException(
                    file
                        + ": "
                        + Shortened.text(e.getKey())
                        + " = "
                        + Shortened.text(e.getValue())
                        + " is not supported; the nearest key that is: "
                        + NearestName.of(e.getKey(), known));
              }
            });
  }

  private static boolean isActive(JsonNode value) {
    boolean empty = value.isContainerNode() && value.isEmpty();
    boolean off = value.isBoolean() && !value.booleanValue();
    return !(value.isNull() || empty || off);
  }

  /** What the field calls the task of a model. */
  public static String taskType(Architecture architecture) {
    return architecture.head() instanceof ClassificationHead head
        ? head.reads() == ClassificationHead.Reads.EACH ? "TOKEN_CLS" : "SEQ_CLS"
        : "CAUSAL_LM";
  }
}
