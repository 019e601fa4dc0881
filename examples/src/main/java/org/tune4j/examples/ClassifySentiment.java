package org.tune4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.testdata.DemoFiles;

/**
 * Gives the small bilingual demo model a head that says whether a review praises or blames, trains
 * it with LoRA, and measures accuracy and macro F1 on reviews that it has not seen.
 */
public final class ClassifySentiment {
  static final TrainConfig TRAINING =
      TrainConfig.builder()
          .learningRate(3e-3)
          .numTrainEpochs(1)
          .perDeviceTrainBatchSize(16)
          .build();

  private ClassifySentiment() {}

  /** Arguments: a folder to work in, in which there is no {@code sentiment} yet. */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    Path train = DemoRows.sentiment(work.resolve("train.jsonl"), 1000, false);
    Path heldOut = DemoRows.sentiment(work.resolve("held-out.jsonl"), 400, true);
    run(model, train, heldOut, work.resolve("sentiment"));
    System.exit(0);
  }

  /** Trains, and prints and returns what was reached. */
  static Map<String, Double> run(Path model, Path train, Path heldOut, Path runFolder) {
    try (SentimentClassifier classifier =
        SentimentClassifier.train(model, new DataFiles().open(train), TRAINING, 0, runFolder)) {
      Map<String, Double> values = classifier.evaluate(heldOut);
      values.forEach(
          (name, value) -> System.out.println(String.format(Locale.ROOT, "%s %.4f", name, value)));
      return values;
    }
  }
}
