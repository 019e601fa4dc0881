package org.tune4j.lora;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.checkpoint.TensorFile;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The matrices of one LoRA adapter at some layers of a model; of those that it leaves alone, of
 * rank 0.
 *
 * @param ranks of each layer
 * @param scales what each layer's update is multiplied with
 * @param a {@code [r, inputs]} of each layer
 * @param b {@code [outputs, r]} of each layer
 */
record LoraMatrices(int[] ranks, double[] scales, List<Tensor> a, List<Tensor> b) {
  /** Gives a tensor by the name that it has in PEFT's file. */
  private interface Source {
    Tensor tensor(String name, long rows, long columns);
  }

  /** Those of no adapter. */
  static LoraMatrices none(List<LinearLayer> layers, TensorScope into) {
    LoraMatrices none = empty(layers.size());
    for (int i = 0; i < layers.size(); i++) {
      none.addNothing(layers.get(i), into);
    }
    return none;
  }

  /**
   * Those of an adapter in memory, as views: of its masters, so that a scaled B is rounded once; or
   * of what it computes with, where masters are held in parts.
   */
  static LoraMatrices of(Lora lora, List<LinearLayer> layers, TensorScope into) {
    Map<String, Tensor> tensors = new HashMap<>();
    TrainableTensors weights = lora.weights();
    boolean whole = weights.storage().masters() == TrainedStorage.Masters.FP32;
    for (Trainable parameter : lora.adapter().parameters()) {
      TensorSlot slot = parameter.slot();
      for (TensorSlot.Part part : slot.parts()) {
        Tensor numbers = whole ? weights.master(slot) : weights.compute(slot);
        tensors.put(part.name(), part.of(numbers, into));
      }
    }
    return of(lora.adapter(), layers, (name, rows, columns) -> tensors.get(name), into);
  }

  /**
   * Those of PEFT's file.
   *
   * @param file whose tensors are those of the adapter
   * @param dtype of the tensors that they are read into
   * @throws org.tune4j.engine.ModelFormatException if a number is not finite
   */
  static LoraMatrices read(
      TensorFile file,
      LoraAdapter adapter,
      List<LinearLayer> layers,
      DType dtype,
      TensorScope into) {
    List<String> names = new ArrayList<>();
    List<long[]> shapes = new ArrayList<>();
    LoraMatrices wanted =
        of(
            adapter,
            layers,
            (name, rows, columns) -> {
              names.add(name);
              shapes.add(new long[] {rows, columns});
              return null;
            },
            into);
    long numbers = shapes.stream().mapToLong(shape -> shape[0] * shape[1]).sum();
    Tensor flat = into.empty(dtype, numbers);
    List<Tensor> pieces = BankTensors.pieces(flat, shapes, into);
    if (names.stream().map(name -> file.tensors().get(name).dtype()).distinct().count() == 1) {
      StoredTensors.fillAll(flat, file, names);
    } else {
      for (int i = 0; i < names.size(); i++) {
        StoredTensors.fill(pieces.get(i), file, names.get(i));
      }
    }
    Iterator<Tensor> each = pieces.iterator();
    UnaryOperator<Tensor> read = empty -> empty == null ? each.next() : empty;
    for (int i = 0; i < layers.size(); i++) {
      wanted.a.set(i, read.apply(wanted.a.get(i)));
      wanted.b.set(i, read.apply(wanted.b.get(i)));
    }
    return wanted;
  }

  private static LoraMatrices of(
      LoraAdapter adapter, List<LinearLayer> layers, Source source, TensorScope into) {
    LoraMatrices all = empty(layers.size());
    for (int i = 0; i < layers.size(); i++) {
      LinearLayer layer = layers.get(i);
      if (!adapter.targeted().isAdapted(layer.module())) {
        all.addNothing(layer, into);
        continue;
      }
      String name = PeftFiles.PREFIX + layer.module();
      int rank = adapter.rank(layer.module());
      all.ranks[i] = rank;
      all.scales[i] = adapter.scaling(layer.module());
      all.a.add(source.tensor(name + ".lora_A.weight", rank, layer.inputs()));
      all.b.add(source.tensor(name + ".lora_B.weight", layer.outputs(), rank));
    }
    return all;
  }

  private static LoraMatrices empty(int layers) {
    return new LoraMatrices(
        new int[layers], new double[layers], new ArrayList<>(), new ArrayList<>());
  }

  private void addNothing(LinearLayer layer, TensorScope into) {
    a.add(into.empty(DType.FLOAT32, 0, layer.inputs()));
    b.add(into.empty(DType.FLOAT32, layer.outputs(), 0));
  }
}
