package org.tune4j.lora;

import java.util.Map;
import org.tune4j.engine.model.Architecture;

/**
 * A PEFT method that changes what layers of a model compute, as it is configured, with PEFT's names
 * and defaults. {@link WeightMethods} lists them; implementations are records, whose components a
 * run is identified by.
 */
public interface WeightMethod {
  /** The {@code peft_type} of PEFT's files. */
  String peftType();

  /**
   * Binds it to a model.
   *
   * @throws org.tune4j.engine.ConfigException if it does not go with the model
   */
  WeightAdapter on(Architecture architecture);

  /**
   * Its keys in {@code adapter_config.json}, besides those that all methods have.
   *
   * @param adapter what {@link #on} has given
   */
  Map<String, Object> keys(WeightAdapter adapter);
}
