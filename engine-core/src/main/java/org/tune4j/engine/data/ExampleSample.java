package org.tune4j.engine.data;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.source.ExampleSource;

/**
 * Examples of a source that are drawn at random, each at most once, and encoded one at a time as
 * they are asked for. Rows of which nothing is learned do not count. Another seed draws others.
 */
public final class ExampleSample implements Iterable<EncodedExample>, AutoCloseable {
  private final Examples examples;
  private final EncodedExamples encoded;
  private final int size;
  private final int[] order;

  /**
   * A sample.
   *
   * @param size how many examples; all where there are not so many
   * @throws ConfigException if that is none
   * @throws org.tune4j.engine.DataException as the rows are read, or at the end, if some cannot be
   *     used and are not to be skipped
   */
  public ExampleSample(
      ExampleSource source, RowEncoder encoder, DataConfig config, int size, long seed) {
    if (size < 1) {
      throw new ConfigException("num_samples: wanted at least 1, found " + size);
    }
    this.examples = Examples.of(source, config);
    this.encoded = new EncodedExamples(examples, encoder);
    this.size = size;
    this.order = ShuffledOrder.of(seed, 0, examples.size());
  }

  @Override
  public Iterator<EncodedExample> iterator() {
    Iterator<EncodedExample> drawn =
        Arrays.stream(order)
            .mapToObj(encoded::example)
            .flatMap(Optional::stream)
            .limit(size)
            .iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        boolean more = drawn.hasNext();
        if (!more) {
          encoded.checkBadRows();
        }
        return more;
      }

      @Override
      public EncodedExample next() {
        return drawn.next();
      }
    };
  }

  @Override
  public void close() {
    examples.close();
  }
}
