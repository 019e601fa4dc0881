package org.tune4j.lora;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ExpertFeedForward;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * LoRA on one model: {@code y += scaling * x A^T B^T} at the modules that the configuration names.
 */
public final class LoraAdapter extends SiteAdapter {
  private static final Set<Role> ZERO_AT_REST = EnumSet.of(Role.B, Role.EMBEDDING_A);
  private final LoraConfig config;
  private final Architecture architecture;
  private final LoraSites sites;
  private final Map<String, Role> roles = new LinkedHashMap<>();
  private final DoraMagnitudes magnitudes = new DoraMagnitudes();
  private final WeightStart start;
  private final TokenRows tokens;

  /** What a tensor is for, which decides how it starts. */
  private enum Role {
    A,
    B,
    EMBEDDING_A,
    EMBEDDING_B
  }

  /**
   * Binds a configuration to a model.
   *
   * @throws org.tune4j.engine.ConfigException if it matches no module; the message lists those that
   *     exist
   */
  public LoraAdapter(LoraConfig asked, Architecture architecture) {
    this.config = ExpertTargets.resolve(asked, architecture);
    this.architecture = architecture;
    this.sites = new LoraSites(config, architecture);
    this.start = new WeightStart(config.initLoraWeights(), sites);
    for (BlockSpec block : architecture.blocks()) {
      block.groups().forEach(this::join);
      LoraSites.experts(block).ifPresent(this::joinExperts);
    }
    architecture.head().dense().ifPresent(layer -> join(LinearGroup.of(layer)));
    join(architecture.headGroup());
    if (sites.isAdapted(architecture.embedding().module())) {
      joinEmbedding();
    }
    this.tokens =
        new TokenRows(
            "trainable_token_indices",
            config.trainableTokenIndices(),
            architecture,
            ".token_adapter");
    tokens.join(this, sites);
  }

  public LoraConfig config() {
    return config;
  }

  @Override
  public WeightMethod method() {
    return config;
  }

  @Override
  ModuleSites targeted() {
    return sites;
  }

  Architecture architecture() {
    return architecture;
  }

  /** What a module's update is multiplied with. */
  public double scaling(String module) {
    return sites.scaling(module);
  }

  int rank(String module) {
    return sites.rank(module);
  }

  private void join(LinearGroup group) {
    Layers adapted = Layers.of(group, sites);
    if (adapted.layers().isEmpty()) {
      return;
    }
    List<TensorSlot.Part> parts = new ArrayList<>();
    List<TensorSlot> slots = new ArrayList<>();
    List<Integer> ranks = new ArrayList<>();
    List<Double> scalings = new ArrayList<>();
    long rows = 0;
    for (LinearLayer layer : adapted.layers()) {
      int rank = sites.rank(layer.module());
      String name = PeftFiles.PREFIX + layer.module();
      parts.add(
          new TensorSlot.Part(
              name + ".lora_A.weight", rows, List.of((long) rank, (long) layer.inputs())));
      slots.add(slot(Role.B, name + ".lora_B.weight", layer.outputs(), rank));
      ranks.add(rank);
      scalings.add(sites.scaling(layer.module()));
      rows += rank;
    }
    TensorSlot a =
        new TensorSlot(
            PeftFiles.PREFIX + group.name() + ".lora_A",
            List.of(rows, (long) group.inputs()),
            parts);
    roles.put(a.name(), Role.A);
    slots.add(0, a);
    SiteKernel.Saved t = new SiteKernel.Saved(rows, false);
    SiteKernel.Saved mask = new SiteKernel.Saved(group.inputs(), true);
    SiteKernel kernel =
        new SiteKernel(
            "lora",
            "%s, %s, %s, %s, %s"
                .formatted(adapted.starts(), adapted.ends(), ranks, scalings, config.loraDropout()),
            slots,
            config.loraDropout() > 0 ? List.of(t, mask) : List.of(t));
    if (config.useDora()) {
      kernel = magnitudes.join(kernel, group, adapted.layers());
      magnitudes.slots().forEach(this::undecayed);
    } else if (config.initLoraWeights().isOfWeight()) {
      kernel = start.join(kernel, group, adapted);
    }
    put(group.name(), kernel);
  }

  /** Where both are adapted, PEFT wraps the first parameter's module in that of the second. */
  private void joinExperts(ExpertFeedForward part) {
    boolean both =
        sites.isAdaptedParameter(part.in().name()) && sites.isAdaptedParameter(part.out().name());
    joinExperts(part.router(), 1, "");
    joinExperts(part.in(), part.routing().experts(), both ? ".base_layer" : "");
    joinExperts(part.out(), part.routing().experts(), "");
  }

  private void joinExperts(TensorSlot weight, int experts, String wrapped) {
    String path = weight.name();
    if (!sites.isAdaptedParameter(path)) {
      return;
    }
    int rank = sites.rank(path);
    long outputs = weight.shape().get(0) / experts;
    String name = PeftFiles.PREFIX + path.substring(0, path.lastIndexOf('.')) + wrapped;
    put(
        path,
        new SiteKernel(
            "lora_experts",
            rank + ", " + sites.scaling(path),
            List.of(
                slot(Role.A, name + ".lora_A.weight", (long) experts * rank, weight.shape().get(1)),
                slot(Role.B, name + ".lora_B.weight", outputs, (long) experts * rank)),
            List.of()));
  }

