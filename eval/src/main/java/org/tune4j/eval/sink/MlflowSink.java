package org.tune4j.eval.sink;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.mlflow.api.proto.Service.RunStatus;
import org.tune4j.engine.report.MetricsFile;
import org.tune4j.engine.train.LossScaleChange;
import org.tune4j.engine.train.NumericFault;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunResult.StopReason;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.StepResult;

/**
 * Sends the values of {@code metrics.jsonl}, by the same names, to an MLflow tracking server, and
 * what the run was told as parameters. A run that goes on from a checkpoint goes on with its run
 * there.
 *
 * <p>It never fails and never waits during a run: a server that is slow, gone or refuses costs
 * values in MLflow, which are counted, and nothing else. Needs {@code org.mlflow:mlflow-client},
 * which the application brings along.
 */
public final class MlflowSink implements RunListener, AutoCloseable {
  /** How long the end of a run waits for what is still to be sent. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final MlflowConfig config;
  private final Duration patience;
  private MlflowSender sender;
  private String key = UUID.randomUUID().toString();
  private boolean goesOn;
  private RunStatus status = RunStatus.FAILED;

  /** Connects to nothing before the run starts. */
  public MlflowSink(MlflowConfig config) {
    this(config, PATIENCE);
  }

  MlflowSink(MlflowConfig config, Duration patience) {
    this.config = config;
    this.patience = patience;
  }

  @Override
  public void onStart(RunStart start) {
    Map<String, String> parameters = new LinkedHashMap<>(config.parameters());
    parameters.put("trained_parameters", Long.toString(start.trainedParameters()));
    parameters.put("all_parameters", Long.toString(start.allParameters()));
    sender = new MlflowSender(config, key);
    sender.begin(goesOn, parameters);
  }

  @Override
  public void onStep(StepResult result) {
    sender.metrics(result.step(), MetricsFile.values(result));
  }

  @Override
  public void onEvaluation(long step, Map<String, Double> values) {
    sender.metrics(step, values);
  }

  @Override
  public void onMetrics(long step, Map<String, Double> values) {
    onEvaluation(step, values);
  }

  @Override
  public void onFault(NumericFault fault) {
    sender.metrics(
        fault.step(), Map.of("fault_loss", fault.loss(), "fault_grad_norm", fault.gradNorm()));
  }

  @Override
  public void onLossScale(LossScaleChange change) {
    sender.metrics(change.step(), MetricsFile.values(change));
  }

  @Override
  public void onUpdateResolution(long step, double unresolved) {
    sender.metrics(step, Map.of(MetricsFile.UNRESOLVED, unresolved));
  }

  @Override
  public String state() {
    return key;
  }

  @Override
  public void restore(String state) {
    key = state;
    goesOn = true;
  }

  @Override
  public void onEnd(RunResult result) {
    status = result.reason() == StopReason.CANCELLED ? RunStatus.KILLED : RunStatus.FINISHED;
  }

  /**
   * Sends a file along, where the server keeps files itself ({@code mlflow server} does unless told
   * otherwise). To be called once the run has started.
   *
   * @param name in the run's store, with slashes
   */
  public void file(Path file, String name) {
    sender.file(file, name);
  }

  /** How many values and files did not reach the server. */
  public long lost() {
    return sender == null ? 0 : sender.lost();
  }

  /** Waits a while for what is still to be sent, and ends the run. */
  @Override
  public void close() {
    if (sender != null) {
      sender.close(status, patience);
    }
  }
}
