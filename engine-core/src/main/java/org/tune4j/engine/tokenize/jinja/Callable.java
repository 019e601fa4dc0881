package org.tune4j.engine.tokenize.jinja;

/** Something that a template can call. */
interface Callable {
  Object call(Runtime runtime, Arguments arguments);
}
