package org.tune4j.examples.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.testdata.DemoFiles;

/** The demo's model folder with two blocks and random weights, and its data cut short. */
final class RandomDemo {
  private RandomDemo() {}

  /** A model folder whose weights are stored so. */
  static Path model(Path folder, DType stored) throws IOException {
    Path source = DemoFiles.copyBaseTo(folder.resolve("demo-without-weights"));
    ObjectMapper json = new ObjectMapper();
    var config =
        (com.fasterxml.jackson.databind.node.ObjectNode)
            json.readTree(source.resolve("config.json").toFile());
    config.put("num_hidden_layers", 2);
    json.writeValue(source.resolve("config.json").toFile(), config);
    Path target = folder.resolve("base");
    Architecture architecture = Architectures.read(source);
    try (CausalLm model = CausalLm.empty(architecture, DType.FLOAT32)) {
      SplittableRandom random = new SplittableRandom(7);
      for (TensorSlot slot : architecture.slots()) {
        fill(model, slot, random);
      }
      AtomicFolder.write(
          target,
          files ->
              HubFolder.write(files, source, architecture, model::weight, Optional.of(stored)));
    }
    return target;
  }

  private static void fill(CausalLm model, TensorSlot slot, SplittableRandom random) {
    boolean isNorm = slot.shape().size() == 1;
    float[] values = new float[Math.toIntExact(slot.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = isNorm ? 1 : (float) (random.nextGaussian() * 0.05);
    }
    try (TensorScope scope = TensorScope.open()) {
      TensorOps.copy(model.weight(slot), scope.floats(values, slot.sizes()));
    }
  }

  /** The first rows of a data set of the demo. */
  static Path rows(Path folder, String name, int count) throws IOException {
    Path all = DemoFiles.copyDataTo(folder.resolve("data")).resolve(name);
    try (Stream<String> lines = Files.lines(all)) {
      List<String> first = lines.limit(count).toList();
      return Files.write(folder.resolve(count + "-" + name), first);
    }
  }
}
