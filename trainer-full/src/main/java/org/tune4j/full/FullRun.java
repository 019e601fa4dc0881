package org.tune4j.full;

import java.nio.file.Path;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.train.RunResult;

/**
 * What a full fine-tuning gave.
 *
 * @param trained the model; close it
 * @param result how the run ended
 * @param data what became of the rows
 * @param folder the Hugging Face model folder
 */
public record FullRun(FullModel trained, RunResult result, EncodingReport data, Path folder)
    implements AutoCloseable {
  @Override
  public void close() {
    trained.close();
  }
}
