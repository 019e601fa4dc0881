package org.tune4j.engine.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.kernel.FileTensors;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Puts what a forward pass keeps into files, one pass after the other into the same ones; more are
 * made when a pass keeps more.
 */
final class ActivationSpill {
  private static final long FILE_BYTES = 64L << 20;

  /** Where tensors may begin: whatever their element type. */
  private static final long ALIGNMENT = 64;

  private final Path folder;
  private final TensorScope scope;
  private final List<Tensor> files = new ArrayList<>();
  private int file;
  private long used;
  private long pass;

  ActivationSpill(Path folder, TensorScope scope) {
    this.folder = folder;
    this.scope = scope;
  }

  /** What was put away before is needed no more. */
  void begin() {
    file = 0;
    used = 0;
    pass++;
  }

  /**
   * Puts tensors away; they stay the caller's to close.
   *
   * @throws org.tune4j.engine.StorageException if the disk is full
   */
  SavedTensors put(List<Tensor> tensors) {
    List<Place> places = tensors.stream().map(this::put).toList();
    return new Spilled(pass, places);
  }

  /** What one forward pass put away of a block. */
  private final class Spilled implements SavedTensors {
    private final long ofPass;
    private final List<Place> places;

    Spilled(long ofPass, List<Place> places) {
      this.ofPass = ofPass;
      this.places = places;
    }

    @Override
    public List<Tensor> get(TensorScope into) {
      requireKept();
      return places.stream().map(place -> place.get(into)).toList();
    }

    @Override
    public Tensor first(TensorScope into) {
      requireKept();
      return places.get(0).get(into);
    }

    private void requireKept() {
      if (pass != ofPass) {
        throw new IllegalStateException("What this forward pass kept was overwritten by another");
      }
    }
  }

  private Place put(Tensor tensor) {
    long bytes = tensor.dtype().bytes(tensor.shape());
    while (file < files.size() && used + bytes > files.get(file).elements()) {
      file++;
      used = 0;
    }
    if (file == files.size()) {
      files.add(FileTensors.zeros(scope, folder, DType.UINT8, Math.max(bytes, FILE_BYTES)));
    }
    Place place = new Place(files.get(file), used, tensor.dtype(), tensor.shape());
    TensorOps.putBytes(place.file(), used, tensor);
    used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return place;
  }

  private record Place(Tensor file, long offset, DType dtype, long[] shape) {
    Tensor get(TensorScope into) {
      return TensorOps.fromBytes(into, file, offset, dtype, shape);
    }
  }
}
