package org.tune4j.engine.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Stretch;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.optim.TrainedMatrices.Matrix;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Adafactor (Shazeer and Stern, 2018): of each matrix it keeps one mean square a row and one a
 * column, so its state is next to nothing. In two forms, which differ in how they bound the rate
 * and the squares: that of transformers, and that of torch.
 */
public final class Adafactor extends CountedOptimizer {
  /** Whose Adafactor it is. */
  public enum Form {
    /** {@code transformers.optimization.Adafactor}. */
    TRANSFORMERS,
    /** {@code torch.optim.Adafactor}. */
    TORCH
  }

  /**
   * Its settings.
   *
   * @param form whose it is
   * @param eps1 the least square (transformers), or root of one (torch: 0 for the precision of the
   *     weights' type)
   * @param eps2 the least scale of a weight tensor
   * @param clipThreshold an update's greatest root mean square
   * @param decayRate the exponent by which the second moment's decay nears 1, below 0
   * @param beta1 decay of the mean of updates; 0 for none, which needs no state. transformers only
   * @param weightDecay share of the rate by which a weight shrinks in each update
   * @param scaleParameter whether the rate is relative to the weights' scale; in torch's form it is
   * @param relativeStep whether the rate follows the number of updates, and not the schedule;
   *     transformers only
   * @param warmupInit whether that begins small; transformers only
   */
  public record Settings(
      Form form,
      double eps1,
      double eps2,
      double clipThreshold,
      double decayRate,
      double beta1,
      double weightDecay,
      boolean scaleParameter,
      boolean relativeStep,
      boolean warmupInit)
      implements OptimizerConfig {
    /** What transformers' Trainer takes for {@code optim=adafactor}. */
    public static final Settings DEFAULT =
        new Settings(Form.TRANSFORMERS, 1e-30, 1e-3, 1, -0.8, 0, 0, false, false, false);

    public Settings {
      if (!(eps1 >= 0 && eps2 >= 0 && clipThreshold > 0 && decayRate < 0)) {
        throw new ConfigException(
            "adafactor: wanted eps of at least 0, clip_threshold above 0 and decay_rate below 0,"
                + " found "
                + List.of(eps1, eps2, clipThreshold, decayRate));
      }
      if (!(beta1 >= 0 && beta1 < 1) || !(weightDecay >= 0 && Double.isFinite(weightDecay))) {
        throw new ConfigException(
            "adafactor: wanted beta1 from 0 up to but not 1 and weight_decay of at least 0, found "
                + List.of(beta1, weightDecay));
      }
      if (warmupInit && !relativeStep) {
        throw new ConfigException("adafactor: warmup_init needs relative_step");
      }
      if (form == Form.TORCH && (beta1 > 0 || relativeStep || !scaleParameter)) {
        throw new ConfigException(
            "adafactor: torch's form has no beta1 and no relative_step, and scales by parameter");
      }
    }

    /** torch's form with torch's defaults. */
    public static Settings torch(double weightDecay) {
      return new Settings(Form.TORCH, 0, 1e-3, 1, -0.8, 0, weightDecay, true, false, false);
    }

    @Override
    public Optimizer optimizer(TrainableTensors trainables, TensorScope parent) {
      return new Adafactor(trainables, this, parent);
    }

    @Override
    public String key() {
      return "adafactor";
    }

    @Override
    public long stateBytes(List<Trainable> trained) {
      return (beta1 > 0 ? 4 : 0) * Trainable.elements(trained);
    }

    /** The update of the largest tensor, and a factor of it. */
    @Override
    public long workBytes(List<Trainable> trained) {
      return trained.stream()
          .flatMap(each -> each.slot().parts().stream())
          .mapToLong(part -> 8 * part.elements())
          .max()
          .orElse(0);
    }
  }

  private static final KernelModule KERNEL =
      KernelModule.load(
          "adafactor",
          KernelSources.read(Adafactor.class, "/org/tune4j/engine/kernels", "adafactor"),
          """
            def transformers(self: __torch__.Root, w: Tensor, g: Tensor, rows: Tensor, columns: Tensor, moments: Tensor, mean: Tensor, settings: Tensor) -> Tensor:
              return __torch__.adafactor.transformers(w, g, rows, columns, moments, mean, settings)
            def torch_form(self: __torch__.Root, w: Tensor, g: Tensor, rows: Tensor, columns: Tensor, moments: Tensor, mean: Tensor, settings: Tensor) -> Tensor:
              return __torch__.adafactor.torch_form(w, g, rows, columns, moments, mean, settings)
          """);

