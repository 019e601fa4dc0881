package org.tune4j.lora;

import static org.tune4j.engine.misuse.Misuse.argument;
import static org.tune4j.engine.misuse.Misuse.config;
import static org.tune4j.engine.misuse.Misuse.format;
import static org.tune4j.engine.misuse.Misuse.harmless;
import static org.tune4j.engine.misuse.Misuse.missing;
import static org.tune4j.engine.misuse.Misuse.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.misuse.Misuse;
import org.tune4j.engine.misuse.MisuseRun;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;

/** Adapters and runs of them that cannot be meant; the argument is a folder for files. */
final class LoraMisuseProgram {
  private final Path folder;
  private final CausalLm base = TinyBase.model(false);
  private final Tokenizer tokenizer;

  private LoraMisuseProgram(Path folder) throws IOException {
    this.folder = folder;
    this.tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
  }

  public static void main(String[] arguments) throws IOException {
    MisuseRun.all(new LoraMisuseProgram(Path.of(arguments[0])).all());
  }

  private List<Misuse> all() {
    return List.of(
        config("rank of 0", "r: wanted", () -> lora().r(0).build()),
        config("negative rank", "-8", () -> lora().r(-8).build()),
        config("dropout of 1", "lora_dropout", () -> lora().loraDropout(1).build()),
        config("negative dropout", "lora_dropout", () -> lora().loraDropout(-0.1).build()),
        config("dropout that is no number", "NaN", () -> lora().loraDropout(Double.NaN).build()),
        config("endless alpha", "lora_alpha", () -> lora().loraAlpha(1 / 0.).build()),
        config(
            "rank pattern of 0",
            "rank_pattern.q",
            () -> lora().rankPattern(Map.of("q", 0)).build()),
        config(
            "module that is not there", "foo_proj", () -> create(lora().targetModules("foo_proj"))),
        config("block that is not there", "99", () -> create(lora().layersToTransform(99))),
        new Misuse(
            "absurd rank", () -> create(lora().r(Integer.MAX_VALUE)), Tune4jException.class, ""),
        missing("adapter on no model", "base", () -> Lora.create(null, lora().build(), 1)),
        missing("adapter of no kind", "", () -> Lora.create(base, null, 1)),
        state(
            "adapter on a closed model",
            "closed",
            () -> Lora.create(closedBase(), lora().build(), 1)),
        missing("bank on no model", "", () -> new AdapterBank(null)),
        state("bank on a closed model", "closed", () -> new AdapterBank(closedBase())),
        state("bank after closing", "closed", () -> TinyBase.logits(closedBank().model())),
        state(
            "adapter for a closed bank",
            "closed",
            () -> withLora(lora -> closedBank().add("a", lora))),
        config(
            "adapter that is not in the bank",
            "'b': wanted one of []",
            () -> {
              try (AdapterBank bank = new AdapterBank(base)) {
                bank.activate("b");
              }
            }),
        missing("method that is none", "", () -> PeftModel.create(base, null, 1)),
        state(
            "method on a closed model",
            "closed",
            () -> PeftModel.create(closedBase(), new VeraConfig(4, null), 1)),
        config(
            "token beyond the vocabulary",
            "found 260",
            () -> PeftModel.create(base, new TrainableTokensConfig(260), 1)),
        config(
            "more singular vectors than there are",
            "rank_pattern",
            () -> create(lora().r(33).initLoraWeights(LoraConfig.Init.PISSA))),
        new Misuse(
            "any adapter from nowhere",
            () -> PeftModel.load(base, folder.resolve("no")),
            ModelFormatException.class,
            "adapter_config.json"),
        new Misuse(
            "adapter from nowhere",
            () -> Lora.load(base, folder.resolve("no")),
            ModelFormatException.class,
            "adapter_config.json"),
        format("adapter from a text", "adapter_config.json", this::loadText),
        format("adapter without weights", "adapter_model", this::loadWithoutWeights),
        format("adapter of another model", "query_key_value", this::loadOfAnother),
        missing("adapter saved nowhere", "", () -> withLora(lora -> lora.save(null, ""))),
        harmless("adapter closed twice", () -> withLora(Lora::close)),
        state("adapter used after closing", "closed", () -> TinyBase.logits(closedLora().model())),
        state(
            "adapter saved after closing",
            "closed",
            () -> closedLora().save(folder.resolve("closed"), "")),
        state("adapter used after its base", "closed", this::afterBase),
        argument("adapter without its weights", "not among", this::withoutWeights),
        argument("adapter with the weights of another", "not among", this::withWeightsOfAnother),
        missing("merge of nothing", "lora", () -> PeftMerge.of(null)),
        state("merge of a closed adapter", "closed", () -> PeftMerge.of(closedLora())),
        state("merge used after closing", "closed", this::mergeAfterClosing),
        harmless("merge closed twice", () -> withLora(lora -> closedMerge(lora).close())),
        missing("run of no rows", "rows", () -> train(base, null, folder.resolve("a"))),
        new Misuse(
            "run of an empty file",
            () -> train(base, rows(""), folder.resolve("b")),
            DataException.class,
            ""),
        state(
            "run on a closed model",
            "closed",
            () -> train(closedBase(), rows(ROW), folder.resolve("c"))),
        new Misuse("run into a file", this::trainIntoFile, Tune4jException.class, "taken"),
        missing(
            "run of no settings",
            "",
            () -> new LoraTrainer(base, tokenizer, lora().build(), null).train(rows(ROW), folder)),
        config("evaluating without an evaluation", "eval_steps", this::trainUnevaluated));
  }

