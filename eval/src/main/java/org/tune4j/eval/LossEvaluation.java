package org.tune4j.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.LengthBatches;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.Evaluation;

/**
 * The loss on held-out examples: {@code eval_loss}, the mean negative log-likelihood of all
 * labelled tokens in nats, each token counting the same, and {@code eval_perplexity}, its
 * exponential.
 *
 * <p>Sums are added up, never means, so how examples are batched changes the result by rounding
 * only. (transformers' {@code eval_loss} is a mean of batch means, and does depend on the batches.)
 */
public final class LossEvaluation implements Evaluation {
  /** The tokens of a batch unless another number is given. */
  public static final int DEFAULT_TOKENS_PER_BATCH = LengthBatches.DEFAULT_TOKENS;

  private final List<Batch> batches;

  /** The loss on these examples, in batches of {@value #DEFAULT_TOKENS_PER_BATCH} tokens. */
  public LossEvaluation(List<EncodedExample> examples) {
    this(examples, DEFAULT_TOKENS_PER_BATCH);
  }

  /**
   * The loss on these examples.
   *
   * @param tokensPerBatch most tokens of a batch; an example that is longer is a batch of its own
   * @throws ConfigException if no example has a label
   */
  public LossEvaluation(List<EncodedExample> examples, int tokensPerBatch) {
    List<EncodedExample> labelled = examples.stream().filter(e -> e.labelCount() > 0).toList();
    if (labelled.isEmpty()) {
      throw new ConfigException(
          "evaluation: none of " + examples.size() + " held-out examples has a labelled token");
    }
    this.batches = LengthBatches.of(labelled, tokensPerBatch).stream().map(Batch::of).toList();
  }

  @Override
  public Map<String, Double> evaluate(BoundModel model) {
    CausalLmObjective objective = new CausalLmObjective();
    LossSum loss = LossSum.NONE;
    for (Batch batch : batches) {
      try (TensorScope work = model.workScope()) {
        loss = loss.plus(objective.loss(model, model.upload(batch, work)));
      }
    }
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("eval_loss", loss.mean());
    values.put("eval_perplexity", Math.exp(loss.mean()));
    return values;
  }
}
