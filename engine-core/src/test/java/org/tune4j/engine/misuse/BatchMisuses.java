package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.config;
import static org.tune4j.engine.misuse.Misuse.missing;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.BatchCursor;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.BatchStream;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Target;

/** Batches whose parts do not belong together. */
final class BatchMisuses {
  private static final int NO = EncodedExample.NOT_LEARNED;

  List<Misuse> all() {
    return List.of(
        batch("fewer positions than tokens", "one position", i(1, 2), i(0), i(2), i(2, NO), 1),
        batch("fewer labels than tokens", "one label", i(1, 2), i(0, 1), i(2), i(NO), 0),
        batch("lengths beyond the tokens", "add up", i(1, 2), i(0, 1), i(3), i(2, NO), 1),
        batch("lengths short of the tokens", "add up", i(1, 2), i(0, 0), i(1), i(NO, NO), 0),
        batch("lengths whose sum overflows", "add up", i(1), i(0), i(MAX, MAX, 3), i(NO), 0),
        batch("empty document", "no empty", i(1), i(0), i(1, 0), i(NO), 0),
        batch("negative length", "no empty", i(1), i(0), i(-1), i(NO), 0),
        batch("shorter document first", "longest", i(1, 1, 2), i(0, 0, 1), i(1, 2), n(3), 0),
        batch("negative token", "negative token", i(-1), i(0), i(1), i(NO), 0),
        batch("positions not from 0", "positions", i(1, 2), i(1, 2), i(2), i(2, NO), 1),
        batch("label that is not the next token", "labels", i(1, 2), i(0, 1), i(2), i(9, NO), 1),
        batch("label after the last token", "labels", i(1, 2), i(0, 1), i(2), i(2, 5), 2),
        batch("wrong label count", "label count", i(1, 2), i(0, 1), i(2), i(2, NO), 7),
        missing("batch of null", "", () -> Batch.of(null)),
        missing("batch without tokens", "tokenIds", () -> batch(null, i(0), i(1), i(NO), 0)),
        config("example of no tokens", "0 ids", () -> example(i(), i())),
        config("example with fewer labels", "1 labels", () -> example(i(1, 2), i(1))),
        config("example with a negative id", "id -3", () -> example(i(-3), i(NO))),
        config("example with another label", "label 5", () -> example(i(1), i(5))),
        config("target beside a learned token", "has a target", () -> judged(i(1), i(1), 1)),
        config("labels of other tokens", "labels of 2 tokens", () -> judged(i(1), i(NO), 2)),
        config("target of some documents only", "one target", BatchMisuses::half),
        missing("example of null", "ids", () -> example(null, i(1))),
        config("batches of no rows", "batch_size 0", () -> BatchConfig.ofExamples(1, 0)),
        config("stream from a window beyond", "window 7", () -> stream(new BatchCursor(0, 7, 0))),
        config("stream from a batch beyond", "batch 9", () -> stream(new BatchCursor(0, 0, 9))));
  }

  private static final int MAX = Integer.MAX_VALUE;

  private static int[] i(int... values) {
    return values;
  }

  private static int[] n(int count) {
    int[] none = new int[count];
    Arrays.fill(none, NO);
    return none;
  }

  private static Misuse batch(
      String name, String named, int[] ids, int[] at, int[] lengths, int[] labels, int count) {
    return config(name, named, () -> batch(ids, at, lengths, labels, count));
  }

  private static void batch(int[] ids, int[] at, int[] lengths, int[] labels, int count) {
    new Batch(
        ids,
        at,
        lengths,
        labels,
        count,
        new long[lengths.length],
        new float[lengths.length],
        Arrays.stream(lengths).mapToObj(l -> "misuse").toList());
  }

  private static void example(int[] ids, int[] labels) {
    new EncodedExample(0, "misuse", ids, labels);
  }

  private static EncodedExample judged(int[] ids, int[] labels, int labelled) {
    Target target = new Target.TokenLabels(new int[labelled]);
    return new EncodedExample(0, "misuse", ids, labels, Optional.of(target), new int[0]);
  }

  private static void half() {
    Batch.of(List.of(judged(i(1), i(NO), 1), new EncodedExample(0, "misuse", i(1, 2), i(1, 2))));
  }

  private static void stream(BatchCursor start) {
    List<EncodedExample> examples = List.of(new EncodedExample(0, "misuse", i(1, 2), i(1, 2)));
    new BatchStream(BatchPlan.of(examples, BatchConfig.ofExamples(1, 1)), start, 1).next();
  }
}
