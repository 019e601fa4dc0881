package org.tune4j.examples.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.tokenize.Tokenizer;

/** Times the way from a file of rows to packed rows of tokens. */
public final class PrepareBench {
  private PrepareBench() {}

  /**
   * Runs the benchmark: the figures of its JSON line, in order. The first of the passes warms up
   * and is not counted.
   *
   * @param conversational whether prompt and completion become messages, for the model's own chat
   *     template
   */
  public static Map<String, Object> run(
      Path model, Path data, int maxLength, boolean packing, boolean conversational, int passes) {
    ExampleSource file = new DataFiles().open(data);
    ExampleSource rows = conversational ? bad -> file.rows(bad).map(PrepareBench::asTurns) : file;
    Packing kind = packing ? Packing.BEST_FIT_CUT : null;
    DataConfig config = DataConfig.builder().maxLength(maxLength).packing(kind).build();
    BatchConfig batches = new BatchConfig(0, 8, 8, Optional.ofNullable(kind), maxLength, false);
    double best = Double.POSITIVE_INFINITY;
    List<EncodedExample> examples = List.of();
    int packed = 0;
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      for (int pass = 0; pass <= passes; pass++) {
        long start = System.nanoTime();
        examples = EncodedExamples.all(rows, tokenizer, config);
        packed = BatchPlan.of(examples, batches).window(0, 0).size();
        best = pass == 0 ? best : Math.min(best, (System.nanoTime() - start) / 1e9);
      }
    }
    long tokens = examples.stream().mapToLong(EncodedExample::length).sum();
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("mode", "prepare");
    line.put("conversational", conversational);
    line.put("packing", packing);
    line.put("rows", examples.size());
    line.put("seconds", Math.round(best * 1000) / 1000.0);
    line.put("rows_per_s", Math.round(examples.size() / best));
    line.put("tokens_per_s", Math.round(tokens / best));
    line.put("rows_out", packed);
    line.put("peak_rss_mib", ProcessMemory.peakResidentBytes().orElse(0) >> 20);
    return line;
  }

  private static Row asTurns(Row row) {
    ObjectNode columns = row.columns();
    ObjectNode turns = JsonNodeFactory.instance.objectNode();
    boolean asked = columns.has("question");
    turn(turns, "prompt", "user", columns.path(asked ? "question" : "prompt").asText());
    turn(turns, "completion", "assistant", columns.path(asked ? "answer" : "completion").asText());
    return new Row(turns, row.source(), row.line());
  }

  private static void turn(ObjectNode turns, String column, String role, String content) {
    turns.putArray(column).addObject().put("role", role).put("content", content);
  }
}
