package org.tune4j.rlhf.preference;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.LookedAt;
import org.tune4j.engine.data.PreferenceEncoder;
import org.tune4j.engine.data.RowEncoder;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.objective.DistillationObjective;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.LossOrder;

/**
 * Preference learning, for {@link org.tune4j.engine.trainer.Trainer#loss}: over any adapter, and
 * over all weights.
 */
public final class PreferenceOrder implements LossOrder {
  private static final Logger LOG = LoggerFactory.getLogger(PreferenceOrder.class);

  /** Of a document whose reference is kept: a hash, an array and a place in a map. */
  private static final int DOCUMENT_BYTES = 200;

  private final PreferenceLoss loss;

  /** Null for the usual one: {@link Reference#BASE} of adapters, else {@link Reference#START}. */
  private final Reference reference;

  private boolean full;

  /** Its fingerprint. */
  private String tokenizer;

  /** Null for none. */
  private PreferenceEvaluation evaluation;

  private PreferenceOrder(PreferenceLoss loss, Reference reference) {
    this.loss = loss;
    this.reference = reference;
  }

  /** By a loss beside the usual reference: the model without its adapter, or as training starts. */
  public static PreferenceOrder of(PreferenceLoss loss) {
    return new PreferenceOrder(loss, null);
  }

  /** By a loss beside a reference. */
  public static PreferenceOrder of(PreferenceLoss loss, Reference reference) {
    return new PreferenceOrder(loss, reference);
  }

  /**
   * Measures held-out answers by the same loss and reference: {@code eval_loss}, {@code
   * eval_rewards/accuracies} and the like.
   *
   * @param rows judged answers
   * @return what is to be given to the trainer this order is given to
   * @throws org.tune4j.engine.DataException if rows cannot be used and are not to be skipped
   */
  public Evaluation heldOut(ExampleSource rows, Tokenizer tokenizer, DataConfig data) {
    evaluation =
        new PreferenceEvaluation(EncodedExamples.all(rows, encoder(tokenizer, data), data), loss);
    return evaluation;
  }

  @Override
  public String identity() {
    String beside =
        reference instanceof Reference.Model other
            ? RunIdentity.of(other.model()).fields().toString()
            : reference == null ? "the usual" : reference.getClass().getSimpleName();
    return loss.usesReference() ? "%s beside %s".formatted(loss, beside) : loss.toString();
  }

  /** Whether it reads all rows before the first update, and no others later. */
  private static boolean isReadBefore(Reference reference) {
    return reference instanceof Reference.Start || reference instanceof Reference.Kept;
  }

  private Reference reference(boolean isFull) {
    return reference != null ? reference : isFull ? Reference.START : Reference.BASE;
  }

  @Override
  public void requireFor(Architecture model, Adapter adapter, TrainConfig config) {
    DistillationObjective.requireSame(
        model, reference instanceof Reference.Model other ? other.model().architecture() : model);
    if (adapter.virtualTokens().isPresent()) {
      throw new ConfigException(
          "preference learning: virtual tokens stand before the policy's texts, which the reference"
              + " does not read");
    }
    full = adapter.isFullTraining();
    Reference chosen = reference(full);
    if (loss.usesReference() && chosen instanceof Reference.Base && full) {
      throw new ConfigException(
          "the reference: a model that is trained itself is none without its adapter; take it as"
              + " training starts, or another model");
    }
    if (loss.usesKl() && isReadBefore(chosen)) {
      throw new ConfigException(
          "kto: asks the reference about answers to other prompts, which are not known before; name"
              + " a reference model, or train an adapter, or take loss_type apo_zero_unpaired");
    }
    if (loss.usesKl() && config.perDeviceTrainBatchSize() < 2) {
      throw new ConfigException(
          "kto: per_device_train_batch_size = 1: each answer is compared with another prompt of its"
              + " micro-batch; wanted at least 2");
    }
  }

  @Override
  public RowEncoder encoder(Tokenizer own, DataConfig data) {
    tokenizer = own.fingerprint();
    return new PreferenceEncoder(own, data, loss.isPaired());
  }

  @Override
  public long bytes(LookedAt rows, Adapter adapter) {
    if (!loss.usesReference() || !isReadBefore(reference(adapter.isFullTraining()))) {
      return 0;
    }
    double share = (double) rows.rows() / Math.max(1, rows.seen());
    return (long) (share * (Double.BYTES * rows.labels() + 2L * DOCUMENT_BYTES * rows.examples()));
  }

  @Override
  public Begun begin(Start start) {
    if (start.model().hasDropout()) {
      LOG.warn(
          "lora_dropout and its like are left out: preferences are learned without dropout, as"
              + " TRL's disable_dropout has it");
    }
    ReferencePolicy policy = loss.usesReference() ? open(start) : ReferencePolicy.NONE;
    PreferenceObjective objective = new PreferenceObjective(loss, policy, start.data().maxLength());
    if (evaluation != null) {
      evaluation.begin(objective);
    }
    return new Begun(objective, policy::close);
  }

  private ReferencePolicy open(Start start) {
    Reference chosen = reference(full);
    if (chosen instanceof Reference.Start) {
      return KeptReference.of(start.model(), rows(start));
    }
    if (chosen instanceof Reference.Kept kept) {
      return kept(kept.file(), start);
    }
    return new ModelReference(
        new BoundModel(
            chosen instanceof Reference.Model other ? other.model() : start.model().base(),
            null,
            null));
  }

  private KeptReference kept(Path file, Start start) {
    CausalLm base = start.model().base();
    Map<String, String> identity = new TreeMap<>(RunIdentity.of(base).fields());
    identity.remove("threads"); // They change the last bits only.
    identity.put("tokenizer", tokenizer);
    List<EncodedExample> rows = rows(start);
    if (Files.exists(file)) {
      return ReferenceFile.read(file, identity, rows);
    }
    KeptReference read;
    if (full) {
      read = KeptReference.of(start.model(), rows);
    } else {
      try (BoundModel bare = new BoundModel(base, null, null)) {
        read = KeptReference.of(bare, rows);
      }
    }
    ReferenceFile.write(file, identity, read);
    return read;
  }

  private List<EncodedExample> rows(Start start) {
    BatchPlan plan =
        start
            .plan()
            .orElseThrow(
                () ->
                    new ConfigException(
                        "autotune: is not for a reference that reads all rows before training;"
                            + " name a reference model, or leave it out"))
            .get();
    if (plan.windows() > 1) {
      throw new ConfigException(
          "the reference: so many rows are read again in each epoch, and what it says of them is"
              + " not kept; name a reference model");
    }
    Stream<EncodedExample> learned = plan.window(0, 0).stream().flatMap(List::stream);
    return evaluation == null
        ? learned.toList()
        : Stream.concat(learned, evaluation.rows().stream()).toList();
  }
}
