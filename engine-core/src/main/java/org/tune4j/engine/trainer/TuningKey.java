package org.tune4j.engine.trainer;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.train.TrainConfig;

/** What a choice of settings depends on, by name. */
final class TuningKey {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  private TuningKey() {}

  /**
   * The machine, the model's shape, the method, and what was asked for.
   *
   * @param device as {@link org.tune4j.engine.model.CausalLm#load} names it
   */
  static Map<String, String> of(
      TrainingOrder order, TrainConfig config, Adapter adapter, String device) {
    Map<String, String> of = new TreeMap<>();
    of.put("cpu", processor());
    of.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
    of.put("memory", gibibytes() + " GiB");
    of.put("device", device);
    of.put("threads", String.valueOf(NativeGate.threads()));
    of.put("libtorch", NativeGate.libraryVersion());
    of.put(
        "precision",
        order.dtype
            + ", weights "
            + order.format.lowerName()
            + ", in fp32 "
            + order.architecture.fp32Modules().stream().sorted().toList());
    of.put("model", model(order.architecture));
    of.put("method", method(order, config, adapter));
    of.put("update", update(order, config));
    return of;
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(PROCESSORS)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException | java.io.UncheckedIOException e) {
      return System.getProperty("os.arch");
    }
  }

  private static long gibibytes() {
    return Math.round(
        ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize()
            / (double) (1L << 30));
  }

  private static String model(Architecture architecture) {
    return String.format(
        Locale.ROOT,
        "%s, %d blocks, hidden size %d, %d outputs, %d parameters",
        architecture.modelType(),
        architecture.blocks().size(),
        architecture.hiddenSize(),
        architecture.head().out().outputs(),
        architecture.parameters());
  }

  private static String method(TrainingOrder order, TrainConfig config, Adapter adapter) {
    List<Trainable> trained =
        Stream.concat(adapter.parameters().stream(), adapter.trainedWeights().stream()).toList();
    return String.format(
        Locale.ROOT,
        "%s, %d tensors, %d numbers, %s, optim %s%s%s",
        adapter.getClass().getSimpleName(),
        trained.size(),
        Trainable.elements(trained),
        order.task == null ? "next tokens" : "labels",
        config.optimizer().key(),
        taught(order.teacher) + (order.loss == null ? "" : ", " + order.loss.identity()),
        order.adversarialEpsilon == 0 ? "" : ", adversarial");
  }

  private static String taught(TeacherOrder teacher) {
    if (teacher instanceof TeacherOrder.Loaded loaded) {
      return ", taught by " + model(loaded.teacher().architecture());
    }
    return teacher == null ? "" : ", taught by a file";
  }

  private static String update(TrainingOrder order, TrainConfig config) {
    return String.format(
        Locale.ROOT,
        "%d rows of up to %d tokens, packing %s, recompute %s, loss chunk %d, %s",
        config.perDeviceTrainBatchSize(),
        order.data.maxLength(),
        order.data.packing().map(String::valueOf).orElse("none"),
        config.recompute(),
        config.lossChunkSize(),
        config.memory());
  }
}
