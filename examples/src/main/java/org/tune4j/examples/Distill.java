package org.tune4j.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.objective.Distillation;
import org.tune4j.engine.objective.HiddenMatch;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.Trainer;
import org.tune4j.eval.CompletionEvaluation;
import org.tune4j.eval.LossEvaluation;
import org.tune4j.full.FullRun;
import org.tune4j.full.FullTrainer;
import org.tune4j.testdata.DemoFiles;

/**
 * Compresses the demo model to a tenth of its parameters: teaches it reviews, has it say once what
 * it thinks of each row, and teaches a student that begins from random weights the same rows: by
 * their labels alone, by what the teacher said too, and by its vectors besides; and says what each
 * is worth on rows that none has seen.
 */
public final class Distill {
  private static final DataConfig DATA =
      DataConfig.builder().maxLength(256).preflightAllow("duplicates").build();

  private static final int ANSWER_TOKENS = 12;
  private static final int TOP_K = 16;
  private static final long SEED = 11;
  private static final Distillation HOW = Distillation.forwardKl(2, 0.5);

  private final Tokenizer tokenizer;
  private final Path data;
  private final Path work;
  private final CompletionEvaluation answers;
  private final LossEvaluation loss;

  private Distill(Tokenizer tokenizer, Path data, Path work) {
    this.tokenizer = tokenizer;
    this.data = data;
    this.work = work;
    ExampleSource heldOut = rows("sentiment_test");
    this.answers = new CompletionEvaluation(tokenizer, DATA, heldOut, ANSWER_TOKENS);
    this.loss = new LossEvaluation(EncodedExamples.all(heldOut, tokenizer, DATA));
  }

  /** Arguments: a folder to work in, in which there is no {@code distill} yet. */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    Path data = DemoFiles.copyDataTo(work.resolve("data"));
    System.out.printf(
        "%-26s %10s %18s %6s%n", "held-out reviews", "parameters", "answers right", "loss");
    run(model, data, work.resolve("distill"), 200, 800)
        .forEach(
            (name, scores) ->
                System.out.println(
                    String.format(
                        Locale.ROOT,
                        "%-26s %,10d %16.1f %% %6.3f",
                        name,
                        scores.parameters(),
                        100 * scores.right(),
                        scores.loss())));
    System.exit(0);
  }

  /**
   * What a model is worth.
   *
   * @param right share of held-out reviews that are answered exactly
   * @param loss on held-out reviews, in nats a token
   */
  record Scores(long parameters, double right, double loss) {}

  /** The scores of the teacher, and of its student in each way to teach it. */
  static Map<String, Scores> run(
      Path model, Path data, Path work, int teacherSteps, int studentSteps) throws IOException {
    Map<String, Scores> all = new LinkedHashMap<>();
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      Distill distill = new Distill(tokenizer, data, work);
      Path taught;
      try (CausalLm base = CausalLm.load(model, DType.FLOAT32);
          FullRun run =
              distill
                  .trainer(base, model, 1e-3, teacherSteps)
                  .train(distill.rows("sentiment_train"), work.resolve("teacher"))) {
        all.put("teacher", distill.scores(run.model()));
        taught = run.folder();
      }
      Path folder = student(model, work);
      try (CausalLm student = CausalLm.load(folder, DType.FLOAT32)) {
        FullTrainer alone = distill.trainer(student, folder, 5e-3, studentSteps);
        try (FullRun run =
            alone.train(distill.rows("sentiment_train"), work.resolve("from-labels"))) {
          all.put("student, labels alone", distill.scores(run.model()));
        }
        FullTrainer guided = distill.trainer(student, folder, 5e-3, studentSteps);
        all.put("student, teacher's logits", distill.learnLogits(guided, student, taught));
        FullTrainer matched = distill.trainer(student, folder, 5e-3, studentSteps);
        all.put("student, and its vectors", distill.learnVectors(matched, taught));
      }
    }
    return all;
  }

  /** The teacher is in memory until it has read the rows, and not while the student learns. */
  private Scores learnLogits(FullTrainer trainer, CausalLm student, Path taught) {
    Path logits = work.resolve("teacher-logits.safetensors");
    trainer.distil(logits, HOW);
    try (Trainer<FullTrainer, FullRun>.Planned planned =
        trainer.plan(rows("sentiment_train"), work.resolve("from-logits"))) {
      try (CausalLm teacher = CausalLm.load(taught, DType.FLOAT32)) {
        planned.writeTeacherLogits(teacher, logits, TOP_K);
      }
      try (FullRun run = planned.train(student)) {
        return scores(run.model());
      }
    }
  }

  /** Vectors are not kept: the teacher reads each batch. */
  private Scores learnVectors(FullTrainer trainer, Path taught) {
    try (CausalLm teacher = CausalLm.load(taught, DType.FLOAT32);
        FullRun run =
            trainer
                .distil(teacher, HOW, HiddenMatch.mse(1))
                .train(rows("sentiment_train"), work.resolve("from-vectors"))) {
      return scores(run.model());
    }
  }

  /** A folder of a model a tenth as large, with the same tokens and random weights. */
  private static Path student(Path model, Path work) throws IOException {
    Path form = Files.createDirectories(work.resolve("student-form"));
    try (Stream<Path> files = Files.list(model)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (!file.toString().endsWith(".safetensors")) {
          Files.copy(file, form.resolve(file.getFileName()));
        }
      }
    }
    ObjectMapper json = new ObjectMapper();
    Path config = form.resolve("config.json");
    ObjectNode sizes = (ObjectNode) json.readTree(config.toFile());
    sizes.put("hidden_size", 64).put("intermediate_size", 160).put("num_hidden_layers", 3);
    sizes.put("num_attention_heads", 4).put("num_key_value_heads", 2).put("head_dim", 16);
    json.writeValue(config.toFile(), sizes);
    Path folder = work.resolve("student");
    try (CausalLm empty = CausalLm.empty(Architectures.read(form), DType.FLOAT32);
        TrainableTensors weights =
            new TrainableTensors(
                TrainableWeights.all(empty.architecture()), DType.FLOAT32, empty.scope())) {
      PretrainDemoBase.initialise(empty.architecture(), weights, SEED);
      AtomicFolder.write(
          folder,
          out ->
              HubFolder.write(
                  out, form, empty.architecture(), weights::master, Optional.of(DType.FLOAT32)));
    }
    return folder;
  }

  private ExampleSource rows(String name) {
    return new DataFiles().open(data.resolve(name + ".jsonl"));
  }

  private FullTrainer trainer(CausalLm base, Path source, double learningRate, int steps) {
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(learningRate)
            .lrSchedulerType(Schedule.Type.COSINE)
            .warmupSteps(20)
            .maxSteps(steps)
            .perDeviceTrainBatchSize(16)
            .seed(SEED)
            .build();
    return new FullTrainer(base, tokenizer, source, training).data(DATA);
  }

  private Scores scores(BoundModel model) {
    return new Scores(
        model.architecture().parameters(),
        answers.evaluate(model).get("eval_exact_match"),
        loss.evaluate(model).get("eval_loss"));
  }
}
