package org.tune4j.engine.train;

import java.util.function.Function;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.tensor.Tensor;

/**
 * Looks for the cause of a loss or gradient that is not finite: the first tensor that is not,
 * weights before gradients, since a bad weight makes every gradient bad.
 */
final class FirstNotFinite {
  private FirstNotFinite() {}

  static String of(BoundModel model, TrainableTensors trained, double loss) {
    return Stream.of(
            first("the weight", own(model, trained), model.base()::weight),
            first("the trained weight", slots(trained), slot -> held(trained, slot)),
            first("as it is computed with, the trained weight", slots(trained), trained::compute),
            first("the gradient of", slots(trained), trained::gradient))
        .flatMap(found -> found)
        .findFirst()
        .orElse(
            trained.storage().gradients() == TrainedStorage.Gradients.RELEASED
                ? "all weights are finite, the loss or a released gradient is not"
                : "all weights and gradients are finite, "
                    + (Double.isFinite(loss) ? "the gradient's square is not" : "the loss is not"));
  }

  private static Stream<TensorSlot> own(BoundModel model, TrainableTensors trained) {
    return model.architecture().slots().stream()
        .filter(slot -> !trained.contains(slot) && model.base().isPlain(slot));
  }

  private static Tensor held(TrainableTensors trained, TensorSlot slot) {
    return trained.storage().masters() == TrainedStorage.Masters.FP32
        ? trained.master(slot)
        : trained.compute(slot);
  }

  private static Stream<TensorSlot> slots(TrainableTensors trained) {
    return trained.all().stream().map(Trainable::slot);
  }

  private static Stream<String> first(
      String what, Stream<TensorSlot> slots, Function<TensorSlot, Tensor> tensor) {
    return slots
        .filter(slot -> !Double.isFinite(Gradients.norm(tensor.apply(slot))))
        .limit(1)
        .map(slot -> what + " " + slot.name() + " is not finite");
  }
}
