package org.tune4j.engine.misuse;

import java.util.List;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ForwardActivations;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A small model that is trained in full, with a forward pass: what misuses are tried on. */
final class Subject {
  static final int VOCABULARY = 97;
  final CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3);
  final TensorScope scope = TensorScope.open();
  final TrainableTensors trainables =
      new TrainableTensors(
          TrainableWeights.all(model.architecture()), model.dtype(), model.scope());
  final BoundModel bound = new BoundModel(model, null, trainables);
  final BatchTensors batch = bound.upload(batch(3, 1, 4, 1, 5), scope);

  static Batch batch(int... ids) {
    return Batch.of(List.of(new EncodedExample(0, "misuse", ids, ids)));
  }

  ForwardActivations forward() {
    return bound.forward(batch, Recompute.NONE, null, scope);
  }

  Tensor hidden() {
    return bound.hidden(batch, scope);
  }

  void close() {
    scope.close();
    bound.close();
    trainables.close();
    model.close();
  }

  /** One that is closed. */
  static Subject closed() {
    Subject subject = new Subject();
    subject.close();
    return subject;
  }
}
