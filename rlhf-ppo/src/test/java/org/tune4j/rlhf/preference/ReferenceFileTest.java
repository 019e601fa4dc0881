package org.tune4j.rlhf.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.DocumentHash;
import org.tune4j.engine.data.EncodedExample;

class ReferenceFileTest {
  private static final Map<String, String> MODEL =
      Map.of("base.weights", "abc", "tokenizer", "def");

  @TempDir private Path folder;

  private static EncodedExample document(int id, int answer) {
    int[] ids = {1, 5 + id, 7, answer, 2};
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, 3, EncodedExample.NOT_LEARNED);
    return new EncodedExample(id, "rows:" + (id + 1), ids, labels);
  }

  private static EncodedExample pair(int id) {
    return EncodedExample.pair(document(id, 8), document(id, 9));
  }

  private static KeptReference known(double first, EncodedExample... rows) {
    Map<ByteBuffer, double[]> said = new LinkedHashMap<>();
    for (EncodedExample row : rows) {
      for (EncodedExample each : row.documents()) {
        said.put(
            DocumentHash.of(Batch.of(List.of(each)), 0, each.length()),
            new double[] {first - said.size(), -0.1});
      }
    }
    return new KeptReference(said);
  }

  @Test
  void whatWasWrittenIsRead() {
    Path file = folder.resolve("said");
    ReferenceFile.write(file, MODEL, known(-1, pair(0), pair(1), pair(2)));
    KeptReference read = ReferenceFile.read(file, MODEL, List.of(pair(2), pair(0)));
    assertThat(read.logProbs(Batch.of(List.of(pair(0))))).containsExactly(-1, -0.1, -2, -0.1);
    assertThat(read.logProbs(Batch.of(List.of(pair(2))))).containsExactly(-5, -0.1, -6, -0.1);
  }

  @Test
  void whatDoesNotFitIsRefusedAndNamed() {
    Path file = folder.resolve("said");
    ReferenceFile.write(file, MODEL, known(-1, pair(0)));
    assertThatThrownBy(() -> ReferenceFile.read(file, MODEL, List.of(pair(0), pair(3), pair(4))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2 of 3 are not in it, the first of them rows:4");
    assertThatThrownBy(
            () ->
                ReferenceFile.read(
                    file, Map.of("base.weights", "abc", "tokenizer", "other"), List.of(pair(0))))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("was made with tokenizer def, and wanted is other");
    assertThatThrownBy(() -> ReferenceFile.write(file, MODEL, known(Double.NaN, pair(0))))
        .isInstanceOf(NumericalException.class);
  }

  private static void damaged(Path file, String why) {
    assertThatThrownBy(() -> ReferenceFile.read(file, MODEL, List.of(pair(0))))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(why);
  }

  private static TensorToWrite zeros(String name, StoredType dtype, long... shape) {
    return new TensorToWrite(
        name,
        dtype,
        shape,
        (offset, into) -> {
          while (into.hasRemaining()) {
            into.put((byte) 0);
          }
        });
  }

  @Test
  void damagedFilesAreRefused() throws IOException {
    Path file = folder.resolve("said");
    ReferenceFile.write(file, MODEL, known(-1, pair(0)));
    byte[] whole = Files.readAllBytes(file);
    damaged(Files.write(folder.resolve("cut"), Arrays.copyOf(whole, whole.length - 3)), "");
    damaged(Files.write(folder.resolve("none"), new byte[0]), "too few");
    Path other = folder.resolve("other");
    SafetensorsWriter.write(other, MODEL, List.of(zeros("a", StoredType.F32, 1)));
    damaged(other, "no log-probabilities of a reference");
    Map<String, String> format = new LinkedHashMap<>(MODEL);
    format.put("tune4j_ref_log_probs", "1");
    Path shapes = folder.resolve("shapes");
    SafetensorsWriter.write(
        shapes,
        format,
        List.of(
            zeros("documents", StoredType.U8, 2, 32),
            zeros("first_tokens", StoredType.I64, 2),
            zeros("log_probs", StoredType.F64, 4)));
    damaged(shapes, "tensor first_tokens: wanted I64[3]");
  }
}
