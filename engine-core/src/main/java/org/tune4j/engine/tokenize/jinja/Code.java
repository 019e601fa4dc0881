package org.tune4j.engine.tokenize.jinja;

/** A compiled expression. */
interface Code {
  Object run(Frame frame);
}
