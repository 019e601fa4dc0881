package org.tune4j.lora;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * VeRA (Kopiczko et al., 2024): LoRA whose A and B are random, frozen and shared by all layers;
 * learned are a vector between them and one after them.
 *
 * @param r rank
 * @param targetModules where; null for the model family's, as LoRA has them
 * @param projectionPrngKey what A and B are a function of: the same numbers as PEFT's
 * @param saveProjection whether files hold A and B, too
 * @param veraDropout share of the input's entries that the update does not see in training
 * @param dInitial what the vector between A and B begins as
 * @param bias which biases are trained along
 * @param modulesToSave modules that are trained as full copies, by the last steps of their path
 * @param layersToTransform block numbers; empty for all
 * @param initWeights whether the model begins as the base; else the vectors begin as random numbers
 *     and ones
 */
public record VeraConfig(
    int r,
    TargetModules targetModules,
    int projectionPrngKey,
    boolean saveProjection,
    double veraDropout,
    double dInitial,
    Bias bias,
    List<String> modulesToSave,
    List<Integer> layersToTransform,
    boolean initWeights)
    implements WeightMethod {
  static final Set<String> KEYS =
      Set.of(
          "r",
          "target_modules",
          "projection_prng_key",
          "save_projection",
          "vera_dropout",
          "d_initial",
          "bias",
          "modules_to_save",
          "layers_to_transform",
          "init_weights");

  /** Which biases are trained along. */
  public enum Bias {
    NONE,
    ALL,
    VERA_ONLY
  }

  public VeraConfig {
    modulesToSave = List.copyOf(modulesToSave);
    layersToTransform = List.copyOf(layersToTransform);
    if (r < 1 || r > 1 << 16) {
      throw new ConfigException("r: wanted 1 to 65536, found " + r);
    }
    if (!(veraDropout >= 0 && veraDropout <= 0.99)) {
      throw new ConfigException("vera_dropout: wanted 0 to 0.99, found " + veraDropout);
    }
    if (!Double.isFinite(dInitial)) {
      throw new ConfigException("d_initial: wanted a finite number, found " + dInitial);
    }
  }

  /** PEFT's defaults. */
  public VeraConfig(int r, TargetModules targetModules) {
    this(r, targetModules, 0, true, 0, 0.1, Bias.NONE, List.of(), List.of(), true);
  }

  static VeraConfig read(AdapterJson json) {
    Bias bias =
        switch (json.text("bias", "none")) {
          case "none" -> Bias.NONE;
          case "all" -> Bias.ALL;
          case "vera_only" -> Bias.VERA_ONLY;
          default -> throw json.wrong("bias", "none, all or vera_only", json.json().get("bias"));
        };
    return new VeraConfig(
        json.whole("r", 256),
        json.modules("target_modules"),
        json.whole("projection_prng_key", 0),
        json.flag("save_projection", true),
        json.number("vera_dropout", 0),
        json.number("d_initial", 0.1),
        bias,
        json.names("modules_to_save"),
        json.integers("layers_to_transform"),
        json.flag("init_weights", true));
  }

  @Override
  public String peftType() {
    return "VERA";
  }

  @Override
  public WeightAdapter on(Architecture architecture) {
    return new Adapter(this, architecture);
  }

  @Override
  public Map<String, Object> keys(WeightAdapter adapter) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("r", r);
    keys.put("target_modules", AdapterJson.written(targetModules, adapter.modules()));
    keys.put("projection_prng_key", projectionPrngKey);
    keys.put("save_projection", saveProjection);
    keys.put("vera_dropout", veraDropout);
    keys.put("d_initial", dInitial);
    keys.put("bias", bias.name().toLowerCase(java.util.Locale.ROOT));
    if (!layersToTransform.isEmpty()) {
      keys.put("layers_to_transform", layersToTransform);
    }
    if (!initWeights) {
      keys.put("init_weights", false);
    }
    return keys;
  }

  /** VeRA on one model. */
  private static final class Adapter extends SiteAdapter {
    private final VeraConfig config;
    private final ModuleSites sites;
    private final List<TensorSlot> projections;
    private final Map<String, Tensor> projectionValues = new LinkedHashMap<>();

    Adapter(VeraConfig config, Architecture architecture) {
      this.config = config;
      TargetModules targets =
          Optional.ofNullable(config.targetModules)
              .orElseGet(() -> LoraSites.defaultTargets(architecture));
      List<String> existing = ModuleSites.linear(targets, architecture);
      this.sites =
          new ModuleSites(
              new ModuleSites.Choice(targets, null, config.modulesToSave, config.layersToTransform),
              architecture,
              existing);
      sites.requireAny(existing);
      List<LinearLayer> adapted = new ArrayList<>();
      forEachGroup(architecture, group -> adapted.addAll(Layers.of(group, sites).layers()));
      int inputs = adapted.stream().mapToInt(LinearLayer::inputs).max().orElseThrow();
      int outputs = adapted.stream().mapToInt(LinearLayer::outputs).max().orElseThrow();
      this.projections =
          List.of(projection("vera_A", config.r, inputs), projection("vera_B", outputs, config.r));
      forEachGroup(architecture, this::join);
    }

    private TensorSlot projection(String name, long rows, long columns) {
      TensorSlot slot = TensorSlot.whole("base_model." + name, rows, columns);
      return config.saveProjection ? slot : new TensorSlot(slot.name(), slot.shape(), List.of());
    }

    private void join(LinearGroup group) {
      Layers adapted = Layers.of(group, sites);
      if (adapted.layers().isEmpty()) {
        return;
      }
      List<TensorSlot> vectors = new ArrayList<>();
      for (LinearLayer layer : adapted.layers()) {
        String name = PeftFiles.PREFIX + layer.module();
        vectors.add(TensorSlot.whole(name + ".vera_lambda_d", config.r));
        vectors.add(gate(TensorSlot.whole(name + ".vera_lambda_b", layer.outputs()), 0));
      }
      SiteKernel.Saved t = new SiteKernel.Saved(config.r, false);
      SiteKernel.Saved mask = new SiteKernel.Saved(group.inputs(), true);
      put(
          group.name(),
          new SiteKernel(
              "vera",
              "%s, %s, %s".formatted(adapted.starts(), adapted.ends(), config.veraDropout),
              vectors,
              config.veraDropout > 0 ? List.of(t, mask) : List.of(t),
              List.of(),
              projections,
              adapted.widest() + 3L * config.r));
    }

    @Override
    public boolean hasDropout() {
      return config.veraDropout > 0;
    }

    @Override
    public WeightMethod method() {
      return config;
    }

    @Override
    ModuleSites targeted() {
      return sites;
    }

    @Override
    public List<Trainable> trainedWeights() {
      return sites.trainedWeights(
          (tensor, module) ->
              switch (config.bias) {
                case NONE -> false;
                case ALL -> tensor.endsWith(".bias");
                case VERA_ONLY -> tensor.endsWith(".bias") && sites.isAdapted(module);
              });
    }

    @Override
    public void prepare(CausalLm base, TensorScope scope) {
      String root =
          """
            def projections(self: __torch__.Root, sizes: Tensor) -> Tuple[Tensor, Tensor]:
              return __torch__.vera.projections(int(sizes[0]), int(sizes[1]), int(sizes[2]), int(sizes[3]))
          """;
      Map<String, String> sources =
          KernelSources.read(
              KernelModule.class,
              "/org/tune4j/engine/kernels",
              "linear",
              "quantised",
              "int8",
              "nf4",
              "dropout");
      sources.putAll(kernelSources());
      try (KernelModule module = KernelModule.load("vera", sources, root);
          TensorScope work = TensorScope.open()) {
        long[] sizes = {
          config.projectionPrngKey,
          config.r,
          projections.get(0).shape().get(1),
          projections.get(1).shape().get(0)
        };
        List<Tensor> drawn = module.call(work, "projections", work.longs(sizes));
        for (int i = 0; i < projections.size(); i++) {
          TensorSlot slot = projections.get(i);
          Tensor value = TensorOps.zeros(scope, base.dtype(), slot.sizes());
          TensorOps.copy(value, drawn.get(i));
          projectionValues.put(slot.name(), value);
        }
      }
    }

    @Override
    public Tensor constant(TensorSlot slot) {
      return projectionValues.get(slot.name());
    }

    @Override
    public float[] initialValue(TensorSlot parameter, long seed) {
      float[] values = new float[Math.toIntExact(parameter.elements())];
      boolean between = parameter.name().endsWith("_d");
      if (config.initWeights) {
        Arrays.fill(values, between ? (float) config.dInitial : 0);
      } else if (!between) {
        Arrays.fill(values, 1);
      } else {
        SplittableRandom random = random(parameter, seed);
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextGaussian();
        }
      }
      return values;
    }
  }
}
