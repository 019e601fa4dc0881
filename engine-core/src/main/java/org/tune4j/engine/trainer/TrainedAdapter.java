package org.tune4j.engine.trainer;

import java.io.IOException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.model.BoundModel;

/** A model with an adapter that is trained, and can be written as PEFT's files. */
public interface TrainedAdapter extends AutoCloseable {
  /** The base with the adapter. */
  BoundModel model();

  /** Everything that is trained. */
  TrainableTensors weights();

  /**
   * Writes PEFT's files.
   *
   * @param basePath what they say the base model is
   */
  void writeTo(NewFolder folder, String basePath) throws IOException;

  @Override
  void close();
}
