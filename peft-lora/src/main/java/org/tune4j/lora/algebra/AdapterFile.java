package org.tune4j.lora.algebra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BaseSample;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.UpdatesOnly;
import org.tune4j.lora.WeightMethods;

/**
 * A LoRA adapter as its files have it, without the base: the sites it updates, and full copies of
 * modules that were trained along.
 */
final class AdapterFile implements AutoCloseable {
  private static final String LORA = ".lora_";
  private static final String BASE = ".base_layer.weight";

  private final Path folder;
  private final ObjectNode json;
  private final LoraConfig config;
  private final SafetensorsFile file;
  private final Optional<BaseSample> base;
  private final SortedMap<String, Site> sites = new TreeMap<>();
  private final SortedMap<String, TensorInfo> copies = new TreeMap<>();

  /**
   * Where an adapter has an update, {@code scaling B A}.
   *
   * @param isEmbedding whether it reads tokens, which PEFT's names tell
   */
  record Site(
      String module, boolean isEmbedding, long outputs, long inputs, int rank, double scaling) {
    String nameOfA() {
      return name('A');
    }

    String nameOfB() {
      return name('B');
    }

    private String name(char factor) {
      return PeftFiles.PREFIX
          + module
          + (isEmbedding ? ".lora_embedding_" + factor : ".lora_" + factor + ".weight");
    }
  }

  private AdapterFile(Path folder, ObjectNode json, LoraConfig config, SafetensorsFile file) {
    this.folder = folder;
    this.json = json;
    this.config = config;
    this.file = file;
    this.base = BaseSample.read(folder);
    for (TensorInfo tensor : file.tensors().values()) {
      String name = tensor.name();
      if (!name.startsWith(PeftFiles.PREFIX)) {
        throw fault("unexpected tensor " + Shortened.text(name));
      }
      String path = name.substring(PeftFiles.PREFIX.length());
      int end = path.lastIndexOf(LORA);
      if (end > 0) {
        Site site =
            site(path.substring(0, end), path.substring(end).startsWith(".lora_embedding_"));
        if (!name.equals(site.nameOfA()) && !name.equals(site.nameOfB())) {
          throw fault("unexpected tensor " + Shortened.text(name));
        }
        sites.put(site.module, site);
      } else if (!path.endsWith(BASE)) {
        copies.put(name, tensor);
      }
    }
    if (sites.isEmpty()) {
      throw fault("has no lora_A and lora_B");
    }
    if (!copies.isEmpty() && config.modulesToSave().isEmpty()) {
      throw fault(
          "unexpected tensor "
              + Shortened.text(copies.firstKey())
              + ": adapter_config.json names no modules_to_save");
    }
  }

  /**
   * Opens an adapter.
   *
   * @throws ModelFormatException if its files are not valid or do not go together, or if it is more
   *     than updates {@code B A} of the base that it names
   */
  static AdapterFile open(Path folder) {
    Path configFile = folder.resolve("adapter_config.json");
    ObjectNode json = PeftFiles.readConfig(folder);
    String type = json.path("peft_type").asText();
    if (!type.equals("LORA")) {
      throw new ModelFormatException(
          configFile + ": peft_type: wanted LORA, found " + Shortened.text(type));
    }
    LoraConfig config = (LoraConfig) WeightMethods.read(configFile, json);
    UpdatesOnly.fault(config)
        .ifPresent(
            fault -> {
              throw new ModelFormatException(
                  "%s: %s, as only updates of the base are combined".formatted(configFile, fault));
            });
    SafetensorsFile file = PeftFiles.open(folder);
    try {
      return new AdapterFile(folder, json, config, file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private Site site(String module, boolean isEmbedding) {
    Site named = new Site(module, isEmbedding, 0, 0, config.rank(module), config.scaling(module));
    if (config.targetModules() != null && !config.targetModules().matches(module)) {
      throw fault(
          "has an update at "
              + Shortened.text(module)
              + ", which target_modules does not name (matrices of experts are not combined)");
    }
    long[] a = shape(named.nameOfA());
    long[] b = shape(named.nameOfB());
    if (a[0] != named.rank || b[1] != named.rank) {
      throw fault(
          "%s: adapter_config.json says rank %d, the file has A %s and B %s"
              .formatted(
                  Shortened.text(module), named.rank, a[0] + " x " + a[1], b[0] + " x " + b[1]));
    }
    return new Site(module, isEmbedding, b[0], a[1], named.rank, named.scaling);
  }

  private long[] shape(String name) {
    TensorInfo info = file.tensors().get(name);
    if (info == null) {
      throw fault("missing tensor " + Shortened.text(name));
    }
    if (info.shape().length != 2 || info.elements() == 0) {
      throw fault("tensor " + Shortened.text(info) + ": wanted a matrix");
    }
    if (!StoredTensors.isWeightType(info.dtype())) {
      throw fault("tensor " + Shortened.text(info) + ": its element type is not supported");
    }
    return info.shape();
  }

  private ModelFormatException fault(String what) {
    return new ModelFormatException(file.path() + ": " + what);
  }

  /**
   * A and B as they are stored, in fp64.
   *
   * @throws ModelFormatException if a number is not finite
   */
  LowRank factors(Site site, TensorScope scope) {
    return new LowRank(read(site.nameOfB(), scope), read(site.nameOfA(), scope));
  }

  /** The update {@code scaling B A}. */
  LowRank update(Site site, TensorScope scope) {
    LowRank factors = factors(site, scope);
    return new LowRank(LowRank.scaled(scope, factors.b(), site.scaling), factors.a());
  }

  private Tensor read(String name, TensorScope scope) {
    Tensor tensor = TensorOps.zeros(scope, DType.FLOAT64, file.tensors().get(name).shape());
    StoredTensors.fill(tensor, file, name);
    return tensor;
  }

  Path folder() {
    return folder;
  }

  ObjectNode json() {
    return json;
  }

  /** What the base is known by, if that was noted. */
  Optional<BaseSample> base() {
    return base;
  }

  LoraConfig config() {
    return config;
  }

  SafetensorsFile file() {
    return file;
  }

  /** By module. */
  Map<String, Site> sites() {
    return sites;
  }

  /** The tensors of modules that were trained as full copies. */
  Map<String, TensorInfo> copies() {
    return copies;
  }

  @Override
  public void close() {
    file.close();
  }
}
