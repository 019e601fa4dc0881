package org.tune4j.examples.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.PreferenceEncoder;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Turns;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainStep;
import org.tune4j.lora.Lora;
import org.tune4j.lora.LoraConfig;
import org.tune4j.rlhf.preference.DpoConfig;
import org.tune4j.rlhf.preference.DpoLoss;
import org.tune4j.rlhf.preference.PreferenceObjective;

/**
 * Times DPO of an adapter with the bare model as reference, and weighs the process.
 *
 * @param batch pairs an update
 * @param steps updates; the first two are warm-up
 */
public record DpoBench(
    Path model,
    Path data,
    DType dtype,
    int batch,
    int steps,
    int maxLength,
    int rank,
    double beta) {
  private static final int WARM_UP = 2;
  private static final double RATE = 5e-5;

  /** Runs the benchmark: the figures of its JSON line, in order. */
  public Map<String, Object> run() {
    LoraConfig config =
        LoraConfig.builder().r(rank).loraAlpha(2.0 * rank).targetModules("all-linear").build();
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, dtype);
        Lora lora = Lora.create(base, config, 0);
        BoundModel bare = new BoundModel(base, null, null);
        AdamW optimizer =
            new AdamW(lora.weights(), new AdamW.Settings(0.9, 0.999, 1e-8, 0), base.scope())) {
      List<EncodedExample> pairs = pairs(tokenizer);
      PreferenceObjective objective =
          PreferenceObjective.of(
              new DpoLoss(DpoConfig.builder().beta(beta).build()), bare, maxLength);
      TrainStep step =
          new TrainStep(lora.model(), lora.weights(), objective, optimizer, Recompute.NONE, 1, 0);
      List<StepResult> results = new ArrayList<>();
      List<Double> margins = new ArrayList<>();
      double firstStep = 0;
      for (int s = 0; s < steps; s++) {
        Batch now = Batch.of(pairs.subList(s * batch, (s + 1) * batch));
        results.add(step.run(List.of(now), s, RATE, Double.POSITIVE_INFINITY));
        margins.add(rounded(objective.figures().get("rewards/margins"), 5));
        if (s == 0) {
          firstStep =
              (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime())
                  / 1e3;
        }
      }
      return figures(results, margins, firstStep, lora.weights().parameters());
    }
  }

  private Map<String, Object> figures(
      List<StepResult> results, List<Double> margins, double firstStep, long trainable) {
    List<StepResult> timed = results.subList(Math.min(WARM_UP, results.size() - 1), results.size());
    double seconds = timed.stream().mapToDouble(StepResult::seconds).sum();
    long tokens = timed.stream().mapToLong(StepResult::tokens).sum();
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("mode", "dpo");
    line.put("dtype", PrecisionChoice.name(dtype));
    line.put("batch", batch);
    line.put("steps", steps);
    line.put("pairs_per_s", rounded((double) timed.size() * batch / seconds, 3));
    line.put("tokens_per_s", rounded(tokens / seconds, 1));
    line.put("first_step_s", rounded(firstStep, 2));
    line.put("peak_rss_mib", ProcessMemory.peakResidentBytes().orElse(0) >> 20);
    line.put("trainable", trainable);
    line.put("loss", results.stream().map(r -> rounded(r.loss(), 4)).toList());
    line.put("margin", margins);
    return line;
  }

  private List<EncodedExample> pairs(Tokenizer tokenizer) {
    List<JsonNode> rows = rows(batch * steps + 1);
    PreferenceEncoder encoder =
        new PreferenceEncoder(tokenizer, DataConfig.builder().maxLength(maxLength).build(), true);
    List<EncodedExample> pairs = new ArrayList<>();
    for (int p = 0; p < batch * steps; p++) {
      int row = p % (rows.size() - 1);
      ExampleForm form =
          new ExampleForm.Preference(
              says("user", text(rows, row, "question")),
              says("assistant", text(rows, row, "answer")),
              says("assistant", text(rows, row + 1, "answer")));
      try {
        encoder
            .encode(new Example(p, data.toString(), row + 1, form, ChatContext.NONE))
            .kept()
            .ifPresent(pairs::add);
      } catch (BadColumnException e) {
        throw new ConfigException(data + ":" + (row + 1) + ": " + e.getMessage());
      }
    }
    if (pairs.size() < batch * steps) {
      throw new ConfigException(
          "%s: %d pairs lose an answer within max_length %d"
              .formatted(data, batch * steps - pairs.size(), maxLength));
    }
    return pairs;
  }

  private String text(List<JsonNode> rows, int row, String column) {
    JsonNode text = rows.get(row).path(column);
    if (!text.isTextual()) {
      throw new ConfigException(
          "%s:%d: wanted texts in question and answer, found none in %s"
              .formatted(data, row + 1, column));
    }
    return text.textValue();
  }

  private static Turns says(String role, String text) {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    return new Turns.Messages(List.of(message.put("role", role).put("content", text)));
  }

  private List<JsonNode> rows(int wanted) {
    ObjectMapper json = new ObjectMapper();
    List<JsonNode> rows = new ArrayList<>();
    try (Stream<String> lines = Files.lines(data)) {
      for (String line : lines.limit(wanted).toList()) {
        rows.add(json.readTree(line));
      }
    } catch (IOException e) {
      throw new StorageException(data + ": cannot be read: " + e.getMessage(), e);
    }
    if (rows.size() < 2) {
      throw new ConfigException(data + ": wanted at least 2 rows, found " + rows.size());
    }
    return rows;
  }

  private static double rounded(double value, int digits) {
    double scale = Math.pow(10, digits);
    return Math.round(value * scale) / scale;
  }
}
