package org.tune4j.prefix;

import java.nio.file.Path;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.trainer.TrainedRun;

/**
 * What a run gave that learned virtual tokens.
 *
 * @param learned the virtual tokens on their base; close it
 * @param result how the run ended
 * @param data what became of the rows
 * @param adapter the folder with PEFT's two files
 */
public record PromptRun(PromptLearning learned, RunResult result, EncodingReport data, Path adapter)
    implements TrainedRun {
  @Override
  public BoundModel model() {
    return learned.model();
  }

  @Override
  public TrainableTensors weights() {
    return learned.weights();
  }

  @Override
  public Path folder() {
    return adapter;
  }

  @Override
  public void close() {
    learned.close();
  }
}
