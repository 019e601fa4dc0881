package org.tune4j.engine.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Stretch;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.optim.TrainedMatrices.Matrix;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Muon (Jordan et al., 2024), as {@code torch.optim.Muon}: moves the matrix of a hidden layer in a
 * direction whose singular values are all near 1. Embeddings, output layer, norms and biases are
 * updated by AdamW, at the same learning rate.
 */
public final class Muon extends CountedOptimizer {
  /** How the learning rate depends on a matrix's shape, with torch's names. */
  public enum AdjustLr {
    /** For updates as large as AdamW's are, so that its rate and decay do for both. */
    MATCH_RMS_ADAMW {
      @Override
      double factor(double rows, double columns) {
        return 0.2 * Math.sqrt(Math.max(rows, columns));
      }
    },
    /** That of the first publication. */
    ORIGINAL {
      @Override
      double factor(double rows, double columns) {
        return Math.sqrt(Math.max(1, rows / columns));
      }
    };

    abstract double factor(double rows, double columns);
  }

  /**
   * Its settings, with torch's names and defaults, but for the rate's adjustment.
   *
   * @param momentum decay of the mean of gradients
   * @param nesterov whether the gradient counts once more
   * @param nsSteps Newton-Schulz steps
   * @param adjustLr how the learning rate depends on the shape
   * @param adamw for what is no hidden layer's matrix; its weight decay is that of all
   */
  public record Settings(
      double momentum, boolean nesterov, int nsSteps, AdjustLr adjustLr, AdamW.Settings adamw)
      implements OptimizerConfig {
    public static final Settings DEFAULT =
        new Settings(0.95, true, 5, AdjustLr.MATCH_RMS_ADAMW, AdamW.Settings.DEFAULT);

    public Settings {
      if (!(momentum >= 0 && momentum < 1) || !(nsSteps > 0 && nsSteps < 100)) {
        throw new ConfigException(
            "muon: wanted momentum from 0 up to but not 1 and ns_steps from 1 to 99, found "
                + momentum
                + ", "
                + nsSteps);
      }
    }

    @Override
    public Optimizer optimizer(TrainableTensors trainables, TensorScope parent) {
      return new Muon(trainables, this, parent);
    }

    @Override
    public String key() {
      return "muon";
    }

    @Override
    public long stateBytes(List<Trainable> trained) {
      long hidden = Trainable.elements(trained.stream().filter(Trainable::hidden).toList());
      return 8 * Trainable.elements(trained) - 4 * hidden;
    }

    @Override
    public double weightDecay() {
      return adamw.weightDecay();
    }
  }

  private static final String MOMENTUM = "momentum_buffer";
  private static final KernelModule KERNEL =
      KernelModule.load(
          "muon",
          KernelSources.read(Muon.class, "/org/tune4j/engine/kernels", "muon"),
          """
            def step(self: __torch__.Root, w: Tensor, g: Tensor, m: Tensor, settings: Tensor) -> Tensor:
              return __torch__.muon.step(w, g, m, settings)
          """);

  private final Settings settings;
  private final List<Moved> hidden = new ArrayList<>();
  private final AdamWTensors rest;
  private final Tensor momenta;

  /** A matrix with the mean of its gradients. */
  private record Moved(Matrix matrix, Tensor momentum) {}

  /** An optimizer that has made no update. */
  public Muon(TrainableTensors trainables, Settings settings, TensorScope parent) {
    super(trainables, parent);
    this.settings = settings;
    Map<Boolean, List<Matrix>> byHidden =
        TrainedMatrices.of(trainables).stream().collect(Collectors.partitioningBy(Matrix::hidden));
    this.rest = new AdamWTensors(trainables, byHidden.get(false), settings.adamw(), scope);
    List<Matrix> matrices = byHidden.get(true);
    long total = matrices.stream().mapToLong(matrix -> matrix.elements()).sum();
    this.momenta = trainables.stateZeros(scope, trainables.updatedIn(), total);
    long from = 0;
    for (Matrix matrix : matrices) {
      hidden.add(new Moved(matrix, TensorOps.view(scope, momenta, from, matrix.shape())));
      from += matrix.elements();
    }
  }

  @Override
  void update(TrainedRange range, double learningRate, double gradientFactor) {
    rest.update(range, learningRate, gradientFactor, steps());
    for (Moved each : hidden) {
      Matrix matrix = each.matrix();
      if (matrix.range().equals(range)) {
        try (Stretch whole = trainables.stretch(matrix.offset(), matrix.elements(), steps())) {
          KERNEL.call(
              whole.scope(),
              "step",
              whole.weights(matrix.shape()),
              whole.gradients(matrix.shape()),
              each.momentum(),
              whole.scope().doubles(numbers(matrix, learningRate, gradientFactor)));
        }
      }
    }
  }

  private double[] numbers(Matrix matrix, double learningRate, double factor) {
    long[] shape = matrix.shape();
    double adjusted =
        learningRate * settings.adjustLr().factor(shape[shape.length - 2], shape[shape.length - 1]);
    return new double[] {
      learningRate,
      adjusted,
      settings.momentum(),
      settings.nesterov() ? 1 : 0,
      matrix.range().decayed() ? settings.weightDecay() : 0,
      settings.nsSteps(),
      factor
    };
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> all = new LinkedHashMap<>(rest.state());
    all.put(MOMENTUM, momenta);
    return all;
  }
}
