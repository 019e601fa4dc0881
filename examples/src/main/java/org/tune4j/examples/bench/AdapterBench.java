package org.tune4j.examples.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeHeap;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.lora.AdapterBank;
import org.tune4j.lora.LoraAdapter;
import org.tune4j.lora.LoraConfig;

/**
 * Weighs adapters on one base, and times swaps and generation with them. The adapters are random,
 * at all linear layers.
 *
 * @param adapters how many
 * @param r their rank
 * @param batch prompts at once, each with another adapter where they are mixed
 * @param newTokens tokens that are added to each
 */
public record AdapterBench(Path model, DType dtype, int adapters, int r, int batch, int newTokens) {
  private static final int PROMPT_TOKENS = 64;
  private static final int SWAPS = 11;

  public AdapterBench {
    if (adapters < 1 || batch < 1 || newTokens < 2) {
      throw new ConfigException(
          "adapters and batch: wanted at least 1, new_tokens at least 2, found %d, %d, %d"
              .formatted(adapters, batch, newTokens));
    }
  }

  /** Runs the benchmark: the figures of its JSON line, in order. */
  public Map<String, Object> run() {
    Path parent = temporary();
    try {
      return run(parent);
    } finally {
      DemoFolder.delete(parent);
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("tune4j-adapters-");
    } catch (IOException e) {
      throw new StorageException("No temporary folder can be made: " + e.getMessage(), e);
    }
  }

  private Map<String, Object> run(Path parent) {
    try (CausalLm base = CausalLm.load(model, dtype);
        AdapterBank bank = new AdapterBank(base)) {
      List<Path> folders = folders(parent, base.architecture());
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("mode", "adapters");
      line.put("dtype", PrecisionChoice.name(dtype));
      line.put("adapters", adapters);
      line.put("r", r);
      tokensPerSecond(bank, List.of());
      line.put("tokens_per_s_base", tokensPerSecond(bank, List.of()));
      long held = NativeHeap.bytesInUse().orElse(0);
      long before = resident();
      for (int i = 0; i < adapters; i++) {
        bank.load("adapter" + i, folders.get(i));
      }
      long after = resident();
      line.put("base_rss_mib", before >> 20);
      line.put("adapters_mib", bank.bytes() >> 20);
      line.put("rss_mib", after >> 20);
      line.put("native_more_mib", (NativeHeap.bytesInUse().orElse(0) - held) >> 20);
      line.put("activate_ms", median(i -> bank.activate("adapter" + i % adapters)));
      line.put("replace_ms", median(i -> bank.replace("adapter0", folders.get(i % adapters))));
      bank.activate("adapter0");
      line.put("tokens_per_s_one", tokensPerSecond(bank, List.of()));
      List<String> names =
          IntStream.range(0, batch).mapToObj(i -> "adapter" + i % adapters).toList();
      line.put("batch", batch);
      line.put("tokens_per_s_mixed", tokensPerSecond(bank, names));
      return line;
    }
  }

  private static long resident() {
    return ProcessMemory.residentBytes().orElse(0);
  }

  private interface Swap {
    void swap(int run);
  }

  private static double median(Swap swap) {
    List<Double> all = new ArrayList<>();
    for (int i = 0; i < SWAPS; i++) {
      long start = System.nanoTime();
      swap.swap(i);
      all.add((System.nanoTime() - start) / 1e6);
    }
    Collections.sort(all);
    return GenerateBench.rounded(all.get(SWAPS / 2), 2);
  }

  private double tokensPerSecond(AdapterBank bank, List<String> names) {
    Random random = new Random(5);
    int vocabulary = bank.base().architecture().vocabularySize();
    List<int[]> prompts =
        IntStream.range(0, batch)
            .mapToObj(i -> random.ints(PROMPT_TOKENS, 0, vocabulary).toArray())
            .toList();
    GenerationConfig config =
        GenerationConfig.builder().maxNewTokens(newTokens).endOfText(Set.of()).build();
    long[] first = new long[1];
    new Generator(bank.model(), names)
        .generate(
            prompts,
            IntStream.range(0, batch).asLongStream().toArray(),
            config,
            (row, id) -> first[0] = first[0] == 0 ? System.nanoTime() : first[0]);
    double seconds = (System.nanoTime() - first[0]) / 1e9;
    return GenerateBench.rounded(batch * (newTokens - 1) / seconds, 1);
  }

  /** Adapters in files, made without native memory, which would be found among the adapters'. */
  private List<Path> folders(Path parent, Architecture architecture) {
    List<Path> folders = new ArrayList<>();
    LoraConfig config = LoraConfig.builder().r(r).targetModules("all-linear").build();
    LoraAdapter adapter = new LoraAdapter(config, architecture);
    try {
      for (int i = 0; i < adapters; i++) {
        Path folder = Files.createDirectory(parent.resolve("adapter" + i));
        write(folder, adapter, i);
        folders.add(folder);
      }
    } catch (IOException e) {
      throw new StorageException("Adapters cannot be written: " + e.getMessage(), e);
    }
    return folders;
  }

  private void write(Path folder, LoraAdapter adapter, int seed) throws IOException {
    Map<String, Object> config =
        Map.of("peft_type", "LORA", "r", r, "lora_alpha", r, "target_modules", "all-linear");
    new ObjectMapper().writeValue(folder.resolve("adapter_config.json").toFile(), config);
    List<TensorToWrite> tensors = new ArrayList<>();
    for (Trainable parameter : adapter.parameters()) {
      for (TensorSlot.Part part : parameter.slot().parts()) {
        tensors.add(tensor(part, seed));
      }
    }
    SafetensorsWriter.write(
        folder.resolve("adapter_model.safetensors"), Map.of("format", "pt"), tensors);
  }

  private static TensorToWrite tensor(TensorSlot.Part part, int seed) {
    return new TensorToWrite(
        part.name(),
        StoredType.F32,
        part.sizes(),
        (offset, into) -> {
          SplittableRandom random =
              new SplittableRandom(31L * seed + part.name().hashCode() + offset);
          while (into.hasRemaining()) {
            into.putFloat((float) random.nextDouble(-0.04, 0.04));
          }
        });
  }
}