  private final Settings settings;
  private final List<Moments> all = new ArrayList<>();
  private final Map<String, Tensor> state = new LinkedHashMap<>();

  /** A matrix with its moments; those that it does not have are empty. */
  private record Moments(Matrix matrix, Tensor rows, Tensor columns, Tensor each, Tensor mean) {}

  /** An optimizer that has made no update. */
  public Adafactor(TrainableTensors trainables, Settings settings, TensorScope parent) {
    super(trainables, parent);
    this.settings = settings;
    DType dtype = trainables.updatedIn();
    List<Matrix> matrices = TrainedMatrices.of(trainables);
    long rows = 0;
    long columns = 0;
    long singles = 0;
    for (Matrix matrix : matrices) {
      rows += matrix.rowMoments();
      columns += matrix.columnMoments();
      singles += matrix.isMatrix() ? 0 : matrix.elements();
    }
    state.put("exp_avg_sq_row", trainables.stateZeros(scope, dtype, rows));
    state.put("exp_avg_sq_col", trainables.stateZeros(scope, dtype, columns));
    state.put("exp_avg_sq", trainables.stateZeros(scope, dtype, singles));
    long means = settings.beta1() > 0 ? trainables.parameters() : 0;
    state.put("exp_avg", trainables.stateZeros(scope, dtype, means));
    divide(matrices);
  }

  private void divide(List<Matrix> matrices) {
    long row = 0;
    long column = 0;
    long single = 0;
    Tensor none = TensorOps.zeros(scope, trainables.updatedIn(), 0);
    for (Matrix matrix : matrices) {
      long[] shape = matrix.shape();
      boolean isMatrix = matrix.isMatrix();
      long elements = matrix.elements();
      all.add(
          new Moments(
              matrix,
              isMatrix ? part("exp_avg_sq_row", row, matrix.rowShape()) : none,
              isMatrix ? part("exp_avg_sq_col", column, matrix.columnShape()) : none,
              isMatrix ? none : part("exp_avg_sq", single, shape),
              settings.beta1() > 0 ? part("exp_avg", matrix.offset(), shape) : none));
      row += matrix.rowMoments();
      column += matrix.columnMoments();
      single += isMatrix ? 0 : elements;
    }
  }

  private Tensor part(String name, long from, long[] shape) {
    return TensorOps.view(scope, state.get(name), from, shape);
  }

  @Override
  void update(TrainedRange range, double learningRate, double gradientFactor) {
    String form = settings.form() == Form.TORCH ? "torch_form" : "transformers";
    double decay = range.decayed() ? settings.weightDecay() : 0;
    double[] numbers = numbers(learningRate, decay, gradientFactor);
    for (Moments each : all) {
      Matrix matrix = each.matrix();
      if (matrix.range().equals(range)) {
        try (Stretch whole = trainables.stretch(matrix.offset(), matrix.elements(), steps())) {
          KERNEL.call(
              whole.scope(),
              form,
              whole.weights(matrix.shape()),
              whole.gradients(matrix.shape()),
              each.rows(),
              each.columns(),
              each.each(),
              each.mean(),
              whole.scope().doubles(numbers));
        }
      }
    }
  }

  private double[] numbers(double learningRate, double decay, double factor) {
    double step = steps() + 1.0;
    double share = Math.pow(step, settings.decayRate());
    if (settings.form() == Form.TORCH) {
      boolean single = trainables.updatedIn() == DType.FLOAT32;
      double precision = single ? Math.ulp(1f) : Math.ulp(1.0);
      double least = settings.eps1() == 0 ? precision : settings.eps1();
      return new double[] {
        learningRate,
        share,
        least,
        settings.eps2(),
        settings.clipThreshold(),
        decay,
        1 / Math.sqrt(step),
        0,
        factor
      };
    }
    double rate = learningRate;
    if (settings.relativeStep()) {
      rate = Math.min(settings.warmupInit() ? 1e-6 * step : 1e-2, 1 / Math.sqrt(step));
    }
    double scale = settings.scaleParameter() ? settings.eps2() : 0;
    return new double[] {
      rate,
      settings.eps1(),
      1 - share,
      settings.clipThreshold(),
      settings.beta1(),
      decay,
      scale,
      0,
      factor
    };
  }

  @Override
  public Map<String, Tensor> state() {
    return new LinkedHashMap<>(state);
  }
}
