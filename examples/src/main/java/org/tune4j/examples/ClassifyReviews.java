package org.tune4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.LabelEncoder;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.predict.Labeller;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.LabelEvaluation;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.LoraRun;
import org.tune4j.lora.LoraTrainer;
import org.tune4j.testdata.DemoFiles;
import org.tune4j.testdata.Language;

/**
 * Gives the small bilingual demo model a head that says what a review is about and whether it
 * praises or blames, trains it with LoRA, and labels reviews that it has not seen.
 */
public final class ClassifyReviews {
  private static final long SEED = 11;

  private ClassifyReviews() {}

  /** Arguments: a folder to work in, in which there is no {@code reviews} yet. */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    Path train = reviews(work.resolve("train.jsonl"), 1000, false);
    Path heldOut = reviews(work.resolve("held-out.jsonl"), 200, true);
    run(model, train, heldOut, work.resolve("reviews"), 1);
    System.exit(0);
  }

  /** Rows of a review and its label, such as {@code negative price}; the same number of each. */
  static Path reviews(Path file, int count, boolean heldOut) throws IOException {
    return DemoRows.reviews(
        file,
        count,
        heldOut,
        review ->
            review.sentiment().word(Language.ENGLISH)
                + " "
                + review.aspect().word(Language.ENGLISH));
  }

  /** Trains, and prints what was reached. */
  static Map<String, Double> run(
      Path model, Path train, Path heldOut, Path runFolder, double epochs) {
    ExampleSource rows = new DataFiles().open(train);
    ExampleSource unseen = new DataFiles().open(heldOut);
    DataConfig data = DataConfig.builder().maxLength(256).build();
    Labels labels = LabelEncoder.labels(rows, data);
    HeadTask task = new HeadTask.SingleLabel(labels);
    LoraConfig lora = LoraConfig.builder().r(16).loraAlpha(32).targetModules("all-linear").build();
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(3e-3)
            .numTrainEpochs(epochs)
            .perDeviceTrainBatchSize(16)
            .build();
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32, "cpu", task, SEED);
        Tokenizer tokenizer = Tokenizer.load(model)) {
      Evaluation evaluation =
          new LabelEvaluation(
              EncodedExamples.all(unseen, new LabelEncoder(tokenizer, data, task), data),
              task,
              HeadObjective.of(task, HeadLoss.of(task), base.architecture().head()));
      LoraTrainer trainer = new LoraTrainer(base, tokenizer, lora, training).data(data).head(task);
      try (LoraRun run = trainer.train(rows, runFolder);
          Examples examples = Examples.of(unseen, data)) {
        System.out.println(run.lora().trainableParameters());
        Map<String, Double> values = evaluation.evaluate(run.lora().model());
        values.forEach(
            (name, value) ->
                System.out.println(String.format(Locale.ROOT, "%s %.4f", name, value)));
        new Labeller(run.lora().model(), tokenizer, task, data)
            .label(examples, said -> System.out.println(said.where() + " " + said.labels().get(0)));
        return values;
      }
    }
  }
}
