package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A batch in native memory, with what every block needs of it. Lives in the scope that it was made
 * in.
 */
public final class BatchTensors {
  private final Batch batch;
  private final CausalLm model;
  final Tensor ids;
  final Tensor positions;
  final Tensor segments;
  final List<Tensor> context;
  private final int[] labelled;

  /**
   * Uploads a batch for a model.
   *
   * @param segments for each token which text of its document it belongs to
   */
  BatchTensors(Batch batch, int[] segments, CausalLm model, ProgramCalls calls, TensorScope scope) {
    Architecture architecture = model.architecture();
    if (batch.tokens() == 0) {
      throw new DataException("The batch has no token: there is nothing to upload");
    }
    for (int id : batch.tokenIds()) {
      if (id < 0 || id >= architecture.vocabularySize()) {
        throw new DataException(
            "Token id "
                + id
                + " is outside the model's vocabulary of "
                + architecture.vocabularySize()
                + ": does the tokenizer belong to this model?");
      }
    }
    int longest = Arrays.stream(batch.sequenceLengths()).max().orElse(0);
    if (longest > architecture.embedding().longestText()) {
      throw new DataException(
          "A text of %d tokens: the model has positions for %d; cut it (max_length)"
              .formatted(longest, architecture.embedding().longestText()));
    }
    this.batch = batch;
    this.model = model;
    this.ids = scope.longs(batch.tokenIds());
    int most = architecture.embedding().segments().map(EmbeddingSpec.Table::rows).orElse(1);
    if (segments.length != batch.tokens()
        || !Arrays.stream(segments).allMatch(segment -> segment >= 0 && segment < most)) {
      throw new DataException(
          "Segments: wanted a number from 0 to %d for each of %d tokens, found %s"
              .formatted(most - 1, batch.tokens(), Arrays.toString(segments)));
    }
    this.segments = scope.longs(segments);
    this.positions = scope.longs(batch.positions());
    this.context = new ArrayList<>(calls.rope(positions, texts(batch), scope));
    context.addAll(AttentionGroups.of(batch.sequenceLengths(), scope));
    int[] labels = batch.labels();
    int[] rows = new int[labels.length];
    int count = 0;
    for (int t = 0; t < labels.length; t++) {
      if (labels[t] >= 0) {
        rows[count++] = t;
      }
    }
    this.labelled = Arrays.copyOf(rows, count);
  }

  /** For each token the length of its document. */
  private static int[] texts(Batch batch) {
    return Arrays.stream(batch.sequenceLengths())
        .flatMap(length -> IntStream.generate(() -> length).limit(length))
        .toArray();
  }

  /** Whether it was uploaded for this model, with whatever adapter. */
  boolean isFor(CausalLm other) {
    return model == other;
  }

  /** The batch that was uploaded. */
  public Batch batch() {
    return batch;
  }

  /** The flat positions whose next token is learned, in order. */
  public int[] labelledRows() {
    return labelled.clone();
  }
}
