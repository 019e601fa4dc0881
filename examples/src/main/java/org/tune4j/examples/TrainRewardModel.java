package org.tune4j.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.PairEvaluation;
import org.tune4j.examples.encoder.SmallEncoder;
import org.tune4j.full.FullRun;
import org.tune4j.full.FullTrainer;
import org.tune4j.rlhf.reward.model.BradleyTerry;
import org.tune4j.rlhf.reward.model.RewardEncoder;
import org.tune4j.rlhf.reward.model.RewardModelLoss;

/**
 * Trains a small BERT from nothing as a reward model: of two reviews of the same thing the one that
 * praises is the better one. Measures it on pairs that it has not seen.
 */
public final class TrainRewardModel {
  private static final long SEED = 11;
  private static final DataConfig DATA = DataConfig.builder().maxLength(256).build();
  private static final TrainConfig TRAINING =
      TrainConfig.builder()
          .learningRate(1e-3)
          .warmupSteps(10)
          .numTrainEpochs(3)
          .perDeviceTrainBatchSize(8)
          .seed(SEED)
          .build();

  private TrainRewardModel() {}

  /** Arguments: a folder to work in, in which there is no {@code reward} yet. */
  public static void main(String[] arguments) throws IOException {
    Path work = Files.createDirectories(Path.of(arguments[0]));
    Path train = DemoRows.preferences(work.resolve("pairs.jsonl"), 2000, false);
    Path heldOut = DemoRows.preferences(work.resolve("held-out-pairs.jsonl"), 400, true);
    run(encoder(work, train), train, heldOut, work.resolve("reward"));
    System.exit(0);
  }

  /** A BERT of random weights that knows the characters of these rows. */
  static Path encoder(Path work, Path pairs) throws IOException {
    Path encoder = work.resolve("encoder");
    SmallEncoder.writeUntrained(work.resolve("encoder-files"), encoder, texts(pairs));
    return encoder;
  }

  private static List<String> texts(Path pairs) throws IOException {
    List<String> texts = new ArrayList<>();
    for (String line : Files.readAllLines(pairs)) {
      new ObjectMapper().readTree(line).forEach(text -> texts.add(text.textValue()));
    }
    return texts;
  }

  /** Trains, and prints and returns what was reached. */
  static Map<String, Double> run(Path model, Path train, Path heldOut, Path runFolder) {
    return run(model, train, heldOut, runFolder, TRAINING);
  }

  /** The same with another training. */
  static Map<String, Double> run(
      Path model, Path train, Path heldOut, Path runFolder, TrainConfig training) {
    try (CausalLm base =
            CausalLm.load(model, DType.FLOAT32, "cpu", new HeadTask.Regression(), SEED);
        Tokenizer tokenizer = Tokenizer.load(model);
        FullRun run =
            new FullTrainer(base, tokenizer, model, training)
                .data(DATA)
                .loss(RewardModelLoss.of(tokenizer, base.architecture(), new BradleyTerry(0.01)))
                .listener(new UpdateLines())
                .train(new DataFiles().open(train), runFolder)) {
      Map<String, Double> values =
          new PairEvaluation(
                  EncodedExamples.all(
                      new DataFiles().open(heldOut),
                      new RewardEncoder(tokenizer, DATA, base.architecture()),
                      DATA),
                  base.architecture())
              .evaluate(run.model());
      values.forEach(
          (name, value) -> System.out.println(String.format(Locale.ROOT, "%s %.4f", name, value)));
      return values;
    }
  }
}
