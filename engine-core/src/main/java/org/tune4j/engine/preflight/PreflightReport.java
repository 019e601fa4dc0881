package org.tune4j.engine.preflight;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tune4j.engine.DataException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.checkpoint.DurableFolder;
import org.tune4j.engine.preflight.Finding.Level;

/**
 * What will be learned: a run's {@code preflight.json}.
 *
 * @param findings what each check says, in the order of the checks
 * @param measured what was counted
 */
public record PreflightReport(List<Finding> findings, Measured measured) {
  private static final String FILE = "preflight.json";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  public PreflightReport {
    findings = List.copyOf(findings);
  }

  /** What was refused and not allowed by the user. */
  public List<Finding> refused() {
    return findings.stream().filter(finding -> finding.level() == Level.REFUSE).toList();
  }

  /**
   * Stops a run that cannot be meant.
   *
   * @throws DataException if a check refuses; names each, and its key
   */
  public void refuseIfAny() {
    List<Finding> refused = refused();
    if (!refused.isEmpty()) {
      throw new DataException(
          "this cannot be meant; correct it, or allow it with --preflight-allow %s:\n%s"
              .formatted(
                  refused.stream().map(Finding::key).collect(Collectors.joining(",")),
                  refused.stream()
                      .map(finding -> finding.key() + ": " + finding.reason())
                      .collect(Collectors.joining("\n"))));
    }
  }

  /**
   * The report for a terminal, about 100 columns wide.
   *
   * @param colour whether it may have ANSI colours; without them learned text stands in brackets
   */
  public String text(boolean colour) {
    return new TerminalText(this, colour).text();
  }

  /** The report as one line of JSON. */
  public String json() {
    try {
      return JSON.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new EngineBugException(FILE + " cannot be written as JSON", e);
    }
  }

  /**
   * Writes a run's {@code preflight.json}.
   *
   * @param run the run's folder, which is made where it is missing
   * @throws StorageException if it cannot be written
   */
  public void writeTo(Path run) {
    DurableFolder.make(run);
    try {
      AtomicFile.write(run.resolve(FILE), JSON.writeValueAsBytes(this));
    } catch (JsonProcessingException e) {
      throw new EngineBugException(FILE + " cannot be written as JSON", e);
    }
  }

  /**
   * The report in a run's folder, if it is there.
   *
   * @throws ModelFormatException if the file is not what a run writes
   */
  public static Optional<PreflightReport> read(Path run) {
    Path file = run.resolve(FILE);
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), PreflightReport.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException e) {
      throw new ModelFormatException(
          file + ": not what a run writes: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
