package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.AnchoredObjective;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.WeightAnchor;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Checks {@code goldens/train/ewc}: Fisher information of a sample, as it is written, and the
 * penalty at other weights.
 */
final class EwcConformance {
  private final Path folder;
  private final JsonNode golden;
  private final CheckSink sink;

  EwcConformance(Path folder, JsonNode golden, CheckSink sink) {
    this.folder = folder;
    this.golden = golden;
    this.sink = sink;
  }

  void check() {
    Path base = folder.toAbsolutePath().getParent().resolve(golden.get("base").asText());
    try (CausalLm llama = CausalLm.load(base, DType.FLOAT32);
        TensorScope scope = TensorScope.open();
        TrainableTensors weights =
            new TrainableTensors(TrainableWeights.all(llama.architecture()), DType.FLOAT32, scope);
        BoundModel model = new BoundModel(llama, null, weights)) {
      TrainableWeights.copyFrom(llama, weights);
      Path file = Files.createTempFile("tune4j-conformance", ".safetensors");
      try (WeightAnchor measured =
          WeightAnchor.measure(model, weights, new CausalLmObjective(), examples(), scope)) {
        measured.write(file);
        compareFisher(file);
        move(llama, weights);
        try (WeightAnchor read = WeightAnchor.read(file, weights, scope)) {
          comparePenalty(llama, weights, read);
        }
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<EncodedExample> examples() {
    List<EncodedExample> examples = new ArrayList<>();
    try (Golden file = Golden.open(folder.resolve("examples.safetensors"))) {
      List<int[]> documents = file.documents("input_ids", "attention_mask");
      int[] labels = Arrays.stream(file.longs("labels")).mapToInt(label -> (int) label).toArray();
      int length = labels.length / documents.size();
      for (int row = 0; row < documents.size(); row++) {
        int[] ids = documents.get(row);
        int[] wanted = Arrays.copyOfRange(labels, row * length, row * length + ids.length);
        examples.add(new EncodedExample(row, "row " + row, ids, wanted));
      }
    }
    return examples;
  }

  private void compareFisher(Path file) {
    double tolerance = golden.get("tolerance").get("fisher_rel_to_tensor_max").asDouble();
    try (Golden ours = Golden.open(file);
        Golden theirs = Golden.open(folder.resolve("fisher.safetensors"))) {
      for (String name : theirs.names()) {
        float[] wanted = theirs.floats(name);
        float largest = 0;
        for (float value : wanted) {
          largest = Math.max(largest, value);
        }
        within(
            "fisher of " + name,
            Golden.maxAbsDiff(ours.floats("fisher/" + name), wanted) / largest,
            tolerance);
      }
    }
  }

  /** Fills the weights with those that the penalty is taken at. */
  private void move(CausalLm llama, TrainableTensors weights) {
    try (SafetensorsFile theta = SafetensorsFile.open(folder.resolve("theta.safetensors"));
        TensorScope work = TensorScope.open()) {
      for (TensorSlot slot : llama.architecture().slots()) {
        for (TensorSlot.Part part : slot.parts()) {
          StoredTensors.fill(part.of(weights.master(slot), work), theta, part.name());
        }
      }
    }
  }

  private void comparePenalty(CausalLm llama, TrainableTensors weights, WeightAnchor anchor) {
    double tolerance = golden.get("tolerance").get("penalty_rel").asDouble();
    double lambda = golden.get("hyperparameters").get("lambda").asDouble();
    Gradients gradients = new Gradients(weights);
    gradients.clear();
    double penalty = new AnchoredObjective(new CausalLmObjective(), anchor, lambda).addPenalty();
    double wanted = golden.get("penalty").asDouble();
    within("penalty (relative)", Math.abs(penalty - wanted) / wanted, tolerance);
    double norm = golden.get("penalty_grad_norm").asDouble();
    within("penalty_grad_norm (relative)", Math.abs(gradients.norm() - norm) / norm, tolerance);
    double worst = 0;
    try (Golden theirs = Golden.open(folder.resolve("penalty_grad.safetensors"))) {
      for (TensorSlot slot : llama.architecture().slots()) {
        for (TensorSlot.Part part : slot.parts()) {
          if (theirs.names().contains(part.name())) {
            float[] gradient = theirs.floats(part.name());
            worst =
                Math.max(
                    worst,
                    Golden.maxAbsDiff(Golden.floats(weights.gradient(slot), part), gradient)
                        / norm);
          }
        }
      }
    }
    within("penalty_grad (relative to its norm)", worst, tolerance);
  }

  private void within(String check, double difference, double tolerance) {
    sink.report("ewc", check, difference, tolerance, difference <= tolerance);
  }
}
