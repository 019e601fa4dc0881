package org.tune4j.engine.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.checkpoint.DurableFolder;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.train.LossScaleChange;
import org.tune4j.engine.train.MemoryFault;
import org.tune4j.engine.train.NumericFault;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.StepResult;

/**
 * A run's {@code metrics.jsonl}: a line an update ({@code step, loss, grad_norm, learning_rate,
 * tokens, labels, seconds}, {@code aux_loss} where routers have a part in the loss, and, where the
 * system tells them, {@code rss_mib, peak_rss_mib}: memory resident then and at most so far), a
 * line an evaluation ({@code step} and its values), a line what a method tells of itself, and a
 * line a fault, numeric or of memory ({@code step, fault, verdict, action, examples} and, where
 * they are finite, {@code fault_loss, fault_grad_norm}); of fp16 a line a change of the loss scale
 * ({@code step, loss_scale, overflows}), of weights in bf16 or fp16 now and then one of what they
 * resolve ({@code step, unresolved_updates}). A run that goes on drops the lines after the step it
 * goes on from.
 */
public final class MetricsFile implements RunListener, AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  /** The name of what {@link RunListener#onUpdateResolution} tells. */
  public static final String UNRESOLVED = "unresolved_updates";

  private final Path file;
  private BufferedWriter writer;

  /** The metrics of a run folder. */
  public MetricsFile(Path run) {
    this.file = run.resolve("metrics.jsonl");
  }

  @Override
  public void onStart(RunStart start) {
    DurableFolder.make(file.toAbsolutePath().getParent());
    try {
      List<String> kept = new ArrayList<>();
      if (start.firstStep() > 0) {
        for (String line : written()) {
          if (step(line) <= start.firstStep()) {
            kept.add(line);
          }
        }
      }
      // At no instant is there less in the file than what is kept: a kill here loses no line.
      AtomicFile.write(file, text(kept));
      writer = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static byte[] text(List<String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line).append(System.lineSeparator()));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The lines of an earlier run; after a crash its last ones may hold any bytes. */
  private List<String> written() throws IOException {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** A line's update; beyond all others for a line that a killed run left unfinished. */
  private static long step(String line) {
    try {
      return JSON.readTree(line).path("step").asLong(Long.MAX_VALUE);
    } catch (JsonProcessingException e) {
      return Long.MAX_VALUE;
    }
  }

  @Override
  public void onStep(StepResult result) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", result.step());
    line.putAll(values(result));
    write(line);
  }

  /** What the line of an update says besides its step, by the same names. */
  public static Map<String, Number> values(StepResult result) {
    Map<String, Number> values = new LinkedHashMap<>();
    values.put("loss", result.loss());
    if (result.auxLoss() > 0) {
      values.put("aux_loss", result.auxLoss());
    }
    values.put("grad_norm", result.gradNorm());
    values.put("learning_rate", result.learningRate());
    values.put("tokens", result.tokens());
    values.put("labels", result.labels());
    values.put("seconds", result.seconds());
    ProcessMemory.residentBytes().ifPresent(bytes -> values.put("rss_mib", bytes >> 20));
    ProcessMemory.peakResidentBytes().ifPresent(bytes -> values.put("peak_rss_mib", bytes >> 20));
    return values;
  }

  @Override
  public void onMetrics(long step, Map<String, Double> values) {
    onEvaluation(step, values);
  }

  @Override
  public void onEvaluation(long step, Map<String, Double> values) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.putAll(values);
    write(line);
  }

  @Override
  public void onFault(NumericFault fault) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", fault.step());
    line.put("fault", lower(fault.kind()));
    line.put("verdict", fault.verdict());
    line.put("action", lower(fault.action()));
    line.put("examples", fault.examples());
    if (Double.isFinite(fault.loss())) {
      line.put("fault_loss", fault.loss());
    }
    if (Double.isFinite(fault.gradNorm())) {
      line.put("fault_grad_norm", fault.gradNorm());
    }
    write(line);
  }

  @Override
  public void onMemoryFault(MemoryFault fault) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", fault.step());
    line.put("fault", "out_of_memory");
    line.put("verdict", fault.verdict());
    line.put("action", "divided");
    line.put("examples", fault.examples());
    write(line);
  }

  @Override
  public void onLossScale(LossScaleChange change) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", change.step());
    line.putAll(values(change));
    write(line);
  }

  /** What the line of a loss scale says besides its step, by the same names. */
  public static Map<String, Number> values(LossScaleChange change) {
    Map<String, Number> values = new LinkedHashMap<>();
    values.put("loss_scale", change.scale());
    values.put("overflows", change.overflows());
    return values;
  }

  @Override
  public void onUpdateResolution(long step, double unresolved) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put(UNRESOLVED, unresolved);
    write(line);
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Nothing of its own; but who goes on from the checkpoint that is about to be written finds the
   * lines before it, even after a loss of power.
   */
  @Override
  public String state() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(false);
      return null;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void write(Map<String, Object> line) {
    try {
      writer.write(JSON.writeValueAsString(line));
      writer.newLine();
      writer.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private StorageException failed(IOException e) {
    return new StorageException(file + ": cannot be written: " + e, e);
  }

  @Override
  public void close() {
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
