package org.tune4j.engine.objective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorSource;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.DocumentHash;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Has a teacher read rows once, and writes what {@link TeacherLogits} reads. */
public final class TeacherLogitsWriter {
  /** Tokens that the teacher reads at once, unless a document is longer. */
  private static final int TOKENS_AT_ONCE = 2048;

  private static final KernelModule KERNEL =
      KernelModule.load(
          "topk",
          KernelSources.read(
              TeacherLogitsWriter.class,
              "/org/tune4j/engine/kernels",
              "distillation",
              "cross_entropy"),
          """
            def topk(self: __torch__.Root, t: Tensor, settings: Tensor) -> List[Tensor]:
              return __torch__.distillation.topk(t, settings)
          """);

  private final BoundModel teacher;
  private final int topK;
  private final double temperature;
  private final NumberSpool ids;
  private final NumberSpool logProbs;
  private final List<ByteBuffer> documents = new ArrayList<>();
  private final List<Long> firstTokens = new ArrayList<>(List.of(0L));

  private TeacherLogitsWriter(
      BoundModel teacher, int topK, double temperature, NumberSpool ids, NumberSpool logProbs) {
    this.teacher = teacher;
    this.topK = topK;
    this.temperature = temperature;
    this.ids = ids;
    this.logProbs = logProbs;
  }

  /**
   * Writes a file, replacing one that is there. It appears when it is whole; meanwhile twice its
   * size is needed on its disk.
   *
   * @param tokenizer {@link org.tune4j.engine.tokenize.Tokenizer#fingerprint}
   * @param topK how many of the likeliest tokens are kept, 1 up to the vocabulary
   * @param temperature that distributions are softened by
   * @param rows what will be learned; the same row twice is kept once
   * @throws ConfigException if the teacher says no next tokens, or a number means nothing
   * @throws DataException if no row has a label
   * @throws NumericalException if the teacher's scores are not finite
   * @throws org.tune4j.engine.StorageException if it cannot be written; nothing is left of it then
   */
  public static void write(
      Path target,
      CausalLm teacher,
      String tokenizer,
      int topK,
      double temperature,
      Iterator<EncodedExample> rows) {
    DistillationObjective.requireSame(teacher.architecture(), teacher.architecture());
    int vocabulary = teacher.architecture().head().out().outputs();
    if (topK < 1 || topK > vocabulary) {
      throw new ConfigException(
          "teacher_top_k: wanted 1 to %d, found %d".formatted(vocabulary, topK));
    }
    Map<String, String> metadata =
        Map.of(
            TeacherLogitsFile.FORMAT, TeacherLogitsFile.VERSION,
            TeacherLogitsFile.TOP_K, String.valueOf(topK),
            TeacherLogitsFile.TEMPERATURE, String.valueOf(temperature),
            TeacherLogitsFile.VOCABULARY, String.valueOf(vocabulary),
            TeacherLogitsFile.TOKENIZER, tokenizer,
            TeacherLogitsFile.TEACHER, fingerprint(teacher));
    try (NumberSpool ids = NumberSpool.beside(target);
        NumberSpool logProbs = NumberSpool.beside(target);
        BoundModel bound = new BoundModel(teacher, null, null)) {
      TeacherLogitsWriter writer = new TeacherLogitsWriter(bound, topK, temperature, ids, logProbs);
      writer.readAll(rows);
      int known = topK < vocabulary ? topK + 1 : topK;
      SafetensorsWriter.write(target, metadata, writer.tensors(known));
    }
  }

  /** Changes with any bit of a teacher, and with how it computes. */
  static String fingerprint(CausalLm teacher) {
    String all =
        String.join(
            " ",
            teacher.configSha256(),
            teacher.weightsFingerprint(),
            teacher.dtype().name(),
            teacher.format().name());
    return Sha256.hex(all.getBytes(StandardCharsets.UTF_8));
  }

