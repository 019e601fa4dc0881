package org.tune4j.full;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.MemorySettings;
import org.tune4j.engine.trainer.TrainedAdapter;

/** A model whose own weights are trained, in copies; the base's own may be given up for them. */
public final class FullModel implements TrainedAdapter {
  private final CausalLm base;
  private final TrainableTensors weights;
  private final BoundModel model;

  /**
   * Copies those of a model's weights that are to be trained.
   *
   * @throws org.tune4j.engine.ConfigException if what is to be frozen does not fit the model, or
   *     one of the weights is held in fewer bytes
   */
  public FullModel(CausalLm base, Freezing freezing) {
    this(base, freezing, List.of());
  }

  /**
   * The same.
   *
   * @param besides what is trained with them and belongs to no model
   */
  public FullModel(CausalLm base, Freezing freezing, List<Trainable> besides) {
    this(
        base,
        new AllWeights(base.architecture(), freezing, LearningRates.SAME),
        MemorySettings.PLAIN,
        besides);
  }

  /**
   * The same; the model gives its own copies of them up where they are taken over.
   *
   * @param all those that are trained
   * @param besides what is trained with them and belongs to no model
   */
  FullModel(CausalLm base, AllWeights all, MemorySettings memory, List<Trainable> besides) {
    this.base = base;
    List<Trainable> trained = new ArrayList<>(all.trainedWeights());
    trained.addAll(besides);
    this.weights = new TrainableTensors(trained, base, memory.storage(), base.scope());
    try {
      TrainableWeights.copyFrom(base, weights);
      if (memory.takesOver()) {
        TrainableWeights.takeOver(base, weights);
      }
      this.model = new BoundModel(base, all, weights);
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  /** What is trained of such a model, in the terms of an adapter. */
  public static Adapter adapter(Architecture model, Freezing freezing) {
    return new AllWeights(model, freezing, LearningRates.SAME);
  }

  /** Everything that is trained. */
  @Override
  public TrainableTensors weights() {
    return weights;
  }

  /** The model as it computes with them. */
  @Override
  public BoundModel model() {
    return model;
  }

  /**
   * Writes a Hugging Face model folder, its numbers in the type that was computed in.
   *
   * @param folder is not there yet
   * @param source the folder that the base was loaded from
   * @throws org.tune4j.engine.ConfigException if the folder is there already
   */
  public void save(Path folder, Path source) {
    AtomicFolder.write(folder, target -> writeTo(target, source, Optional.empty()));
  }

  /**
   * Writes a Hugging Face model folder.
   *
   * @param basePath the folder that the base was loaded from
   */
  @Override
  public void writeTo(NewFolder folder, String basePath) throws IOException {
    writeTo(folder, Path.of(basePath), Optional.empty());
  }

  /**
   * @param tokenizer the model's; empty for that of {@code source}
   */
  void writeTo(NewFolder folder, Path source, Optional<Tokenizer> tokenizer) throws IOException {
    HubFolder.write(
        folder,
        source,
        tokenizer,
        base.architecture(),
        this::value,
        base.givenHead(),
        Optional.of(base.dtype()),
        SafetensorsShards.USUAL_BYTES);
  }

  /** What is written of a tensor, which is rounded to what was computed with. */
  private Tensor value(TensorSlot slot) {
    return weights.contains(slot) ? weights.compute(slot) : base.weight(slot);
  }

  @Override
  public void close() {
    model.close();
    weights.close();
  }
}
