package org.tune4j.eval.sink;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.tracking.MlflowClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends to an MLflow server on a thread of its own, so that a server that is slow or gone holds
 * nothing up. What cannot be sent is counted; the first time, it is said why.
 */
final class MlflowSender {
  private static final Logger LOG = LoggerFactory.getLogger(MlflowSender.class);

  /**
   * The tag that a run is found by when it goes on: its id is not known at the first checkpoint.
   */
  private static final String KEY = "tune4j.run";

  /** What a server takes in one request. */
  private static final int BATCH = 1000;

  private static final int PARAMETER_BATCH = 100;

  /** Metrics that wait for a slow server at most. */
  private static final int WAITING = 20_000;

  private final MlflowConfig config;
  private final MlflowClient client;
  private final MlflowArtifacts artifacts;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread daemon = new Thread(work, "tune4j-mlflow");
            daemon.setDaemon(true);
            return daemon;
          });
  private final BlockingQueue<Metric> waiting = new ArrayBlockingQueue<>(WAITING);
  private final AtomicBoolean flushing = new AtomicBoolean();
  private final AtomicLong lost = new AtomicLong();
  private final AtomicBoolean warned = new AtomicBoolean();
  private final String key;

  // What only the thread looks at: the run's id and where its files go, null before they are known.
  private final List<Param> pending = new ArrayList<>();
  private boolean mayBeThere;
  private String runId;
  private String store;

  private volatile boolean givenUp;

  /** Requests that went well; counted by the thread alone. */
  private volatile long answered;

  /**
   * Connects to nothing yet.
   *
   * @param key what the run is found by again
   */
  MlflowSender(MlflowConfig config, String key) {
    MlflowCredentials credentials = new MlflowCredentials(System.getenv());
    this.config = config;
    this.key = key;
    this.client = new MlflowClient(credentials.at(config.trackingUri()));
    this.artifacts = new MlflowArtifacts(config.trackingUri(), credentials);
  }

  /** How many metrics, parameters and files did not arrive. */
  long lost() {
    return lost.get();
  }

  /** Something that the server may refuse. */
  private interface Request {
    void send() throws IOException, InterruptedException;
  }

  private void attempt(int values, Request request) {
    try {
      if (givenUp) {
        throw new IOException("no answer at the end of the run");
      }
      request.send();
      answered++;
    } catch (InterruptedException | IOException | RuntimeException e) {
      lose(values, e);
    }
  }

  private void lose(int values, Exception e) {
    lost.addAndGet(values);
    if (warned.compareAndSet(false, true)) {
      LOG.warn(
          "{}: MLflow does not take the run's values, which goes on without: {}",
          config.trackingUri(),
          e.toString());
    }
  }

  /**
   * Begins a run, or goes on with one.
   *
   * @param again whether a run of this key may be there
   * @param parameters of a new run; one that is there has them, and MLflow lets none change
   */
  void begin(boolean again, Map<String, String> parameters) {
    thread.execute(
        () -> {
          mayBeThere = again;
          parameters.forEach(
              (name, value) ->
                  pending.add(Param.newBuilder().setKey(name).setValue(value).build()));
          attempt(0, this::known);
        });
  }

  /** Makes the run known to both sides, if it is not. */
  private void known() {
    if (runId != null) {
      return;
    }
    String experiment =
        client
            .getExperimentByName(config.experiment())
            .map(Experiment::getExperimentId)
            .orElseGet(() -> client.createExperiment(config.experiment()));
    Optional<RunInfo> earlier =
        mayBeThere
            ? client
                .searchRuns(List.of(experiment), "tags.`%s` = '%s'".formatted(KEY, key))
                .stream()
                .findFirst()
            : Optional.empty();
    RunInfo run = earlier.orElseGet(() -> create(experiment));
    store = run.getArtifactUri();
    runId = run.getRunId();
    if (earlier.isPresent()) {
      pending.clear();
      client.sendPost("runs/update", "{\"run_id\": \"" + runId + "\", \"status\": \"RUNNING\"}");
    }
    while (!pending.isEmpty()) {
      List<Param> some = pending.subList(0, Math.min(pending.size(), PARAMETER_BATCH));
      attempt(some.size(), () -> client.logBatch(runId, List.of(), some, List.of()));
      some.clear();
    }
  }

  private RunInfo create(String experiment) {
    CreateRun.Builder run =
        CreateRun.newBuilder()
            .setExperimentId(experiment)
            .setRunName(config.runName())
            .setStartTime(System.currentTimeMillis())
            .addTags(RunTag.newBuilder().setKey(KEY).setValue(key));
    config
        .tags()
        .forEach((name, value) -> run.addTags(RunTag.newBuilder().setKey(name).setValue(value)));
    return client.createRun(run.build());
  }

  /** Values of a step. */
  void metrics(long step, Map<String, ? extends Number> values) {
    long now = System.currentTimeMillis();
    values.forEach(
        (name, value) -> {
          Metric metric =
              Metric.newBuilder()
                  .setKey(name)
                  .setValue(value.doubleValue())
                  .setStep(step)
                  .setTimestamp(now)
                  .build();
          if (!waiting.offer(metric)) {
            lose(1, new IOException("too many values wait for the server"));
          }
        });
    if (flushing.compareAndSet(false, true)) {
      thread.execute(this::flush);
    }
  }

  private void flush() {
    flushing.set(false); // What comes from now on has a flush of its own.
    List<Metric> batch = new ArrayList<>();
    while (waiting.drainTo(batch, BATCH) > 0) {
      attempt(
          batch.size(),
          () -> {
            known();
            client.logBatch(runId, batch, List.of(), List.of());
          });
      batch.clear();
    }
  }

  /** A file of the run, as it is when it is sent. */
  void file(Path file, String name) {
    thread.execute(
        () ->
            attempt(
                1,
                () -> {
                  known();
                  artifacts.send(store, file, name);
                }));
  }

  /** Ends the run and waits until all is sent, as long as an answer comes within this time. */
  void close(RunStatus status, Duration patience) {
    thread.execute(
        () -> {
          lost.addAndGet(pending.size());
          if (runId != null) {
            attempt(0, () -> client.setTerminated(runId, status));
          }
        });
    thread.shutdown();
    try {
      long before;
      do {
        before = answered;
        givenUp = !thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
      } while (givenUp && answered > before);
      client.close(); // also ends a request that is never answered
      thread.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      givenUp = true;
      client.close();
      Thread.currentThread().interrupt();
    }
    if (lost.get() > 0) {
      LOG.warn("{}: {} values and files were lost to MLflow", config.trackingUri(), lost);
    }
  }
}
