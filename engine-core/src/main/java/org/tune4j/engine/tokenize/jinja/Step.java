package org.tune4j.engine.tokenize.jinja;

import java.util.List;

/** A compiled statement. */
interface Step {
  /** Where to go on. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Flow run(Frame frame);

  /** A step that counts, and that tells a failure on which line it is. */
  static Step at(int line, Step step) {
    return frame -> {
      try {
        frame.runtime().step(1);
        return step.run(frame);
      } catch (Failure failure) {
        throw failure.at(line);
      }
    };
  }

  /** Steps one after the other, as far as they say to go on. */
  static Step sequence(List<Step> list) {
    Step[] steps = list.toArray(Step[]::new);
    return frame -> {
      for (Step step : steps) {
        Flow flow = step.run(frame);
        if (flow != Flow.NEXT) {
          return flow;
        }
      }
      return Flow.NEXT;
    };
  }
}