  private void readAll(Iterator<EncodedExample> rows) {
    Set<ByteBuffer> met = new HashSet<>();
    List<EncodedExample> some = new ArrayList<>();
    int tokens = 0;
    while (rows.hasNext()) {
      EncodedExample row = rows.next();
      Batch alone = Batch.of(List.of(row));
      if (row.labelCount() > 0 && met.add(DocumentHash.of(alone, 0, row.length()))) {
        if (tokens + row.length() > TOKENS_AT_ONCE && !some.isEmpty()) {
          read(Batch.of(some));
          some.clear();
          tokens = 0;
        }
        some.add(row);
        tokens += row.length();
      }
    }
    if (met.isEmpty()) {
      throw new DataException("distillation: no row has a label that a teacher could say");
    }
    read(Batch.of(some));
  }

  private void read(Batch batch) {
    int start = 0;
    for (int length : batch.sequenceLengths()) {
      documents.add(DocumentHash.of(batch, start, length));
      long learned =
          Arrays.stream(batch.labels(), start, start + length).filter(l -> l >= 0).count();
      firstTokens.add(firstTokens.get(firstTokens.size() - 1) + learned);
      start += length;
    }
    try (TensorScope work = teacher.workScope()) {
      BatchTensors tensors = teacher.upload(batch, work);
      Tensor hidden = teacher.hidden(tensors, work);
      int[] rows = tensors.labelledRows();
      int chunk = CausalLmObjective.chunk(teacher);
      for (int from = 0; from < rows.length; from += chunk) {
        int[] part = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + chunk));
        try (TensorScope step = teacher.workScope()) {
          append(teacher.output().logits(hidden, step.longs(part), step), step);
        }
      }
    }
  }

  private void append(Tensor logits, TensorScope step) {
    List<Tensor> likeliest =
        KERNEL.call(step, "topk", logits, step.doubles(new double[] {topK, temperature}));
    ids.append(bytes(likeliest.get(0), DType.INT32));
    ByteBuffer known = bytes(likeliest.get(1), DType.FLOAT32);
    for (int at = 0; at < known.limit(); at += Float.BYTES) {
      if (!Float.isFinite(known.getFloat(at))) {
        throw new NumericalException(
            "distillation: the teacher's scores are not finite; nothing can be learned of it");
      }
    }
    logProbs.append(known);
  }

  private static ByteBuffer bytes(Tensor tensor, DType stored) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(stored.bytes(tensor.shape())))
            .order(ByteOrder.LITTLE_ENDIAN);
    TensorOps.read(tensor, stored, 0, bytes);
    return bytes.flip();
  }

  private List<TensorToWrite> tensors(int known) {
    long tokens = firstTokens.get(firstTokens.size() - 1);
    ByteBuffer hashes = ByteBuffer.allocate(DocumentHash.BYTES * documents.size());
    documents.forEach(hash -> hashes.put(hash.duplicate()));
    ByteBuffer firsts =
        ByteBuffer.allocate(Long.BYTES * firstTokens.size()).order(ByteOrder.LITTLE_ENDIAN);
    firstTokens.forEach(firsts::putLong);
    return List.of(
        tensor(TeacherLogitsFile.IDS, StoredType.I32, ids.source(), tokens, topK),
        tensor(TeacherLogitsFile.LOG_PROBS, StoredType.F32, logProbs.source(), tokens, known),
        tensor(
            TeacherLogitsFile.DOCUMENTS,
            StoredType.U8,
            of(hashes),
            documents.size(),
            DocumentHash.BYTES),
        tensor(TeacherLogitsFile.FIRST_TOKENS, StoredType.I64, of(firsts), firstTokens.size()));
  }

  private static TensorToWrite tensor(
      String name, StoredType dtype, TensorSource source, long... shape) {
    return new TensorToWrite(name, dtype, shape, source);
  }

  private static TensorSource of(ByteBuffer all) {
    return (offset, into) -> into.put(all.slice(Math.toIntExact(offset), into.remaining()));
  }
}
