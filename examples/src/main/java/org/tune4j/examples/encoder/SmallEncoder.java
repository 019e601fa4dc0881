package org.tune4j.examples.encoder;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** A BERT of 4 blocks of 128, with characters as words. */
public final class SmallEncoder {
  private static final String CONFIG = "config.json";
  private static final long SEED = 42;

  private SmallEncoder() {}

  /**
   * Writes one that has learned nothing, as a folder that a model is loaded from.
   *
   * @param work a folder for what is needed on the way
   * @param folder that is not there yet
   * @param texts whose characters are its words
   */
  public static void writeUntrained(Path work, Path folder, List<String> texts) throws IOException {
    List<String> vocabulary = CharacterTokenizer.vocabulary(texts, 1);
    CharacterTokenizer.write(work, vocabulary);
    writeConfig(work, vocabulary.size());
    try (CausalLm model = CausalLm.empty(Architectures.read(work), DType.FLOAT32);
        TrainableTensors weights =
            new TrainableTensors(
                TrainableWeights.all(model.architecture()), model.dtype(), model.scope())) {
      initialise(weights);
      AtomicFolder.write(folder, out -> write(out, work, weights));
    }
  }

  /** The encoder alone: what labels tokens of the vocabulary is left out. */
  static void write(NewFolder out, Path folder, TrainableTensors weights) throws IOException {
    ObjectNode config = JsonFile.read(folder.resolve(CONFIG), 1);
    config.putArray("architectures").add("BertModel");
    config.remove("id2label");
    out.write(CONFIG, new ObjectMapper().writeValueAsBytes(config));
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      out.write(name, Files.readAllBytes(folder.resolve(name)));
    }
    try (TensorScope work = TensorScope.open()) {
      List<TensorToWrite> tensors =
          weights.all().stream()
              .map(trainable -> trainable.slot())
              .filter(slot -> !slot.name().startsWith("classifier"))
              .flatMap(
                  slot -> slot.parts().stream().map(part -> toWrite(part, slot, weights, work)))
              .toList();
      out.write("model.safetensors", Map.of("format", "pt"), tensors);
    }
  }

  private static TensorToWrite toWrite(
      TensorSlot.Part part, TensorSlot slot, TrainableTensors weights, TensorScope work) {
    return StoredTensors.toWrite(part.name(), part.of(weights.master(slot), work), part.sizes());
  }

  /** A BERT that labels each token by a token of the vocabulary. */
  static void writeConfig(Path folder, int vocabulary) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode config = json.createObjectNode().put("model_type", "bert");
    config.putArray("architectures").add("BertForTokenClassification");
    config
        .put("vocab_size", vocabulary)
        .put("hidden_size", 128)
        .put("num_hidden_layers", 4)
        .put("num_attention_heads", 4)
        .put("intermediate_size", 512)
        .put("hidden_act", "gelu")
        .put("max_position_embeddings", 512)
        .put("type_vocab_size", 2)
        .put("layer_norm_eps", 1e-12)
        .put("pad_token_id", 0)
        .put("torch_dtype", "float32");
    ObjectNode labels = config.putObject("id2label");
    for (int id = 0; id < vocabulary; id++) {
      labels.put(String.valueOf(id), String.valueOf(id));
    }
    Files.writeString(folder.resolve(CONFIG), json.writeValueAsString(config));
  }

  /** The usual start of a BERT: matrices normal with deviation 0.02, norms 1, biases 0. */
  static void initialise(TrainableTensors weights) {
    SplittableRandom random = new SplittableRandom(SEED);
    weights.all().stream()
        .map(trainable -> trainable.slot())
        .forEach(
            (TensorSlot slot) -> {
              float[] values = new float[Math.toIntExact(slot.elements())];
              boolean isMatrix = slot.shape().size() == 2;
              boolean isNorm = slot.name().endsWith("LayerNorm.weight");
              for (int i = 0; i < values.length; i++) {
                values[i] = isMatrix ? (float) (random.nextGaussian() * 0.02) : isNorm ? 1 : 0;
              }
              try (TensorScope scope = TensorScope.open()) {
                TensorOps.copy(weights.master(slot), scope.floats(values, slot.sizes()));
              }
            });
    weights.refresh();
  }
}
