package org.tune4j.engine.soup;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.checkpoint.TensorSource;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Model soups (Wortsman et al., 2022): the mean of the weights of several checkpoints of one model,
 * of one run or of several that began at the same weights. Of adapters it is the mean of what their
 * files hold, A and B of LoRA each by itself, which is not the mean of their products (AdapterSoup,
 * Chronopoulou et al., 2023).
 */
public final class CheckpointSoup {
  private static final KernelModule KERNEL =
      KernelModule.load(
          "soup",
          KernelSources.read(CheckpointSoup.class, "/org/tune4j/engine/kernels", "soup"),
          """
            def add(self: __torch__.Root, sum: Tensor, x: Tensor, share: Tensor) -> Tensor:
              return __torch__.soup.add(sum, x, share)
          """);

  /** Positions and the like, which are the same in all checkpoints of a model. */
  private static final Set<StoredType> COUNTS =
      Set.of(StoredType.I64, StoredType.I32, StoredType.BOOL);

  private CheckpointSoup() {}

  /**
   * What a greedy soup became.
   *
   * @param kept the checkpoints that it is the mean of, the best alone first
   * @param score its own
   */
  public record Greedy(List<Path> kept, double score) {
    public Greedy {
      kept = List.copyOf(kept);
    }
  }

  /**
   * Writes the uniform mean, in the element types of the first and with what else the first folder
   * has. Sums are fp32, a tensor at a time.
   *
   * @param checkpoints two at least: folders of models, or of adapters on one base; a run's {@code
   *     checkpoint-N} is one
   * @param target is not there yet
   * @throws ConfigException if the target is there, or the folders are not checkpoints of one
   *     model: of other configurations, bases, tensors or shapes
   * @throws org.tune4j.engine.ModelFormatException if a folder is none, or a number is not finite
   */
  public static void uniform(List<Path> checkpoints, Path target) {
    requireSeveral(checkpoints, target);
    mean(checkpoints, target);
  }

  private static void requireSeveral(List<Path> checkpoints, Path target) {
    if (checkpoints.size() < 2) {
      throw new ConfigException("soup: wanted two checkpoints at least, found " + checkpoints);
    }
    if (Files.exists(target)) {
      throw new ConfigException(target + ": is there already; name a new folder");
    }
  }

  private static void mean(List<Path> checkpoints, Path target) {
    List<Ingredient> all = new ArrayList<>();
    try (TensorScope scope = TensorScope.open()) {
      for (Path folder : checkpoints) {
        all.add(Ingredient.open(folder));
        all.get(all.size() - 1).requireLike(all.get(0));
      }
      List<TensorToWrite> tensors =
          all.get(0).file().tensors().values().stream()
              .map(info -> toWrite(info, all, scope))
              .toList();
      AtomicFolder.write(target, folder -> all.get(0).writeWith(tensors, folder));
    } finally {
      all.forEach(Ingredient::close);
    }
  }

  private static TensorToWrite toWrite(TensorInfo info, List<Ingredient> all, TensorScope scope) {
    StoredType stored = info.dtype();
    if (!StoredTensors.isWeightType(stored) && !COUNTS.contains(stored)) {
      throw new ModelFormatException(
          "%s: tensor %s is stored as %s, of which there is no mean; take plain weights"
              .formatted(all.get(0).folder(), info.name(), stored));
    }
    TensorSource source =
        COUNTS.contains(stored) || info.elements() == 0
            ? (offset, into) -> all.get(0).file().read(info.name(), offset, into)
            : new Mean(info, all, scope);
    return new TensorToWrite(info.name(), stored, info.shape(), source);
  }

  /** The mean of a tensor, which is in memory while it is read. */
  private static final class Mean implements TensorSource {
    private final TensorInfo info;
    private final List<Ingredient> all;
    private final TensorScope parent;
    private TensorScope scope;
    private Tensor sum;

    Mean(TensorInfo info, List<Ingredient> all, TensorScope parent) {
      this.info = info;
      this.all = all;
      this.parent = parent;
    }

    @Override
    public void read(long offset, ByteBuffer into) {
      if (offset == 0) {
        scope = parent.nested();
        sum = TensorOps.zeros(scope, type(), info.shape());
        add();
      }
      long end = offset + into.remaining();
      TensorOps.read(sum, StoredTensors.dtype(info.dtype()), offset, into);
      if (end == info.byteSize()) {
        scope.close();
      }
    }

    private DType type() {
      return info.dtype() == StoredType.F64 ? DType.FLOAT64 : DType.FLOAT32;
    }

    private void add() {
      try (TensorScope work = scope.nested()) {
        Tensor one = TensorOps.zeros(work, type(), info.shape());
        Tensor share = work.doubles(new double[] {1.0 / all.size()}, 1);
        for (Ingredient each : all) {
          StoredTensors.fill(one, each.file(), info.name());
          KERNEL.call(work, "add", sum, one, share);
        }
      }
    }
  }

  /**
   * Writes the mean of the best checkpoint and of those others that do not make it worse, tried
   * from the better to the worse.
   *
   * @param score of a checkpoint's folder, higher is better; asked of each and of each soup that is
   *     tried
   * @param target is not there yet
   * @return what was kept
   * @throws NumericalException if a score is not a number
   */
  public static Greedy greedy(List<Path> checkpoints, ToDoubleFunction<Path> score, Path target) {
    requireSeveral(checkpoints, target);
    Map<Path, Double> scores = new HashMap<>();
    checkpoints.forEach(folder -> scores.put(folder, scored(folder, score)));
    List<Path> best = new ArrayList<>(checkpoints);
    best.sort(Comparator.comparingDouble((Path folder) -> -scores.get(folder)));
    List<Path> kept = new ArrayList<>(best.subList(0, 1));
    double reached = scores.get(best.get(0));
    for (Path next : best.subList(1, best.size())) {
      List<Path> more = new ArrayList<>(kept);
      more.add(next);
      double tried = tried(more, score, target);
      if (tried >= reached) {
        kept = more;
        reached = tried;
      }
    }
    mean(kept, target);
    return new Greedy(kept, reached);
  }

  private static double tried(List<Path> checkpoints, ToDoubleFunction<Path> score, Path target) {
    Path folder = AtomicFile.temporaryBeside(target);
    try {
      mean(checkpoints, folder);
      return scored(folder, score);
    } finally {
      AtomicFolder.delete(folder);
    }
  }

  private static double scored(Path folder, ToDoubleFunction<Path> score) {
    double value = score.applyAsDouble(folder);
    if (Double.isNaN(value)) {
      throw new NumericalException(folder + ": its score is not a number");
    }
    return value;
  }
}
