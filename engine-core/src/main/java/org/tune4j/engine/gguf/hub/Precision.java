package org.tune4j.engine.gguf.hub;

import org.tune4j.engine.gguf.GgufType;

/** What a model is stored in, as llama.cpp names it. Norms and other vectors stay F32. */
public enum Precision {
  F32(0, GgufType.F32),
  F16(1, GgufType.F16),
  BF16(32, GgufType.BF16),
  Q8_0(7, GgufType.Q8_0),
  Q4_0(2, GgufType.Q4_0),
  Q4_K_M(15, GgufType.Q4_K);

  private final int fileType;
  private final GgufType type;

  Precision(int fileType, GgufType type) {
    this.fileType = fileType;
    this.type = type;
  }

  /** The number of {@code general.file_type}. */
  int fileType() {
    return fileType;
  }

  /** What most matrices are stored in. */
  GgufType type() {
    return type;
  }

  /** Whether numbers are rounded to a few bits, so that a model's answers may change. */
  public boolean isQuantised() {
    return type.blockElements() > 1;
  }
}
