package org.tune4j.rlhf.ppo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.ModelFormatException;

/** States of updates as JSON, with numbers that are none. */
public final class StateJson {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private StateJson() {}

  /** A state as JSON. */
  public static String of(Record state) {
    try {
      return JSON.writeValueAsString(state);
    } catch (JsonProcessingException e) {
      throw new EngineBugException("The state of rollouts", e);
    }
  }

  /**
   * A state from JSON.
   *
   * @throws ModelFormatException if it is none
   */
  public static <T extends Record> T read(String json, Class<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new ModelFormatException(
          "trainer_state.json: the state of rollouts: " + e.getOriginalMessage(), e);
    }
  }
}
