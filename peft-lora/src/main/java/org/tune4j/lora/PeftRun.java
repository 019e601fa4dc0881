package org.tune4j.lora;

import java.nio.file.Path;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.trainer.TrainedRun;

/**
 * What a run gave that trained an adapter.
 *
 * @param adapted the trained adapter on its base; close it
 * @param result how the run ended
 * @param data what became of the rows
 * @param adapter the folder with PEFT's two files
 */
public record PeftRun(PeftModel adapted, RunResult result, EncodingReport data, Path adapter)
    implements TrainedRun {
  @Override
  public BoundModel model() {
    return adapted.model();
  }

  @Override
  public TrainableTensors weights() {
    return adapted.weights();
  }

  @Override
  public Path folder() {
    return adapter;
  }

  @Override
  public void close() {
    adapted.close();
  }
}