  private void joinEmbedding() {
    String module = architecture.embedding().module();
    if (config.useDora() || config.initLoraWeights().isOfWeight()) {
      throw new ConfigException(
          "target_modules: an embedding, %s, has neither use_dora nor init_lora_weights pissa or olora"
              .formatted(module));
    }
    if (config.loraplusLrRatio() != 1) {
      throw new ConfigException(
          "loraplus_lr_ratio: wanted no embedding among target_modules, found " + module);
    }
    int rank = sites.rank(module);
    String name = PeftFiles.PREFIX + module;
    putAtEmbedding(
        new SiteKernel(
            "lora_embedding",
            String.valueOf(sites.scaling(module)),
            List.of(
                slot(
                    Role.EMBEDDING_A,
                    name + ".lora_embedding_A",
                    rank,
                    architecture.vocabularySize()),
                slot(
                    Role.EMBEDDING_B, name + ".lora_embedding_B", architecture.hiddenSize(), rank)),
            List.of()));
  }

  private TensorSlot slot(Role role, String name, long rows, long columns) {
    roles.put(name, role);
    TensorSlot slot = TensorSlot.whole(name, rows, columns);
    return ZERO_AT_REST.contains(role) && isPlain() ? gate(slot, 0) : slot;
  }

  /** DoRA scales rows besides, and PiSSA and OLoRA take what they started as from the base. */
  private boolean isPlain() {
    return !config.useDora() && !config.initLoraWeights().isOfWeight();
  }

  @Override
  boolean isIdle(SiteKernel site, CausalLm base, TrainableTensors weights) {
    return tokens.owns(site)
        ? tokens.areBase(site, base, weights)
        : super.isIdle(site, base, weights);
  }

  @Override
  public boolean hasDropout() {
    return config.loraDropout() > 0;
  }

  @Override
  List<String> calledKernels() {
    return List.of("lora", "token_rows");
  }

  @Override
  boolean isHiddenMatrix(TensorSlot slot, SiteKernel kernel) {
    return roles.containsKey(slot.name());
  }

  @Override
  public List<Trainable> trainedWeights() {
    return sites
        .trainedWeights(
            (tensor, module) ->
                switch (config.bias()) {
                  case NONE -> false;
                  case ALL -> tensor.endsWith(".bias");
                  case LORA_ONLY -> tensor.endsWith(".bias") && sites.isAdapted(module);
                })
        .stream()
        .map(each -> each.withRate(rate(each.slot())))
        .toList();
  }

  /** As PEFT's {@code create_loraplus_optimizer} divides them. */
  @Override
  double rate(TensorSlot slot) {
    boolean isFast = roles.get(slot.name()) == Role.B || slot.shape().size() == 1;
    return isFast ? config.loraplusLrRatio() : 1;
  }

  @Override
  public void prepare(CausalLm base, TensorScope scope) {
    start.prepare(base, scope);
  }

  @Override
  public Tensor constant(TensorSlot slot) {
    return start.constant(slot);
  }

  @Override
  public Tensor exactConstant(TensorSlot slot) {
    return start.exact(slot);
  }

  @Override
  public void begin(BoundModel model, TrainableTensors weights, long seed) {
    super.begin(model, weights, seed);
    start.begin(weights);
    magnitudes.begin(model, weights);
    tokens.begin(model.base(), weights);
  }

  @Override
  public float[] initialValue(TensorSlot parameter, long seed) {
    float[] values = new float[Math.toIntExact(parameter.elements())];
    Role role = roles.get(parameter.name());
    if (role == null) {
      return values;
    }
    SplittableRandom random = random(parameter, seed);
    int rank = Math.toIntExact(parameter.shape().get(1));
    switch (role) {
      case A -> {
        if (config.initLoraWeights() == LoraConfig.Init.GAUSSIAN) {
          gaussianByPart(parameter, values, random);
        } else {
          Draws.uniform(values, 1 / Math.sqrt(parameter.shape().get(1)), random);
        }
      }
      case B -> {
        if (config.initLoraWeights() == LoraConfig.Init.RANDOM) {
          Draws.uniform(values, 1 / Math.sqrt(rank), random);
        }
      }
      case EMBEDDING_A -> {
        if (config.initLoraWeights() == LoraConfig.Init.RANDOM) {
          Draws.gaussian(values, 1, random);
        }
      }
      case EMBEDDING_B -> Draws.gaussian(values, 1, random);
    }
    return values;
  }

  private static void gaussianByPart(TensorSlot a, float[] values, SplittableRandom random) {
    int columns = Math.toIntExact(a.shape().get(1));
    for (TensorSlot.Part part : a.parts()) {
      int from = Math.toIntExact(part.firstRow()) * columns;
      int to = from + Math.toIntExact(part.elements());
      Draws.gaussian(values, from, to, 1.0 / part.rows(), random);
    }
  }
}
