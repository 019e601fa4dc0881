package org.tune4j.rlhf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.trainer.TrainedAdapter;

/** All weights of a tiny model as a policy. */
public record TinyPolicy(BoundModel model, TrainableTensors weights) implements TrainedAdapter {
  /** A model that speaks bytes. */
  public static CausalLm base(DType dtype) {
    return RandomModels.create(
        RandomModels.LLAMA
            .replace("\"vocab_size\":97", "\"vocab_size\":260")
            .replace("\"eos_token_id\":2", "\"eos_token_id\":257"),
        dtype,
        3);
  }

  /** A model of its vocabulary with a head of one number. */
  public static CausalLm critic() {
    return RandomModels.create(
        RandomModels.LLAMA
            .replace("\"vocab_size\":97", "\"vocab_size\":260")
            .replace(
                "\"eos_token_id\":2",
                "\"eos_token_id\":257,\"architectures\":[\"LlamaForSequenceClassification\"],\"id2label\":{\"0\":\"value\"}"),
        DType.FLOAT32,
        4);
  }

  /** Its own weights, and what else is trained. */
  public static TinyPolicy create(CausalLm base, long seed, List<Trainable> besides) {
    List<Trainable> all = new ArrayList<>(TrainableWeights.all(base.architecture()));
    all.addAll(besides);
    TrainableTensors weights = new TrainableTensors(all, base, base.scope());
    TrainableWeights.copyFrom(base, weights);
    return new TinyPolicy(new BoundModel(base, null, weights), weights);
  }

  @Override
  public void writeTo(NewFolder folder, String basePath) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Trainable each : weights.all()) {
      text.append(each.slot().name()).append(' ');
      for (float value : weights.values(each.slot())) {
        text.append(Float.floatToIntBits(value)).append(' ');
      }
    }
    folder.write("weights.txt", text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** Sets the gradients, which are fp64, to zero. */
  public void clearGradients() {
    try (TensorScope work = model.workScope()) {
      TensorOps.copy(
          weights.flatGradient(), TensorOps.zeros(work, DType.FLOAT64, weights.parameters()));
    }
  }

  /** Adds to one number of a tensor, which is fp64. */
  public void move(Trainable trained, int place, double by) {
    try (TensorScope work = model.workScope()) {
      double[] values = weights.master(trained.slot()).toDoubles();
      values[place] += by;
      weights.set(trained.slot(), work.doubles(values, trained.slot().sizes()));
    }
  }

  @Override
  public void close() {
    model.close();
    weights.close();
  }
}
