package org.tune4j.full;

import java.nio.file.Path;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.trainer.TrainedRun;

/**
 * What a full fine-tuning gave.
 *
 * @param trained the model; close it
 * @param result how the run ended
 * @param data what became of the rows
 * @param folder the Hugging Face model folder
 */
public record FullRun(FullModel trained, RunResult result, EncodingReport data, Path folder)
    implements TrainedRun {
  @Override
  public BoundModel model() {
    return trained.model();
  }

  @Override
  public TrainableTensors weights() {
    return trained.weights();
  }

  @Override
  public void close() {
    trained.close();
  }
}
