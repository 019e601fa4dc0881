package org.tune4j.engine.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A small random Llama that is trained in full, for tests that need a model but no reference. */
public final class TinyModel implements AutoCloseable {
  private final CausalLm model;
  private final TensorScope scope = TensorScope.open();
  private final TrainableTensors trainables;
  private final BoundModel bound;
  private final Recompute recompute;

  /** Makes one; the same arguments give the same weights. */
  public TinyModel(int hidden, int layers, DType dtype, Recompute recompute) {
    this.model = CausalLm.empty(llama(hidden, layers), dtype);
    Random random = new Random(11);
    for (TensorSlot slot : model.architecture().slots()) {
      fill(model.weight(slot), random);
    }
    this.trainables =
        new TrainableTensors(TrainableWeights.all(model.architecture()), dtype, scope);
    TrainableWeights.copyFrom(model, trainables);
    this.bound = new BoundModel(model, null, trainables);
    this.recompute = recompute;
  }

  private static Architecture llama(int hidden, int layers) {
    String config =
        """
        {"model_type": "llama", "vocab_size": 512, "hidden_size": %d, "intermediate_size": %d,
         "num_hidden_layers": %d, "num_attention_heads": 4, "num_key_value_heads": 2}
        """
            .formatted(hidden, 3 * hidden, layers);
    try {
      return Architectures.describe(Path.of("config.json"), new ObjectMapper().readTree(config));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void fill(Tensor tensor, Random random) {
    TensorOps.fill(
        tensor,
        DType.FLOAT32,
        (offset, into) -> {
          while (into.hasRemaining()) {
            into.putFloat((float) (0.1 * random.nextGaussian()));
          }
        });
  }

  /** Documents of random tokens, all labelled. */
  public static Batch batch(int... lengths) {
    Random random = new Random(5);
    List<EncodedExample> examples = new ArrayList<>();
    for (int length : lengths) {
      int[] ids = random.ints(length, 0, 512).toArray();
      examples.add(new EncodedExample(examples.size(), "random", ids, ids));
    }
    return Batch.of(examples);
  }

  /** One forward and backward pass; gradients are added up. */
  public LossSum step(Batch batch) {
    try (TensorScope work = TensorScope.open()) {
      return new CausalLmObjective()
          .lossAndGradients(
              bound, bound.upload(batch, work), 1.0 / batch.labelCount(), recompute, null);
    }
  }

  /** The model without what is trained. */
  public CausalLm model() {
    return model;
  }

  /** All gradients, {@code [parameters]}. */
  public Tensor gradient() {
    return trainables.flatGradient();
  }

  @Override
  public void close() {
    bound.close();
    trainables.close();
    scope.close();
    model.close();
  }
}
