package org.tune4j.engine.model;

import java.util.List;

/** Writes the kernel calls of one half of a block, forward and backward. */
interface BranchCalls {
  /** The variables that forward leaves for backward, besides the input. */
  List<Kept> kept();

  /** Whether anything here is trained. */
  boolean trains();

  /** Whether backward reads what the half has read. */
  boolean readsInput();

  /** From the tokens {@code x} to a tensor {@code y} of its own. */
  String forward(String y, String x);

  /** From the gradient of {@code y} to that of {@code x}, a tensor of its own. */
  String backward(String gx, String gy, String x);
}
