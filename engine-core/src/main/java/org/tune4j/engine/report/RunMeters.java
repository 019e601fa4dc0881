package org.tune4j.engine.report;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import org.tune4j.engine.tensor.NativeHeap;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;

/**
 * Gauges of a run for Micrometer: bind it to a registry, and give it to the trainer as a listener.
 * It is the only class that needs Micrometer, which the application brings along. Java's heap has
 * gauges of Micrometer's own ({@code JvmMemoryMetrics}).
 *
 * <p>{@code tune4j.step}, {@code tune4j.loss} and {@code tune4j.tokens.per.second} are of the last
 * update, NaN before the first; {@code tune4j.scopes.open} and {@code tune4j.handles.open} of the
 * process, constant between updates in a program without leaks; {@code tune4j.memory.native} is
 * what is in use of the C heap and {@code tune4j.memory.resident} what the process has resident,
 * both in bytes and NaN where the system does not tell.
 */
public final class RunMeters implements RunListener, MeterBinder {
  private volatile StepResult last;

  @Override
  public void bindTo(MeterRegistry registry) {
    ofLast(registry, "tune4j.step", "updates made", StepResult::step);
    ofLast(registry, "tune4j.loss", "mean loss in nats a token", StepResult::loss);
    ofLast(
        registry,
        "tune4j.tokens.per.second",
        "tokens read a second",
        step -> step.tokens() / step.seconds());
    Gauge.builder("tune4j.scopes.open", TensorScope::openScopes)
        .description("tensor scopes that are open")
        .register(registry);
    Gauge.builder("tune4j.handles.open", TensorScope::openHandles)
        .description("handles on native tensors that open scopes hold")
        .register(registry);
    Gauge.builder("tune4j.memory.native", () -> known(NativeHeap.bytesInUse()))
        .description("C heap in use")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
    Gauge.builder("tune4j.memory.resident", () -> known(ProcessMemory.residentBytes()))
        .description("memory resident, heap and native together")
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
  }

  private void ofLast(
      MeterRegistry registry, String name, String what, ToDoubleFunction<StepResult> value) {
    // Strong, since nothing else may hold what a gauge looks at.
    Gauge.builder(name, () -> last == null ? Double.NaN : value.applyAsDouble(last))
        .description(what)
        .register(registry);
  }

  private static double known(OptionalLong bytes) {
    return bytes.isPresent() ? bytes.getAsLong() : Double.NaN;
  }

  @Override
  public void onStep(StepResult result) {
    last = result;
  }
}