  private static final String ROW = "{\"prompt\": \"say a:\", \"completion\": \" a!\"}\n";

  private interface Use {
    void of(Lora lora);
  }

  private static LoraConfig.Builder lora() {
    return LoraConfig.builder().r(2).targetModules("all-linear");
  }

  private void create(LoraConfig.Builder config) {
    Lora.create(base, config.build(), 1).close();
  }

  private void withLora(Use use) {
    try (Lora lora = Lora.create(base, lora().build(), 1)) {
      use.of(lora);
    }
  }

  private static CausalLm closedBase() {
    CausalLm closed = TinyBase.model(false);
    closed.close();
    return closed;
  }

  private Lora closedLora() {
    Lora closed = Lora.create(base, lora().build(), 1);
    closed.close();
    return closed;
  }

  private static PeftMerge closedMerge(Lora lora) {
    PeftMerge merge = PeftMerge.of(lora);
    merge.close();
    return merge;
  }

  private void load(String name, String config) throws IOException {
    Path adapter = Files.createDirectories(folder.resolve(name));
    Files.writeString(adapter.resolve("adapter_config.json"), config);
    Lora.load(base, adapter).close();
  }

  private void loadText() throws IOException {
    load("text", "no adapter");
  }

  private void loadWithoutWeights() throws IOException {
    load("unweighted", "{\"peft_type\": \"LORA\", \"r\": 2, \"target_modules\": [\"q_proj\"]}");
  }

  private AdapterBank closedBank() {
    AdapterBank bank = new AdapterBank(base);
    bank.close();
    return bank;
  }

  private void loadOfAnother() throws IOException {
    Path adapter = folder.resolve("other");
    try (CausalLm other = TinyBase.model("gpt_neox", false, DType.FLOAT32);
        Lora lora = Lora.create(other, lora().build(), 1)) {
      lora.save(adapter, "");
    }
    Lora.load(base, adapter).close();
  }

  private void afterBase() {
    CausalLm own = TinyBase.model(false);
    Lora lora = Lora.create(own, lora().build(), 1);
    own.close();
    TinyBase.logits(lora.model());
  }

  private void withoutWeights() {
    new BoundModel(base, new LoraAdapter(lora().build(), base.architecture()), null).close();
  }

  private void withWeightsOfAnother() {
    try (CausalLm other = TinyBase.model("gpt_neox", false, DType.FLOAT32);
        Lora lora = Lora.create(other, lora().build(), 1)) {
      LoraAdapter adapter = new LoraAdapter(lora().build(), base.architecture());
      new BoundModel(base, adapter, lora.weights()).close();
    }
  }

  private void mergeAfterClosing() {
    withLora(lora -> TinyBase.logits(closedMerge(lora).model()));
  }

  private ExampleSource rows(String text) throws IOException {
    return new DataFiles().open(Files.writeString(folder.resolve("rows.jsonl"), text));
  }

  private void train(CausalLm model, ExampleSource rows, Path run) {
    TrainConfig config = TrainConfig.builder().maxSteps(1).build();
    new LoraTrainer(model, tokenizer, lora().build(), config).train(rows, run).close();
  }

  private void trainIntoFile() throws IOException {
    train(base, rows(ROW), Files.writeString(folder.resolve("taken"), ""));
  }

  private void trainUnevaluated() throws IOException {
    TrainConfig config = TrainConfig.builder().maxSteps(1).evalSteps(1).build();
    new LoraTrainer(base, tokenizer, lora().build(), config)
        .train(rows(ROW), folder.resolve("d"))
        .close();
  }
}
