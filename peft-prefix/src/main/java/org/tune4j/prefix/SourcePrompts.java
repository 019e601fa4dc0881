package org.tune4j.prefix;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.prefix.MultitaskPromptTuningConfig.Init;

/** What source training of many tasks has written, as what target training begins with. */
final class SourcePrompts {
  private final MultitaskPromptTuningConfig config;
  private final SafetensorsFile file;
  private final TensorScope work;

  private SourcePrompts(
      MultitaskPromptTuningConfig config, SafetensorsFile file, TensorScope work) {
    this.config = config;
    this.file = file;
    this.work = work;
  }

  /**
   * Fills masters.
   *
   * @throws ModelFormatException if the file lacks what is wanted of it, or it does not fit, or
   *     beside it stands that it was made for another base
   */
  static void fill(
      MultitaskPromptTuningConfig config,
      TaskPrompts target,
      TrainableTensors weights,
      CausalLm base) {
    Path path = config.initStateDictPath().orElseThrow();
    PeftFiles.checkBase(path.toAbsolutePath().getParent(), base);
    try (SafetensorsFile file = SafetensorsFile.open(path);
        TensorScope work = base.scope().beside()) {
      SourcePrompts source = new SourcePrompts(config, file, work);
      TensorSlot shared = target.parameters().get(0).slot();
      Map<TensorSlot, Tensor> values = new LinkedHashMap<>();
      values.put(shared, source.read(shared.parts().get(0).name(), shared.sizes()));
      if (config.init() != Init.ONLY_SOURCE_SHARED) {
        values.put(target.columns(), source.factor(target.columns()));
        values.put(target.rows(), source.factor(target.rows()));
      }
      values.forEach((slot, value) -> TensorOps.copy(weights.master(slot), value));
    }
    weights.refresh();
  }

  /** The factor that a task begins with, {@code [1, ..]}. */
  private Tensor factor(TensorSlot wanted) {
    String name = wanted.parts().get(0).name();
    long[] shape = wanted.sizes();
    TensorInfo info = info(name);
    shape[0] = info.shape().length == 0 ? 0 : info.shape()[0];
    float[] all = read(name, shape).toFloats();
    int size = Math.toIntExact(wanted.elements());
    int tasks = all.length / size;
    if (config.init() == Init.EXACT_SOURCE_TASK) {
      if (config.initTask() >= tasks) {
        throw new ModelFormatException(
            "%s: %s has %d tasks; prompt_tuning_init_task %d is none of them"
                .formatted(file.path(), name, tasks, config.initTask()));
      }
      int from = config.initTask() * size;
      return work.floats(Arrays.copyOfRange(all, from, from + size), wanted.sizes());
    }
    float[] mean = new float[size];
    for (int i = 0; i < size; i++) {
      double sum = 0;
      for (int task = 0; task < tasks; task++) {
        sum += all[task * size + i];
      }
      mean[i] = (float) (sum / tasks);
    }
    return work.floats(mean, wanted.sizes());
  }

  private Tensor read(String name, long[] wanted) {
    TensorInfo info = info(name);
    boolean none = Arrays.stream(wanted).anyMatch(size -> size == 0);
    if (none || !Arrays.equals(info.shape(), wanted)) {
      throw new ModelFormatException(
          "%s: %s: wanted %s, found %s"
              .formatted(
                  file.path(), name, Arrays.toString(wanted), Arrays.toString(info.shape())));
    }
    Tensor tensor = TensorOps.zeros(work, DType.FLOAT32, wanted);
    StoredTensors.fill(tensor, file, name);
    return tensor;
  }

  private TensorInfo info(String name) {
    TensorInfo info = file.tensors().get(name);
    if (info == null || !StoredTensors.isWeightType(info.dtype())) {
      throw new ModelFormatException(
          "%s: %s: wanted numbers of source training, found %s"
              .formatted(file.path(), name, info == null ? "no such tensor" : info.dtype()));
    }
    return info;
  }
}
