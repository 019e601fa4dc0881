package org.tune4j.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.train.MemoryFault;
import org.tune4j.engine.train.NumericFault;
import org.tune4j.engine.train.NumericFault.Action;
import org.tune4j.engine.train.NumericFault.Kind;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.StepResult.Outcome;

class FlightEventsTest {
  @TempDir Path folder;

  @Test
  void aRecordingHasWhatARunDoes() throws Exception {
    Path file = folder.resolve("run.jfr");
    FlightEvents events = new FlightEvents();
    try (Recording recording = new Recording()) {
      recording.enable("org.tune4j.Step");
      recording.enable("org.tune4j.Evaluation");
      recording.enable("org.tune4j.Checkpoint");
      recording.enable("org.tune4j.Fault");
      recording.start();
      events.onStep(new StepResult(7, 2.5, 0, 0.25, 1e-4, 96, 40, 0.5, Outcome.UPDATED));
      events.onEvaluation(7, Map.of("eval_loss", 2.25));
      events.onCheckpoint(7, Path.of("checkpoint-7"));
      events.onFault(
          new NumericFault(
              7, Kind.NOT_FINITE, Double.NaN, 1, "the loss is not", List.of(3L), Action.SKIPPED));
      events.onMemoryFault(new MemoryFault(7, 96, List.of(3L, 4L), 48));
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> found = RecordingFile.readAllEvents(file);
    assertThat(found)
        .extracting(event -> event.getEventType().getName())
        .containsExactly(
            "org.tune4j.Step",
            "org.tune4j.Evaluation",
            "org.tune4j.Checkpoint",
            "org.tune4j.Fault",
            "org.tune4j.Fault");
    assertThat(found).extracting(event -> event.getLong("step")).containsOnly(7L);
    RecordedEvent step = found.get(0);
    assertThat(step.getDouble("loss")).isEqualTo(2.5);
    assertThat(step.getDouble("gradNorm")).isEqualTo(0.25);
    assertThat(step.getDouble("learningRate")).isEqualTo(1e-4);
    assertThat(step.getLong("tokens")).isEqualTo(96);
    assertThat(step.getLong("labels")).isEqualTo(40);
    assertThat(step.getDouble("seconds")).isEqualTo(0.5);
    assertThat(found.get(1).getString("metric")).isEqualTo("eval_loss");
    assertThat(found.get(1).getDouble("value")).isEqualTo(2.25);
    assertThat(found.get(2).getString("folder")).isEqualTo("checkpoint-7");
    assertThat(found.get(3).getString("kind")).isEqualTo("NOT_FINITE");
    assertThat(found.get(3).getString("verdict")).isEqualTo("the loss is not");
    assertThat(found.get(3).getString("action")).isEqualTo("SKIPPED");
    assertThat(found.get(4).getString("kind")).isEqualTo("OUT_OF_MEMORY");
    assertThat(found.get(4).getString("verdict")).contains("96 tokens in 2 documents", "48");
  }
}
