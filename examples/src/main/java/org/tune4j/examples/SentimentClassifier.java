package org.tune4j.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.LabelEncoder;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.LabelEvaluation;
import org.tune4j.eval.robustness.HeadClassifier;
import org.tune4j.eval.robustness.TextClassifier;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.LoraRun;
import org.tune4j.lora.LoraTrainer;

/** The demo model with a head that says whether a review praises or blames; close it. */
final class SentimentClassifier implements AutoCloseable {
  private static final long SEED = 11;
  static final DataConfig DATA = DataConfig.builder().maxLength(256).build();
  private static final HeadTask TASK =
      new HeadTask.SingleLabel(new Labels(List.of("negative", "positive")));
  private static final LoraConfig LORA =
      LoraConfig.builder().r(16).loraAlpha(32).targetModules("all-linear").build();

  private final CausalLm base;
  private final Tokenizer tokenizer;
  private final LoraRun run;

  private SentimentClassifier(CausalLm base, Tokenizer tokenizer, LoraRun run) {
    this.base = base;
    this.tokenizer = tokenizer;
    this.run = run;
  }

  /**
   * Trains with LoRA.
   *
   * @param adversarialEpsilon how far texts are moved against the model; 0 for not at all
   */
  static SentimentClassifier train(
      Path model,
      ExampleSource rows,
      TrainConfig training,
      double adversarialEpsilon,
      Path runFolder) {
    CausalLm base = CausalLm.load(model, DType.FLOAT32, "cpu", TASK, SEED);
    Tokenizer tokenizer = Tokenizer.load(model);
    LoraRun run =
        new LoraTrainer(base, tokenizer, LORA, training)
            .data(DATA)
            .head(TASK)
            .adversarialEpsilon(adversarialEpsilon)
            .train(rows, runFolder);
    return new SentimentClassifier(base, tokenizer, run);
  }

  /** Loss, accuracy and macro F1 on rows. */
  Map<String, Double> evaluate(Path rows) {
    LabelEncoder encoder = new LabelEncoder(tokenizer, DATA, TASK);
    return new LabelEvaluation(
            EncodedExamples.all(new DataFiles().open(rows), encoder, DATA),
            TASK,
            HeadObjective.of(TASK, HeadLoss.of(TASK), base.architecture().head()))
        .evaluate(run.model());
  }

  /** What attacks ask. */
  TextClassifier attacked() {
    return new HeadClassifier(run.model(), tokenizer, TASK, DATA);
  }

  @Override
  public void close() {
    run.close();
    tokenizer.close();
    base.close();
  }
}
