package org.tune4j.engine.trainer;

import java.nio.file.Path;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.train.RunResult;

/** What a run gave, whatever the method; close it. */
public interface TrainedRun extends AutoCloseable {
  /** The model as it was trained. */
  BoundModel model();

  /** Everything that was trained. */
  TrainableTensors weights();

  /** How the run ended. */
  RunResult result();

  /** What became of the rows. */
  EncodingReport data();

  /** The folder with what was trained. */
  Path folder();

  @Override
  void close();
}
