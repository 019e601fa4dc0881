package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The next tokens of prompts, so many of each that has as many left, in native memory.
 *
 * @param virtualRows the tokens that are virtual, if any is
 * @param context as {@link BatchTensors} has it
 * @param places where each token's keys and values go in a cache
 * @param past places of each row that are taken before
 * @param rows the row that each token is of
 * @param ending rows whose prompts end here, and for each the place of its last token here
 */
record PromptChunk(
    Tensor ids,
    Tensor positions,
    Tensor segments,
    List<Tensor> virtualRows,
    List<Tensor> context,
    Tensor places,
    Tensor past,
    int[] rows,
    List<Ending> ending) {
  /** The last token of a row. */
  record Ending(int row, int token) {}

  /**
   * Uploads a chunk.
   *
   * @param prompts as the model reads them
   * @param past tokens of each prompt that came before
   * @param size the most tokens of a prompt
   * @param rowSize places of a row in a cache
   */
  static PromptChunk of(
      Batch prompts, int past, int size, long rowSize, ProgramCalls calls, TensorScope into) {
    VirtualPlaces virtual = calls.virtualPlaces();
    int prefix = virtual.prefix();
    List<Integer> lengths = new ArrayList<>();
    int tokens = 0;
    for (int length : prompts.sequenceLengths()) {
      if (length > past) { // the longest come first
        lengths.add(Math.min(size, length - past));
        tokens += lengths.get(lengths.size() - 1);
      }
    }
    int[] ids = new int[tokens];
    int[] positions = new int[tokens];
    int[] texts = new int[tokens];
    long[] places = new long[tokens];
    int[] rowOf = new int[tokens];
    List<Ending> ending = new ArrayList<>();
    List<Long> rows = new ArrayList<>();
    int from = past;
    int token = 0;
    for (int row = 0; row < lengths.size(); row++) {
      int length = prompts.sequenceLengths()[row];
      for (int t = 0; t < lengths.get(row); t++, token++) {
        ids[token] = prompts.tokenIds()[from + t];
        positions[token] = prefix + past + t;
        texts[token] = prefix + length;
        rowOf[token] = row;
        places[token] = row * rowSize + prefix + past + t;
        if (past + t < virtual.inputs()) {
          rows.add((long) token);
        }
      }
      if (past + lengths.get(row) == length) {
        ending.add(new Ending(row, token - 1));
      }
      from += length;
    }
    Tensor at = into.longs(positions);
    List<Tensor> context = new ArrayList<>(calls.rope(at, texts, into));
    context.add(into.empty(DType.FLOAT32, 0, 1));
    context.addAll(
        AttentionGroups.of(lengths.stream().mapToInt(Integer::intValue).toArray(), into));
    return new PromptChunk(
        into.longs(ids),
        at,
        into.longs(new int[tokens]),
        rows.isEmpty()
            ? List.of()
            : List.of(into.longs(rows.stream().mapToLong(Long::longValue).toArray())),
        context,
        into.longs(places),
        into.longs(new long[] {prefix + past}, 1),
        rowOf,
        ending);
  }
}
