package org.tune4j.engine.gguf.hub;

import java.util.List;

/**
 * Where a tensor of the hub lies in a GGUF file.
 *
 * @param tensor its name there
 * @param slice which matrix of a tensor of several it is
 * @param slices how many that tensor has; 0 if it is a tensor of its own
 */
record Place(String tensor, int slice, int slices, Form form) {
  /** All tensors of the file that it is made of, with their sizes. */
  List<Part> parts(HubTensor wanted) {
    if (form instanceof Form.KeysAndValues split) {
      return List.of(
          new Part(split.keys(), split.heads(), wanted.columns(), split.plain()),
          new Part(split.values(), split.heads(), split.value(), wanted.columns()));
    }
    long[] own = wanted.sizes();
    return List.of(slices == 0 ? new Part(tensor, own) : new Part(tensor, slices, own[0], own[1]));
  }

  /** The same where nothing is split or turned over, as older files have it. */
  Place asOnTheHub() {
    return new Place(tensor, slice, slices, Form.SAME);
  }

  /** A tensor of the file. */
  record Part(String name, long... sizes) {}
}
