package org.tune4j.examples.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.objective.SequenceClassification;
import org.tune4j.engine.objective.TokenClassification;

/**
 * The rows of a case that learns virtual tokens, as its model reads them: of tasks, or of labels.
 *
 * @param tasks of how many tasks rows are
 */
record PromptRows(Architecture architecture, int tasks) {
  /** What the case is learned by. */
  Objective objective() {
    return switch (reads()) {
      case "EACH" -> new TokenClassification(HeadLoss.CrossEntropy.PLAIN);
      case "NONE" -> new CausalLmObjective();
      default -> new SequenceClassification(Reads.valueOf(reads()), HeadLoss.CrossEntropy.PLAIN);
    };
  }

  /** By which tokens the head judges; NONE where there is none. */
  private String reads() {
    return architecture.head() instanceof ClassificationHead head ? head.reads().name() : "NONE";
  }

  /** The rows of an update. */
  Batch batch(Golden file, int update) {
    if (tasks == 1 && reads().equals("NONE")) {
      return file.batch(update);
    }
    long[] shape = file.shape("input_ids");
    int rows = (int) shape[1];
    int length = (int) shape[2];
    List<int[]> documents = file.documents("input_ids", "attention_mask");
    List<int[]> types = file.documents("token_type_ids", "attention_mask");
    List<EncodedExample> examples = new ArrayList<>();
    for (int row = update * rows; row < (update + 1) * rows; row++) {
      int[] ids = documents.get(row);
      examples.add(
          switch (reads()) {
            case "NONE" ->
                new EncodedExample(row, "golden row", ids, labels(file, "labels", row, ids, length))
                    .ofTask((int) file.longs("task_ids")[row] % tasks);
            case "EACH" ->
                judged(
                    row,
                    ids,
                    new Target.TokenLabels(labels(file, "token_labels", row, ids, length)),
                    types.get(row));
            default ->
                judged(
                    row,
                    ids,
                    new Target.OneLabel((int) file.longs("text_labels")[row]),
                    types.get(row));
          });
    }
    return Batch.of(examples);
  }

  private static int[] labels(Golden file, String name, int row, int[] ids, int length) {
    long[] all = file.longs(name);
    return IntStream.range(0, ids.length).map(t -> (int) all[row * length + t]).toArray();
  }

  private EncodedExample judged(int row, int[] ids, Target target, int[] types) {
    boolean knows = architecture.embedding().segments().filter(s -> s.rows() > 1).isPresent();
    return EncodedExample.judged(
        row, "golden row", ids, Optional.of(target), knows ? types : new int[0]);
  }

  /** The texts that are judged before and after. */
  List<Batch> probes(Golden file) {
    List<int[]> documents = file.documents("probe_input_ids", "probe_attention_mask");
    List<int[]> types = file.documents("probe_token_type_ids", "probe_attention_mask");
    return IntStream.range(0, documents.size())
        .mapToObj(row -> probe(row, documents.get(row), types.get(row)))
        .map(example -> Batch.of(List.of(example)))
        .toList();
  }

  private EncodedExample probe(int row, int[] ids, int[] types) {
    Target target =
        reads().equals("EACH")
            ? new Target.TokenLabels(new int[ids.length])
            : new Target.OneLabel(0);
    return judged(row, ids, target, types);
  }
}
