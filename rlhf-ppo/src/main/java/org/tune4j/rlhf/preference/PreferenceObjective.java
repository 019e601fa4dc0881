package org.tune4j.rlhf.preference;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.RatedDocument;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.ForwardActivations;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A loss of judged answers over batches, without dropout. Both answers of a pair are documents of
 * one flat batch; the reference reads it first and keeps nothing but log-probabilities. The loss is
 * the mean over the pairs of a step, or its answers where each is judged alone; that of chosen
 * tokens the mean over the tokens of the step. What compares all answers of a batch (AOT, KTO's
 * divergence) has those of a micro-batch, as TRL does it.
 */
public final class PreferenceObjective implements Objective {
  private static final Logger LOG = LoggerFactory.getLogger(PreferenceObjective.class);
  private final PreferenceLoss loss;
  private final ReferencePolicy reference;
  private final int maxLength;
  private double stepCount;
  private int stepNllTokens;
  private PreferenceFigures figures = new PreferenceFigures();

  /** In which of training and evaluation one was told of. */
  private final Set<String> toldOfLoneRow = new HashSet<>();

  /**
   * A loss.
   *
   * @param reference of the policy's vocabulary
   * @param maxLength most tokens of a document that is put together here
   */
  PreferenceObjective(PreferenceLoss loss, ReferencePolicy reference, int maxLength) {
    this.loss = loss;
    this.reference = reference;
    this.maxLength = maxLength;
  }

  /**
   * A loss beside a model that stays as it is.
   *
   * @param reference null for a loss that needs none; stays open as long as this is used
   * @param maxLength most tokens of a document
   * @throws ConfigException if there is none for a loss that needs one
   */
  public static PreferenceObjective of(PreferenceLoss loss, BoundModel reference, int maxLength) {
    if (reference == null && loss.usesReference()) {
      throw new ConfigException("the reference: wanted a model for " + loss + ", found none");
    }
    return new PreferenceObjective(
        loss, reference == null ? ReferencePolicy.NONE : new ModelReference(reference), maxLength);
  }

  @Override
  public double weight(Batch batch) {
    return loss.count(batch);
  }

  @Override
  public void begin(List<Batch> step) {
    figures = new PreferenceFigures();
    stepCount = step.stream().mapToDouble(this::weight).sum();
    stepNllTokens = step.stream().mapToInt(this::nllTokens).sum();
  }

  @Override
  public Map<String, Double> figures() {
    return figures.means();
  }

  private int nllTokens(Batch batch) {
    return loss.nllWeight() == 0 ? 0 : AnswerRows.nllTokens(batch, loss.nllOfPrompt());
  }

  /** What a nat of chosen tokens counts where so many of them stand beside so many losses. */
  private double nllShare(double count, int tokens) {
    return tokens == 0 ? 0 : loss.nllWeight() * count / tokens;
  }

  /** What is known of a batch before the policy reads it. */
  private record Prepared(
      Batch batch, AnswerRows answers, int[] rows, double[] references, double kl) {}

  /**
   * @param during training or evaluation, for messages
   */
  private Prepared prepare(BoundModel model, BatchTensors tensors, String during) {
    Batch batch = tensors.batch();
    AnswerRows answers = AnswerRows.of(batch);
    if (batch.rated().isEmpty() || Arrays.stream(answers.lengths()).anyMatch(n -> n == 0)) {
      throw new ConfigException(
          "preference learning: a batch has documents without a rating, or without an answer");
    }
    if (loss.isPaired() && !batch.rated().stream().allMatch(RatedDocument::isPaired)) {
      throw new ConfigException(
          "preference learning: %s compares two answers, and a batch has one that is judged alone;"
                  .formatted(loss)
              + " wanted are pairs, or kto");
    }
    int prompts = loss.nllWeight() > 0 && loss.nllOfPrompt() ? answers.prompts().length : 0;
    int[] rows = Arrays.copyOf(answers.rows(), answers.rows().length + prompts);
    System.arraycopy(answers.prompts(), 0, rows, answers.rows().length, prompts);
    double[] references =
        loss.usesReference() ? reference.logProbs(batch) : new double[answers.rows().length];
    return new Prepared(
        batch, answers, rows, references, loss.usesKl() ? kl(model, batch, during) : 0);
  }

