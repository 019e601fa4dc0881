/**
 * What the project's demo and tests are made from, and the seeded generators that write it.
 *
 * <p>Three things belong here. Text: one {@link org.tune4j.testdata.TextKind} a kind of text, its
 * sentences in the resource folder {@code grammar}, mixed by {@link org.tune4j.testdata.Corpus}.
 * The tokenizer of the demo's base: a byte-level BPE trainer and the Hugging Face files it ends in.
 * The demo's data sets and base folder, committed as resources, copied out of the jar by {@link
 * org.tune4j.testdata.DemoFiles} and written again, byte for byte, by {@link
 * org.tune4j.testdata.WriteResources}.
 *
 * <p>Nothing here knows the engine: this module depends on the JDK alone, so that every other
 * module may use it in its tests.
 */
package org.tune4j.testdata;
