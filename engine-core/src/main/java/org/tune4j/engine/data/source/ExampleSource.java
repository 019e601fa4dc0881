package org.tune4j.engine.data.source;

import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Gives rows, the same ones in the same order as often as it is asked. */
@FunctionalInterface
public interface ExampleSource {
  /**
   * A new pass over the rows; close it.
   *
   * @param bad is told of the rows that cannot be used. They are left out of the stream; once it
   *     has ended, {@link BadRows#throwIfFailing} says whether that is a failure.
   * @throws org.tune4j.engine.DataException from the stream, if what is read is damaged so that no
   *     more rows can be told apart
   * @throws org.tune4j.engine.StorageException from here or the stream, if it cannot be read
   */
  Stream<Row> rows(BadRows bad);

  /**
   * Rows that an application has at hand.
   *
   * @param rows columns by name; values as {@link JsonValues#of} takes them. Must give the same
   *     rows each time.
   * @param name what they are called in messages
   */
  static ExampleSource of(Iterable<? extends Map<String, ?>> rows, String name) {
    return of(() -> StreamSupport.stream(rows.spliterator(), false), name);
  }

  /**
   * Rows that an application makes.
   *
   * @param rows gives the same rows each time; the streams are closed
   * @param name what they are called in messages
   */
  static ExampleSource of(Supplier<? extends Stream<? extends Map<String, ?>>> rows, String name) {
    return bad -> new MapRows(rows.get()).stream(name, bad);
  }
}
