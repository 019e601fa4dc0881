package org.tune4j.engine.train;

import java.nio.file.Path;

/** Writes what was trained in the field's own form: an adapter's two files, or a model folder. */
@FunctionalInterface
public interface ModelExport {
  /** Writes into a folder that exists. */
  void writeTo(Path folder);
}
