package org.tune4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.checkpoint.Manifest;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Precision;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.full.Freezing;
import org.tune4j.full.FullModel;
import org.tune4j.lora.PeftModel;
import org.tune4j.rlhf.ppo.PolicyFactory;
import org.tune4j.rlhf.ppo.RolloutTrainer;

/**
 * The models of a policy that learns from rewards: the base, what the policy begins as, and its
 * reference.
 */
final class PolicyModels implements AutoCloseable {
  private final PolicyJob job;
  private final Precision precision;
  private final Deque<Runnable> opened = new ArrayDeque<>();
  private CausalLm base;
  private BoundModel start;
  private BoundModel reference;

  private PolicyModels(PolicyJob job, DType dtype) {
    this.job = job;
    this.precision = new Precision(dtype, job.base().fp32Modules());
  }

  static PolicyModels load(PolicyJob job, DType dtype) {
    PolicyModels models = new PolicyModels(job, dtype);
    try {
      models.load();
      return models;
    } catch (RuntimeException e) {
      models.close();
      throw e;
    }
  }

  /** What is trained of a critic: all of it. */
  static Adapter all(Architecture critic) {
    return FullModel.adapter(critic, Freezing.NONE);
  }

  private void load() {
    base = loaded(job.base().model());
    start = job.adapter().map(this::frozen).orElseGet(() -> bare(base));
    reference = start;
    if (job.refModel().isPresent()) {
      reference = bare(loaded(job.refModel().get()));
    }
  }

  private CausalLm loaded(Path folder) {
    CausalLm model = CausalLm.load(folder, precision, job.base().device(), job.base().weights());
    opened.push(model::close);
    return model;
  }

  private BoundModel bare(CausalLm model) {
    BoundModel bound = new BoundModel(model, null, null);
    opened.push(bound::close);
    return bound;
  }

  private BoundModel frozen(Path adapter) {
    PeftModel model = PeftModel.load(base, adapter);
    opened.push(model::close);
    return model.model();
  }

  /** What the policy begins as. */
  BoundModel start() {
    return start;
  }

  /** What it is not to leave. */
  BoundModel reference() {
    return reference;
  }

  /** What the policy is trained on. */
  CausalLm base() {
    return base;
  }

  /** Loads a critic that is a model of its own. */
  CausalLm critic(Path folder) {
    CausalLm critic =
        CausalLm.load(
            folder,
            precision,
            job.base().device(),
            new HeadTask.Regression(),
            job.base().train().seed());
    opened.push(critic::close);
    return critic;
  }

  /** What trains the policy that is ordered. */
  RolloutTrainer<?> trainer(Tokenizer tokenizer) {
    RolloutTrainer<?> trainer = job.method().trainer(this, tokenizer, job.base().train());
    trainer
        .data(job.base().rows())
        .basePath(job.base().model().toString())
        .resume(job.base().resume());
    if (reference != start || job.adapter().isPresent()) {
      trainer.reference(reference);
    }
    identity().forEach(trainer::identity);
    return trainer;
  }

  /** Makes what is trained. */
  PolicyFactory policy() {
    if (job.base().full().isPresent()) {
      Freezing freezing = job.base().full().get();
      return (model, seed, besides) -> new FullModel(model, freezing, besides);
    }
    if (job.adapter().isPresent()) {
      Path folder = job.adapter().get();
      return (model, seed, besides) ->
          PeftModel.load(model, folder, UnaryOperator.identity(), besides);
    }
    return (model, seed, besides) -> PeftModel.create(model, job.base().lora(), seed, besides);
  }

  /** How the policy is trained; what it is held against where that is an adapter. */
  private Map<String, String> identity() {
    RunIdentity all = new RunIdentity(Map.of());
    if (job.base().full().isPresent()) {
      all = all.and("method", "full").and("freezing", job.base().full().get());
    } else if (job.adapter().isPresent()) {
      String begun = "adapter " + sha256(job.adapter().get().resolve("adapter_model.safetensors"));
      all = all.and("method", begun);
      all = reference == start ? all.and("reference", begun) : all;
    } else {
      all = all.and("method", "lora").and("lora", job.base().lora());
    }
    return all.fields();
  }

  private static String sha256(Path file) {
    try {
      return Manifest.Entry.of(file, file.getFileName().toString()).sha256();
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    opened.forEach(Runnable::run);
  }
}
