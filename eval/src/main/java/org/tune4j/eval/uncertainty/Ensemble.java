package org.tune4j.eval.uncertainty;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.Unlabelled;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Labeller;
import org.tune4j.engine.predict.Prediction;

/**
 * Several opinions on each example: a deep ensemble, models that were trained from other seeds
 * (Lakshminarayanan et al. 2017), or one model's passes with dropout on (Gal and Ghahramani 2016).
 * The models stay the caller's.
 */
public final class Ensemble {
  private final HeadTask task;
  private final List<Member> members;

  /** Says something of each example, in their order. */
  private interface Member {
    List<Prediction> predict(List<EncodedExample> examples);
  }

  private Ensemble(HeadTask task, List<Member> members) {
    if (members.size() < 2) {
      throw new ConfigException("ensemble: wanted at least 2 members, found " + members.size());
    }
    this.task = task;
    this.members = List.copyOf(members);
  }

  /**
   * Models as members.
   *
   * @param models with equal heads
   * @param task what their heads say
   * @throws ConfigException if there are less than two, or one has no such head
   */
  public static Ensemble of(List<BoundModel> models, HeadTask task) {
    return new Ensemble(
        task,
        models.stream()
            .map(
                model -> {
                  HeadPredictor predictor = predictor(model, task);
                  return (Member) examples -> predictor.predict(model, examples);
                })
            .toList());
  }

  /**
   * A model's passes as members, each of which drops something else, in the way and as often as in
   * training.
   *
   * @param task what its head says
   * @param passes at least 2
   * @param seed what is dropped is a function of it, and of the rows that are predicted together
   * @throws ConfigException if the model has no such head, or nothing that drops anything
   */
  public static Ensemble mcDropout(BoundModel model, HeadTask task, int passes, long seed) {
    if (!model.hasDropout()) {
      throw new ConfigException(
          "mc_dropout: the model drops nothing, so that all passes would say the same; wanted an"
              + " adapter with lora_dropout above 0");
    }
    HeadPredictor predictor = predictor(model, task);
    return new Ensemble(
        task,
        IntStream.range(0, passes)
            .mapToObj(
                pass ->
                    (Member) examples -> predictor.predictWithDropout(model, examples, seed, pass))
            .toList());
  }

  private static HeadPredictor predictor(BoundModel model, HeadTask task) {
    return new HeadPredictor(
        HeadObjective.of(task, HeadLoss.of(task), model.architecture().head()));
  }

  /**
   * The same with each member's probabilities calibrated.
   *
   * @throws ConfigException if they say numbers
   */
  public Ensemble with(TemperatureScaling scaling) {
    if (task instanceof HeadTask.Regression) {
      throw new ConfigException("temperature: numbers have none, wanted a task of labels");
    }
    UnaryOperator<Prediction> calibrate = said -> calibrated(said, scaling);
    return new Ensemble(
        task,
        members.stream()
            .map(
                member ->
                    (Member) examples -> member.predict(examples).stream().map(calibrate).toList())
            .toList());
  }

  private Prediction calibrated(Prediction said, TemperatureScaling scaling) {
    float[][] outputs = new float[said.outputs().length][];
    for (int judged = 0; judged < outputs.length; judged++) {
      outputs[judged] =
          task instanceof HeadTask.MultiLabel
              ? scaling.eachRescaled(said.outputs()[judged])
              : scaling.rescaled(said.outputs()[judged]);
    }
    return new Prediction(said.example(), said.tokens(), outputs, said.loss());
  }

  /**
   * What all members say of each example, in their order.
   *
   * @param examples all with a target, or none
   */
  public List<EnsemblePrediction> predict(List<EncodedExample> examples) {
    List<List<Prediction>> all = members.stream().map(member -> member.predict(examples)).toList();
    return IntStream.range(0, examples.size())
        .mapToObj(i -> new EnsemblePrediction(task, all.stream().map(each -> each.get(i)).toList()))
        .toList();
  }

  /**
   * Labels rows, in their order, as {@link Labeller#label} does.
   *
   * @param labeller reads the rows and names the labels; of this ensemble's task
   * @param use is told of each
   */
  public void label(Labeller labeller, Examples examples, Consumer<EnsembleJudgement> use) {
    labeller.read(
        examples,
        rows -> {
          List<EnsemblePrediction> said = predict(rows.stream().map(Unlabelled::tokens).toList());
          for (int i = 0; i < said.size(); i++) {
            Prediction mean = said.get(i).mean();
            use.accept(
                EnsembleJudgement.of(
                    labeller.judgement(rows.get(i), mean),
                    said.get(i),
                    labeller.judged(rows.get(i), mean)));
          }
        });
  }
}
