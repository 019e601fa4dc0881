package org.tune4j.engine.tensor;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

/** Memory that no tensor has and that allocators keep for the next ones. */
public final class FreeMemory {
  private FreeMemory() {}

  /**
   * Gives it back: free pages of the C heap to the system, cached blocks to CUDA's devices. What
   * comes next can have it in pieces of another size; tensors are not touched. Takes some
   * milliseconds.
   */
  public static void giveBack() {
    NativeHeap.trimNow();
    try (NativeGate.Pass pass = NativeGate.enterToRelease()) {
      if (pass != null && Engine.getEngine("PyTorch").getGpuCount() > 0) {
        JniUtils.emptyCudaCache();
      }
    }
  }
}
