package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Models that llama.cpp gives one architecture, as the hub and as GGUF files describe them. */
interface Family {
  /** What {@code general.architecture} says. */
  String architecture();

  /** What {@code model_type} may say on the hub. */
  List<String> modelTypes();

  /** Adds to a {@code config.json} what the metadata says, {@code model_type} too. */
  void toHub(ModelHeader header, ObjectNode config);

  /** Adds to the metadata what a {@code config.json} says. */
  void toGguf(HubConfig config, ArchitectureKeys keys);

  /** How tensors are called and lie, of a model with this configuration. */
  TensorNames names(HubConfig config);
}
