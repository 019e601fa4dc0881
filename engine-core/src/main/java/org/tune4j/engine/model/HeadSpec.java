package org.tune4j.engine.model;

import java.util.Optional;

/** What makes scores of a token's vector. */
public sealed interface HeadSpec permits LanguageHead, ClassificationHead {
  /** The layer that gives the scores. */
  LinearLayer out();

  /** What stands before it, and a hyperbolic tangent between. */
  default Optional<LinearLayer> dense() {
    return Optional.empty();
  }
}
