package org.tune4j.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.Versions;
import org.tune4j.eval.sink.MlflowConfig;
import org.tune4j.eval.sink.MlflowSink;
import org.tune4j.eval.sink.TensorBoardSink;

/** The sinks of a run that {@link ReportTo} asks for. */
final class RunSinks implements AutoCloseable {
  private final Optional<TensorBoardSink> tensorBoard;
  private final Optional<MlflowSink> mlflow;

  /**
   * Opens them.
   *
   * @param config every setting by its group and name
   */
  RunSinks(ReportTo reportTo, Path run, Map<String, Object> config) {
    this.tensorBoard =
        reportTo.sinks().contains(ReportTo.Sink.TENSORBOARD)
            ? Optional.of(new TensorBoardSink(run.resolve("tensorboard")))
            : Optional.empty();
    this.mlflow =
        reportTo.sinks().contains(ReportTo.Sink.MLFLOW)
            ? Optional.of(
                new MlflowSink(
                    new MlflowConfig(
                        reportTo.mlflowAddress(),
                        reportTo.mlflowExperiment(),
                        run.toAbsolutePath().normalize().getFileName().toString(),
                        parameters(config),
                        Versions.current())))
            : Optional.empty();
  }

  private static Map<String, String> parameters(Map<String, Object> config) {
    Map<String, String> parameters = new LinkedHashMap<>();
    config
        .values()
        .forEach(
            group ->
                ((Map<?, ?>) group)
                    .forEach(
                        (name, value) -> {
                          if (value != null) {
                            parameters.put(name.toString(), value.toString());
                          }
                        }));
    return parameters;
  }

  List<RunListener> listeners() {
    List<RunListener> listeners = new ArrayList<>();
    tensorBoard.ifPresent(listeners::add);
    mlflow.ifPresent(listeners::add);
    return listeners;
  }

  /**
   * Sends the files of a run's folder that are finished: its record, and the adapter, which is the
   * policy's where one learned from rewards.
   */
  void files(Path run) {
    if (mlflow.isPresent()) {
      send(run, "");
      for (String name : List.of("adapter", "policy")) {
        if (Files.exists(run.resolve(name).resolve("adapter_config.json"))) {
          send(run.resolve(name), name + "/");
        }
      }
    }
  }

  private void send(Path folder, String below) {
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(file -> Files.isRegularFile(file))
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .sorted()
          .forEach(file -> mlflow.get().file(file, below + file.getFileName()));
    } catch (IOException e) {
      throw new StorageException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    tensorBoard.ifPresent(TensorBoardSink::close);
    mlflow.ifPresent(MlflowSink::close);
  }
}
