package org.tune4j.lora.algebra;

import java.nio.file.Path;
import org.tune4j.engine.ConfigException;

/**
 * An adapter's part in a combination.
 *
 * @param folder where PEFT's files of it are
 * @param weight what its update is multiplied with; a negative one takes it away
 */
public record WeightedAdapter(Path folder, double weight) {
  public WeightedAdapter {
    if (!Double.isFinite(weight)) {
      throw new ConfigException(folder + ": its weight: wanted a finite number, found " + weight);
    }
  }
}