  /** How much likelier the policy finds unrelated answers than the reference does, on average. */
  private double kl(BoundModel model, Batch batch, String during) {
    List<EncodedExample> unrelated = UnrelatedAnswers.of(batch, maxLength);
    if (unrelated.isEmpty()) {
      tellOfLoneRow(batch, during);
      return 0;
    }
    Batch answers = Batch.of(unrelated);
    // Not closed: the model is another's.
    double[] policy = new ModelReference(model).logProbs(answers);
    double[] before = reference.logProbs(answers);
    return (DoubleStream.of(policy).sum() - DoubleStream.of(before).sum()) / unrelated.size();
  }

  /** Its own answer would hide all that the loss could see of it. */
  private void tellOfLoneRow(Batch batch, String during) {
    if (toldOfLoneRow.add(during)) {
      LOG.warn(
          "kto: {}: no answer to another prompt is in its micro-batch, whose divergence is taken for"
              + " 0; said once of {}",
          batch.sources().get(0),
          during);
    }
  }

  /** From the log-probabilities of all rows to what is learned. */
  private AnswerLesson lesson(Prepared prepared, double[] logProbs, double nllShare) {
    return AnswerLesson.of(
        loss,
        prepared.batch.rated(),
        prepared.answers.lengths(),
        Arrays.copyOf(logProbs, prepared.answers.rows().length),
        prepared.references,
        prepared.kl,
        nllShare);
  }

  /** Of chosen answers, and of their prompts where these are learned. */
  private static double nll(Prepared prepared, AnswerLesson lesson, double[] logProbs) {
    return lesson.nll()
        - Arrays.stream(logProbs, prepared.answers.rows().length, logProbs.length).sum();
  }

  @Override
  public LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    Prepared prepared = prepare(model, batch, "training");
    int count = loss.count(prepared.batch);
    int nllTokens = nllTokens(prepared.batch);
    double nllShare =
        stepCount > 0 ? nllShare(stepCount, stepNllTokens) : nllShare(count, nllTokens);
    try (TensorScope work = model.workScope()) {
      ForwardActivations activations = model.forward(batch, recompute, null, work);
      Tensor hidden = activations.hidden();
      Tensor gradient = TensorOps.zeros(work, hidden.dtype(), hidden.shape());
      TokenPass pass =
          new TokenPass(
              model, hidden, prepared.rows, AnswerRows.targets(prepared.batch, prepared.rows));
      double[] logProbs = pass.logProbs(gradient);
      AnswerLesson lesson = lesson(prepared, logProbs, nllShare);
      double[] byToken = Arrays.copyOf(lesson.byToken(), prepared.rows.length);
      Arrays.fill(byToken, lesson.byToken().length, byToken.length, -nllShare);
      pass.backward(Arrays.stream(byToken).map(each -> each * scale).toArray(), gradient);
      model.backward(activations, gradient);
      double nll = nll(prepared, lesson, logProbs);
      figures.add(prepared.batch.rated(), lesson);
      figures.addNll(nll, nllTokens);
      if (loss.usesKl()) {
        figures.addKl(prepared.kl, count);
      }
      return sum(lesson, nllShare * nll, count);
    }
  }

  private static LossSum sum(AnswerLesson lesson, double nll, int count) {
    return new LossSum(DoubleStream.of(lesson.graded().losses()).sum() + nll, count);
  }

  @Override
  public LossSum loss(BoundModel model, BatchTensors batch) {
    return judge(model, batch, new PreferenceFigures());
  }

  /** The loss of a batch alone, with what is told of it besides. */
  LossSum judge(BoundModel model, BatchTensors batch, PreferenceFigures told) {
    Prepared prepared = prepare(model, batch, "evaluation");
    int count = loss.count(prepared.batch);
    int nllTokens = nllTokens(prepared.batch);
    double nllShare = nllShare(count, nllTokens);
    try (TensorScope work = model.workScope()) {
      double[] logProbs =
          new TokenPass(
                  model,
                  model.hidden(batch, work),
                  prepared.rows,
                  AnswerRows.targets(prepared.batch, prepared.rows))
              .logProbs();
      AnswerLesson lesson = lesson(prepared, logProbs, nllShare);
      double nll = nll(prepared, lesson, logProbs);
      told.add(prepared.batch.rated(), lesson);
      told.addNll(nll, nllTokens);
      if (loss.usesKl()) {
        told.addKl(prepared.kl, count);
      }
      return sum(lesson, nllShare * nll, count);
    }
  }
}
