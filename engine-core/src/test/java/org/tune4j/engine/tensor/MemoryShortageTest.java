package org.tune4j.engine.tensor;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.NativeMemoryException;

class MemoryShortageTest {
  private static void said(String message) {
    MemoryShortage.throwIf(new EngineException(message), () -> "A kernel");
  }

  /** As c10's allocators of libtorch 2.7.1 say it. */
  @Test
  void bothAllocatorsAreUnderstood() {
    assertThatThrownBy(
            () ->
                said(
                    "[enforce fail at alloc_cpu.cpp:119] err == 0. DefaultCPUAllocator: can't"
                        + " allocate memory: you tried to allocate 4096000 bytes. Error code 12"
                        + " (Cannot allocate memory)"))
        .isInstanceOf(NativeMemoryException.class)
        .hasMessageContaining("A kernel: the system did not give 4096000 bytes");
    assertThatThrownBy(
            () ->
                said(
                    "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of"
                        + " 139.72 GiB of which 12.31 MiB is free. Process 4711 has 139.70 GiB"
                        + " memory in use."))
        .isInstanceOf(NativeMemoryException.class)
        .hasMessageContaining("A kernel: the system did not give 20.00 MiB");
  }

  @Test
  void otherFailuresAreLeftAlone() {
    assertThatCode(() -> said("CUDA error: device-side assert triggered"))
        .doesNotThrowAnyException();
  }
}
