package org.tune4j.engine.model;

import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.DataException;
import org.tune4j.engine.adapt.VirtualTokens;
import org.tune4j.engine.adapt.VirtualTokens.Kind;
import org.tune4j.engine.data.Batch;

/**
 * Where virtual tokens stand in a batch.
 *
 * @param inputs so many before each text, in place of words
 * @param prefix so many before each text, as keys and values alone
 * @param tasks so many sets of them, of which each text has that of its task
 */
record VirtualPlaces(int inputs, int prefix, int tasks) {
  static VirtualPlaces of(Optional<VirtualTokens> tokens) {
    int count = tokens.map(VirtualTokens::count).orElse(0);
    int tasks = tokens.map(VirtualTokens::tasks).orElse(1);
    return tokens.filter(each -> each.kind() == Kind.PREFIX).isPresent()
        ? new VirtualPlaces(0, count, tasks)
        : new VirtualPlaces(count, 0, tasks);
  }

  /** Places of either kind before each text. */
  int before() {
    return inputs + prefix;
  }

  /** The batch with room for what stands in place of words. */
  Batch read(Batch batch) {
    return inputs == 0 ? batch : batch.behind(inputs);
  }

  /** The tokens of a batch with room that are virtual. */
  long[] rows(Batch read) {
    return IntStream.range(0, read.tokens())
        .filter(token -> read.positions()[token] < inputs)
        .asLongStream()
        .toArray();
  }

  /** Which of all tasks' virtual tokens stand there. */
  long[] tokens(Batch read) {
    for (int d = 0; d < read.documents(); d++) {
      int task = read.tasks()[d];
      if (task < 0 || task >= tasks) {
        throw new DataException(
            "%s: task %s: wanted 0 to %d, the tasks that virtual tokens were made for"
                .formatted(read.sources().get(d), task < 0 ? "none" : task, tasks - 1));
      }
    }
    return IntStream.range(0, read.documents() * inputs)
        .mapToLong(row -> (long) read.tasks()[row / inputs] * inputs + row % inputs)
        .toArray();
  }

  /** Segments of a batch with room; what is virtual belongs to the first text. */
  int[] segments(Batch written, int[] segments) {
    if (inputs == 0) {
      return segments;
    }
    int[] all = new int[written.tokens() + inputs * written.documents()];
    int from = 0;
    int to = 0;
    for (int length : written.sequenceLengths()) {
      System.arraycopy(segments, from, all, to + inputs, length);
      from += length;
      to += inputs + length;
    }
    return all;
  }
}
