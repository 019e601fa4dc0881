package org.tune4j.engine.trainer;

import java.nio.file.Path;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.train.RunResult;

/** What a run gave that trained an adapter, whatever the method; close it. */
public interface AdapterRun extends AutoCloseable {
  /** The base with the trained adapter. */
  BoundModel model();

  /** Everything that was trained. */
  TrainableTensors weights();

  /** How the run ended. */
  RunResult result();

  /** What became of the rows. */
  EncodingReport data();

  /** The folder with PEFT's two files. */
  Path adapter();

  @Override
  void close();
}
