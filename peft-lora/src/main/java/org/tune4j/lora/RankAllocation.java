package org.tune4j.lora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Another optimizer, after each update of which AdaLoRA's triplets are weighed, and the values of
 * those that there is no budget for set to 0. What it has weighed and kept is part of the
 * optimizer's state.
 */
final class RankAllocation implements Optimizer {
  private final Optimizer optimizer;
  private final AdaloraConfig config;
  private final TrainableTensors weights;
  private final TensorScope scope;
  private final List<Tensor> masters;
  private final List<Tensor> gradients;
  private final List<Tensor> values;

  /** One flat vector each, over all triplets. */
  private final Map<String, Tensor> state = new LinkedHashMap<>();

  private final List<Tensor> sensitivity;
  private final List<Tensor> uncertainty;
  private final List<Tensor> gradientsOfUpdate;
  private final Tensor kept;

  /**
   * @param triplets A, e and B of each layer
   */
  RankAllocation(
      Optimizer optimizer,
      AdaloraConfig config,
      List<TensorSlot> triplets,
      TrainableTensors weights,
      TensorScope parent) {
    this.optimizer = optimizer;
    this.config = config;
    this.weights = weights;
    this.scope = parent.nested();
    this.masters = triplets.stream().map(weights::master).toList();
    this.gradients = triplets.stream().map(weights::gradient).toList();
    this.values =
        IntStream.range(0, masters.size() / 3).mapToObj(i -> masters.get(3 * i + 1)).toList();
    this.sensitivity = views(triplets, "adalora_sensitivity");
    this.uncertainty = views(triplets, "adalora_uncertainty");
    this.gradientsOfUpdate = views(triplets, null);
    this.kept = TensorOps.zeros(scope, weights.updatedIn(), (long) values.size() * config.initR());
    state.put("adalora_kept", kept);
    try (TensorScope work = scope.nested()) {
      double[] ones =
          IntStream.range(0, values.size() * config.initR()).mapToDouble(i -> 1).toArray();
      TensorOps.copy(kept, work.doubles(ones, ones.length));
    }
  }

  private List<Tensor> views(List<TensorSlot> triplets, String name) {
    long numbers = triplets.stream().mapToLong(TensorSlot::elements).sum();
    Tensor flat = TensorOps.zeros(scope, weights.updatedIn(), numbers);
    if (name != null) {
      state.put(name, flat);
    }
    List<Tensor> views = new ArrayList<>();
    long at = 0;
    for (TensorSlot slot : triplets) {
      views.add(TensorOps.view(scope, flat, at, slot.sizes()));
      at += slot.elements();
    }
    return views;
  }

  @Override
  public Update begin(double learningRate, double gradientFactor) {
    try (TensorScope work = scope.nested()) {
      // An optimizer may change gradients.
      AdaloraAdapter.KERNEL.call(
          work,
          "keep",
          gradientsOfUpdate,
          gradients,
          work.doubles(new double[] {gradientFactor}, 1));
    }
    Update update = optimizer.begin(learningRate, gradientFactor);
    return new Update() {
      @Override
      public void of(TrainedRange range) {
        update.of(range);
      }

      @Override
      public void all() {
        update.all();
      }

      @Override
      public void finish() {
        update.finish();
        allocate(optimizer.steps() - 1);
      }
    };
  }

  /**
   * @param update which one was made, from 0
   */
  private void allocate(long update) {
    AdaloraConfig.Schedule schedule = config.schedule();
    try (TensorScope work = scope.nested()) {
      if (update < schedule.last()) {
        AdaloraAdapter.KERNEL.call(
            work,
            "learn",
            masters,
            gradientsOfUpdate,
            sensitivity,
            uncertainty,
            work.doubles(new double[] {config.beta1(), config.beta2()}, 2));
      }
      boolean allocates = schedule.allocates(update);
      if (allocates) {
        int first = values.size() * config.initR();
        int cut = first - schedule.budget(update, first, values.size() * config.targetR());
        if (cut > 0) {
          AdaloraAdapter.KERNEL.call(
              work, "allocate", kept, sensitivity, uncertainty, work.longs(new long[] {cut}, 1));
        }
      }
      if (allocates || update > schedule.last()) {
        AdaloraAdapter.KERNEL.call(work, "mask", values, kept);
        weights.refresh();
      }
    }
  }

  @Override
  public long steps() {
    return optimizer.steps();
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> all = new LinkedHashMap<>(optimizer.state());
    all.putAll(state);
    return all;
  }

  @Override
  public void restore(long steps) {
    optimizer.restore(steps);
  }

  @Override
  public InPlace averaged() {
    return optimizer.averaged();
  }

  @Override
  public void close() {
    optimizer.close();
    scope.close();
  }
}
