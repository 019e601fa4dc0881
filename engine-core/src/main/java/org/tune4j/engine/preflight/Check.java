package org.tune4j.engine.preflight;

import java.util.Optional;

/** Judges one thing that was counted. */
interface Check {
  /** What a user names to allow what this check refuses. */
  String key();

  /** What it finds; nothing where there is nothing to judge. */
  Optional<Finding> judge(Measured measured);
}
