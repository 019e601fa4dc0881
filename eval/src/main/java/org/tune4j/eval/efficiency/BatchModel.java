package org.tune4j.eval.efficiency;

import java.util.List;

/** A model that answers several requests at once, as it is put under load. */
@FunctionalInterface
public interface BatchModel {
  /**
   * Answers requests, telling each of its tokens as they come and of its end.
   *
   * @param requests at least one; those that were not told of their end are done when this returns
   */
  void answer(List<Request> requests);
}
