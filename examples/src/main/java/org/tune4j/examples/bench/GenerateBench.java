package org.tune4j.examples.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Times greedy generation after prompts of equal length, and weighs the process. The first run is
 * cold.
 *
 * @param weights how the model's matrices are held
 * @param data rows with {@code question} and {@code answer}, of which prompts are made
 * @param idsOut where prompts and new ids go
 */
public record GenerateBench(
    Path model,
    Path data,
    DType dtype,
    WeightFormat weights,
    int batch,
    int promptTokens,
    int newTokens,
    int runs,
    Optional<Path> idsOut) {
  public GenerateBench {
    for (int value : new int[] {batch, promptTokens, runs}) {
      if (value < 1) {
        throw new ConfigException(
            "batch, prompt_tokens and runs: wanted at least 1, found " + value);
      }
    }
    if (newTokens < 2) {
      throw new ConfigException("new_tokens: wanted at least 2, found " + newTokens);
    }
  }

  /** Runs the benchmark: the figures of its JSON line, in order. */
  public Map<String, Object> run() {
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm loaded = CausalLm.load(model, dtype, "cpu", weights);
        BoundModel bound = new BoundModel(loaded, null, null)) {
      List<int[]> prompts = BenchPrompts.of(data, tokenizer, batch, promptTokens);
      List<Map<String, Object>> all = new ArrayList<>();
      List<Generated> generated = List.of();
      double first = 0;
      for (int run = 0; run < runs; run++) {
        Clock clock = new Clock();
        generated =
            new Generator(bound)
                .generate(prompts, LongStream.range(0, batch).toArray(), config(), clock::token);
        first = run == 0 ? clock.firstFromProcessStart : first;
        all.add(clock.figures(batch, newTokens));
      }
      if (idsOut.isPresent()) {
        write(idsOut.get(), prompts, generated);
      }
      long peak = ProcessMemory.peakResidentBytes().orElse(0);
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("mode", "generate");
      line.put("dtype", PrecisionChoice.name(dtype));
      line.put("weights", weights.lowerName());
      line.put("batch", batch);
      line.put("prompt_tokens", promptTokens);
      line.put("new_tokens", newTokens);
      line.put("tokens_per_s", median(all));
      line.putAll(limit(loaded, median(all) / batch));
      line.put("first_token_from_process_start_s", rounded(first, 2));
      line.put("peak_rss_mib", peak >> 20);
      line.put("runs", all);
      return line;
    }
  }

  /** A step reads every weight once, but an embedding that is not the output layer too. */
  private Map<String, Object> limit(CausalLm loaded, double stepsPerSecond) {
    Architecture architecture = loaded.architecture();
    long looked = architecture.tied() ? 0 : architecture.embeddingSlot().elements() * dtype.bytes();
    long bytes = weights.bytes(architecture, dtype) - looked;
    double bandwidth = MemoryBandwidth.measure();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("weights_read_mib_per_step", bytes >> 20);
    figures.put("memory_gb_per_s", rounded(bandwidth / 1e9, 1));
    figures.put("share_of_memory_limit", rounded(stepsPerSecond * bytes / bandwidth, 2));
    return figures;
  }

  private GenerationConfig config() {
    return GenerationConfig.builder().maxNewTokens(newTokens).endOfText(Set.of()).build();
  }

  private static double median(List<Map<String, Object>> all) {
    List<Double> warm =
        all.stream()
            .skip(all.size() > 1 ? 1 : 0)
            .map(run -> (Double) run.get("decode_tokens_per_s"))
            .sorted()
            .toList();
    return warm.get(warm.size() / 2);
  }

  private static void write(Path path, List<int[]> prompts, List<Generated> generated) {
    try {
      new ObjectMapper()
          .writeValue(
              path.toFile(),
              Map.of(
                  "prompts",
                  prompts,
                  "generated",
                  generated.stream().map(Generated::newIds).toList()));
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  static double rounded(double value, int digits) {
    return Double.parseDouble(String.format(Locale.ROOT, "%." + digits + "f", value));
  }

  /** When the first and the last token came. */
  private static final class Clock {
    private final long start = System.nanoTime();
    private long first;
    private long last;
    private double firstFromProcessStart;

    void token(int row, int id) {
      last = System.nanoTime();
      if (first == 0) {
        first = last;
        Instant process = ProcessHandle.current().info().startInstant().orElse(Instant.now());
        firstFromProcessStart = Duration.between(process, Instant.now()).toMillis() / 1e3;
      }
    }

    Map<String, Object> figures(int batch, int newTokens) {
      double decode = (last - first) / 1e9;
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("prefill_s", rounded((first - start) / 1e9, 3));
      figures.put("decode_s", rounded(decode, 3));
      figures.put("decode_tokens_per_s", rounded(batch * (newTokens - 1) / decode, 1));
      return figures;
    }
  }
}
