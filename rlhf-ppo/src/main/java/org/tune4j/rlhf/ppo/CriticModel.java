package org.tune4j.rlhf.ppo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.SafetensorsShards;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.rlhf.policy.Critic;
import org.tune4j.rlhf.policy.ModelCritic;
import org.tune4j.rlhf.policy.ValueHead;

/** What is trained of a critic, and the critic itself, once the policy's vector holds that. */
interface CriticModel {
  /** Where a critic's own model stands in the policy's vector. */
  String PREFIX = "critic/";

  /** To be trained with the policy. */
  List<Trainable> trainables();

  /**
   * Binds it.
   *
   * @param weights of the policy, these among them
   * @param seed what its starting values are a function of
   */
  Bound bind(TrainableTensors weights, long seed);

  /** What tells it from others, for {@link org.tune4j.engine.train.RunIdentity}. */
  String identity();

  /**
   * A critic, to be closed.
   *
   * @param export writes what belongs beside the policy's files
   * @param model writes a model of its own, where it is one of which all weights are trained
   */
  record Bound(
      Critic critic,
      AtomicFolder.Content export,
      Optional<AtomicFolder.Content> model,
      Runnable closing)
      implements AutoCloseable {
    @Override
    public void close() {
      closing.run();
    }
  }

  /** A head on the policy's vectors. */
  record Head(Architecture policy) implements CriticModel {
    @Override
    public String identity() {
      return "head";
    }

    @Override
    public List<Trainable> trainables() {
      return ValueHead.trainables(policy);
    }

    @Override
    public Bound bind(TrainableTensors weights, long seed) {
      ValueHead head = new ValueHead(weights, policy);
      head.begin(seed);
      return new Bound(head, head::writeTo, Optional.empty(), () -> {});
    }
  }

  /**
   * A model of its own.
   *
   * @param folder that it was loaded from; null where it is not to be written
   * @param adapter what is trained of it; null for all of its weights
   */
  record Own(CausalLm base, Path folder, Adapter adapter) implements CriticModel {
    @Override
    public String identity() {
      return "%s %s, %s trained"
          .formatted(base.configSha256(), base.weightsFingerprint(), Trainable.elements(own()));
    }

    private List<Trainable> own() {
      return adapter == null
          ? TrainableWeights.all(base.architecture())
          : Stream.concat(adapter.parameters().stream(), adapter.trainedWeights().stream())
              .toList();
    }

    @Override
    public List<Trainable> trainables() {
      return own().stream().map(each -> each.ofLoss(PREFIX)).toList();
    }

    @Override
    public Bound bind(TrainableTensors weights, long seed) {
      TrainableTensors part = weights.part(own(), Trainable.OF_LOSS + PREFIX);
      try {
        TrainableWeights.copyFrom(base, part);
        if (adapter != null) {
          TrainableWeights.begin(adapter, part, seed);
        }
        BoundModel model = new BoundModel(base, adapter, part);
        return new Bound(
            new ModelCritic(model),
            beside -> {},
            Optional.ofNullable(folder).map(source -> into -> write(into, source, part)),
            () -> {
              model.close();
              part.close();
            });
      } catch (RuntimeException e) {
        part.close();
        throw e;
      }
    }

    private void write(NewFolder into, Path source, TrainableTensors trained) throws IOException {
      HubFolder.write(
          into,
          source,
          Optional.empty(),
          base.architecture(),
          slot -> trained.contains(slot) ? trained.compute(slot) : base.weight(slot),
          base.givenHead(),
          Optional.of(base.dtype()),
          SafetensorsShards.USUAL_BYTES);
    }
  }
}
