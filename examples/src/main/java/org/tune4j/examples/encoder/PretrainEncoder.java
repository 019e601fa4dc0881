package org.tune4j.examples.encoder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.Columns;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.HashSplit;
import org.tune4j.engine.data.source.RowTable;
import org.tune4j.engine.data.source.RowTables;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.objective.HeadLoss.CrossEntropy;
import org.tune4j.engine.objective.TokenClassification;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.report.MetricsFile;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.TrainLoop;
import org.tune4j.examples.UpdateLines;

/**
 * Pre-trains a small BERT from nothing, by this engine, on the texts of a file of reviews and one
 * of tagged sentences, as {@code docs/heads.md} has it. The reviews that {@code classify --val-size
 * 0.1} holds out are left out here too.
 *
 * <p>Arguments: a work folder (goes on there when stopped), the folder to write, the number of
 * updates, a CSV file with the columns {@code label} and {@code review}, and an IOB2 file.
 */
public final class PretrainEncoder {
  private static final long SEED = 42;
  private static final double HELD_OUT = 0.1;
  private static final int LENGTH = 128;
  private static final int BATCH = 32;
  private static final int FEWEST = 3;

  /** So often each text is masked, each time in other places. */
  private static final int MASKINGS = 4;

  private PretrainEncoder() {}

  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path target = Path.of(arguments[1]);
    long updates = Long.parseLong(arguments[2]);
    List<String> texts = texts(Path.of(arguments[3]), Path.of(arguments[4]));
    Path folder = work.resolve("encoder");
    List<String> vocabulary = CharacterTokenizer.vocabulary(texts, FEWEST);
    CharacterTokenizer.write(folder, vocabulary);
    SmallEncoder.writeConfig(folder, vocabulary.size());
    TrainConfig config =
        TrainConfig.builder()
            .learningRate(1e-3)
            .lrSchedulerType(Schedule.Type.LINEAR)
            .warmupSteps(200)
            .maxSteps(updates)
            .perDeviceTrainBatchSize(BATCH)
            .optimizer(new AdamW.Settings(0.9, 0.98, 1e-6, 0.01))
            .seed(SEED)
            .saveSteps(1000)
            .saveTotalLimit(1)
            .build();
    try (Tokenizer tokenizer = Tokenizer.load(folder);
        CausalLm model = CausalLm.empty(Architectures.read(folder), DType.FLOAT32);
        TrainableTensors weights =
            new TrainableTensors(
                TrainableWeights.all(model.architecture()), model.dtype(), model.scope());
        BoundModel bound = new BoundModel(model, null, weights);
        Optimizer optimizer = config.optimizer().optimizer(weights, model.scope());
        RunFolder run = RunFolder.open(work, true);
        MetricsFile metrics = new MetricsFile(work)) {
      SmallEncoder.initialise(weights);
      AtomicFolder.Content export = out -> SmallEncoder.write(out, folder, weights);
      BatchPlan plan =
          BatchPlan.of(
              masked(texts, tokenizer, vocabulary.size()),
              new BatchConfig(SEED, BATCH, BATCH, Optional.empty(), LENGTH, true));
      new TrainLoop(
              config,
              RunIdentity.of(model),
              bound,
              weights,
              new TokenClassification(CrossEntropy.PLAIN),
              optimizer,
              plan,
              run,
              export,
              null,
              List.of(metrics, new UpdateLines()))
          .run(true);
      AtomicFolder.write(target, export);
    }
    System.exit(0);
  }

  private static List<String> texts(Path reviews, Path sentences) {
    ExampleSource columns =
        new Columns(Map.of("label", "label", "text", "review")).over(new DataFiles().open(reviews));
    DataConfig skipping = DataConfig.builder().skipBadRows(true).build();
    BadRows bad = new BadRows(BadRows.Policy.SKIP);
    HashSplit.Sides sides = new HashSplit(HELD_OUT, SEED).of(RowTables.of(bad, columns), bad);
    List<String> texts = new ArrayList<>();
    sides.evaluation().close();
    try (RowTable train = sides.train();
        Examples read = Examples.of(train, skipping)) {
      read.all().forEach(row -> texts.add(((ExampleForm.Labelled) row.form()).text()));
    }
    try (Examples read = Examples.of(new DataFiles().open(sentences), skipping)) {
      read.all()
          .forEach(row -> texts.add(String.join("", ((ExampleForm.Tagged) row.form()).tokens())));
    }
    return texts;
  }

  /** Texts in pieces of at most {@link #LENGTH} tokens, each some times. */
  private static List<EncodedExample> masked(
      List<String> texts, Tokenizer tokenizer, int vocabulary) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<EncodedExample> rows = new ArrayList<>();
    for (String text : texts) {
      int[] ids = tokenizer.ids(text, true);
      for (int from = 0; from < ids.length; from += LENGTH - 2) {
        int to = Math.min(ids.length, from + LENGTH - 2);
        int[] piece = new int[to - from + 2];
        piece[0] = CharacterTokenizer.SPECIAL.indexOf("[CLS]");
        System.arraycopy(ids, from, piece, 1, to - from);
        piece[piece.length - 1] = CharacterTokenizer.SPECIAL.indexOf("[SEP]");
        for (int i = 0; i < MASKINGS; i++) {
          rows.add(MaskedTokens.of(piece, rows.size(), vocabulary, random));
        }
      }
    }
    return rows;
  }
}
