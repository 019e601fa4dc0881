package org.tune4j.lora;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.gguf.hub.GgufAdapterFile;
import org.tune4j.engine.gguf.hub.HubTensor;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Writes an adapter as a GGUF file of its own, which llama.cpp lays over its base. */
public final class LoraGguf {
  private LoraGguf() {}

  /**
   * Writes an adapter.
   *
   * @param folder to write into
   * @param name of the file, which ends in {@code .gguf}
   * @param config the base's {@code config.json}, for errors
   * @param content its content
   * @throws ConfigException if the adapter trains whole weights or biases, or sits where such files
   *     have no place: an embedding, a tied output layer, keys and values of a latent vector
   * @throws org.tune4j.engine.ModelFormatException if the base's family is not written
   */
  public static void write(NewFolder folder, String name, Lora lora, Path config, JsonNode content)
      throws IOException {
    LoraAdapter adapter = lora.adapter();
    Architecture architecture = lora.base().architecture();
    requireUpdatesOnly(adapter, architecture);
    GgufAdapterFile written = new GgufAdapterFile(config, content);
    double alpha = adapter.config().loraAlpha();
    try (TensorScope work = TensorScope.open()) {
      Set<String> left = new TreeSet<>(adapter.modules());
      architecture.blocks().stream()
          .flatMap(block -> block.groups().stream())
          .forEach(group -> left.removeAll(add(lora, group, alpha, written, work)));
      left.removeAll(add(lora, architecture.headGroup(), alpha, written, work));
      if (!left.isEmpty()) {
        throw new ConfigException(
            "GGUF adapters have no place for " + left + "; merge the adapter and export the model");
      }
      folder.write(name, written.content(folder.path().resolve(name), alpha));
    }
  }

  private static void requireUpdatesOnly(LoraAdapter adapter, Architecture architecture) {
    LoraConfig config = adapter.config();
    if (config.useDora()
        || config.initLoraWeights().isOfWeight()
        || !config.trainableTokenIndices().isEmpty()) {
      throw new ConfigException(
          "GGUF adapters are plain LoRA; this one has use_dora, trainable_token_indices, or init_lora_weights pissa or olora: merge it and export the model");
    }
    boolean tiedHead = architecture.tied() && adapter.at(architecture.headGroup()).isPresent();
    if (!adapter.trainedWeights().isEmpty() || adapter.atEmbedding().isPresent() || tiedHead) {
      throw new ConfigException(
          "This adapter changes an embedding, or trains whole weights or biases, for which GGUF"
              + " adapters have no place; merge it and export the model");
    }
  }

  /** Adds the updates of a group: the modules that have one. */
  private static List<String> add(
      Lora lora, LinearGroup group, double alpha, GgufAdapterFile file, TensorScope work) {
    SiteKernel site = lora.adapter().at(group).orElse(null);
    if (site == null) {
      return List.of();
    }
    List<LinearLayer> layers =
        group.layers().stream()
            .filter(layer -> lora.adapter().modules().contains(layer.module()))
            .toList();
    TensorSlot a = site.parameters().get(0);
    for (int i = 0; i < layers.size(); i++) {
      LinearLayer layer = layers.get(i);
      TensorSlot.Part part = a.parts().get(i);
      Tensor rows = TensorOps.rows(work, lora.weights().master(a), part.firstRow(), part.rows());
      Tensor b = lora.weights().master(site.parameters().get(i + 1));
      // A file has one alpha, so what a module is scaled by besides goes into its numbers.
      double own = lora.adapter().scaling(layer.module()) * part.rows();
      float factor = own == alpha ? 1 : (float) (own / alpha);
      file.add(
          layer.module(),
          tensor(part.name(), rows, part.rows(), layer.inputs(), 1),
          tensor(layer.module(), b, layer.outputs(), part.rows(), factor));
    }
    return layers.stream().map(LinearLayer::module).toList();
  }

  private static HubTensor tensor(
      String name, Tensor tensor, long rows, long columns, float factor) {
    return new HubTensor(
        name,
        rows,
        columns,
        (first, into) -> {
          int count = into.remaining();
          ByteBuffer bytes =
              ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.nativeOrder());
          TensorOps.read(tensor, DType.FLOAT32, first * Float.BYTES, bytes);
          FloatBuffer numbers = bytes.rewind().asFloatBuffer();
          for (int n = 0; n < count; n++) {
            into.put(numbers.get(n) * factor);
          }
        });
  }
}
