package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A safetensors file of a golden folder, and the padded rows of the peers as flat batches. */
final class Golden implements AutoCloseable {
  private final SafetensorsFile file;

  private Golden(SafetensorsFile file) {
    this.file = file;
  }

  static Golden open(Path path) {
    return new Golden(SafetensorsFile.open(path));
  }

  Set<String> names() {
    return file.tensors().keySet();
  }

  private ByteBuffer bytes(String tensor) {
    TensorInfo info = file.tensors().get(tensor);
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(info.byteSize())).order(ByteOrder.LITTLE_ENDIAN);
    file.read(tensor, 0, bytes);
    return bytes.flip();
  }

  float[] floats(String tensor) {
    ByteBuffer bytes = bytes(tensor);
    float[] values = new float[bytes.remaining() / 4];
    bytes.asFloatBuffer().get(values);
    return values;
  }

  long[] longs(String tensor) {
    ByteBuffer bytes = bytes(tensor);
    long[] values = new long[bytes.remaining() / 8];
    bytes.asLongBuffer().get(values);
    return values;
  }

  long[] shape(String tensor) {
    return file.tensors().get(tensor).shape();
  }

  /** The rows of a padded tensor {@code [rows, length]} without their padding. */
  List<int[]> documents(String ids, String mask) {
    long[] shape = shape(ids);
    int length = (int) shape[shape.length - 1];
    long[] values = longs(ids);
    long[] real = longs(mask);
    List<int[]> documents = new ArrayList<>();
    for (int row = 0; row < values.length / length; row++) {
      int from = row * length;
      int n = (int) Arrays.stream(real, from, from + length).sum();
      int[] document = new int[n];
      for (int t = 0; t < n; t++) {
        document[t] = (int) values[from + t];
      }
      documents.add(document);
    }
    return documents;
  }

  /**
   * The numbers of {@code [rows, length, V]} that do not stand at padding, documents one after the
   * other.
   */
  float[] realPositions(String tensor, List<int[]> documents) {
    long[] shape = shape(tensor);
    int length = (int) shape[1];
    int v = (int) shape[2];
    float[] all = floats(tensor);
    float[] real = new float[documents.stream().mapToInt(d -> d.length).sum() * v];
    int at = 0;
    for (int row = 0; row < documents.size(); row++) {
      int n = documents.get(row).length * v;
      System.arraycopy(all, row * length * v, real, at, n);
      at += n;
    }
    return real;
  }

  /**
   * Micro-batch {@code index} of {@code [.., rows, length]} tensors input_ids, attention_mask and
   * labels.
   */
  Batch batch(int index) {
    long[] shape = shape("input_ids");
    int rows = (int) shape[shape.length - 2];
    int length = (int) shape[shape.length - 1];
    List<int[]> documents = documents("input_ids", "attention_mask");
    long[] labels = longs("labels");
    List<int[]> docs = new ArrayList<>();
    List<int[]> targets = new ArrayList<>();
    for (int row = index * rows; row < (index + 1) * rows; row++) {
      int[] document = documents.get(row);
      int[] target = new int[document.length];
      for (int t = 0; t < document.length; t++) {
        target[t] = (int) labels[row * length + t];
      }
      docs.add(document);
      targets.add(target);
    }
    return flat(docs, targets);
  }

  /**
   * Packed rows taken apart again, in order: the documents, their unshifted labels, their scores.
   */
  record Packed(List<int[]> documents, List<int[]> labels, float[] logits) {}

  /** The packed rows of {@code packed_*}; segment -1 is padding. */
  Packed packed() {
    long[] shape = shape("packed_logits");
    int length = (int) shape[1];
    int v = (int) shape[2];
    long[] ids = longs("packed_input_ids");
    long[] segments = longs("packed_segment");
    long[] labels = longs("packed_labels");
    float[] all = floats("packed_logits");
    List<int[]> documents = new ArrayList<>();
    List<int[]> targets = new ArrayList<>();
    float[] logits = new float[all.length];
    int real = 0;
    int from = 0;
    while (from < ids.length) {
      int to = from;
      while (to < ids.length && segments[to] == segments[from] && to / length == from / length) {
        to++;
      }
      if (segments[from] >= 0) {
        documents.add(Arrays.stream(ids, from, to).mapToInt(i -> (int) i).toArray());
        targets.add(Arrays.stream(labels, from, to).mapToInt(i -> (int) i).toArray());
        System.arraycopy(all, from * v, logits, real * v, (to - from) * v);
        real += to - from;
      }
      from = to;
    }
    return new Packed(documents, targets, Arrays.copyOf(logits, real * v));
  }

  /** Documents with their unshifted labels as a flat batch; the example ids count the documents. */
  static Batch flat(List<int[]> documents, List<int[]> labels) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int d = 0; d < documents.size(); d++) {
      examples.add(new EncodedExample(d, "golden row " + d, documents.get(d), labels.get(d)));
    }
    return Batch.of(examples);
  }

  /** A tensor of a checkpoint in memory, as fp32. */
  static float[] floats(Tensor whole, TensorSlot.Part part) {
    try (TensorScope work = TensorScope.open()) {
      return TensorOps.cast(work, part.of(whole, work), DType.FLOAT32).toFloats();
    }
  }

  /** The optimizer that a case's hyperparameters tell. */
  static AdamW.Settings adamW(JsonNode hyperparameters) {
    return new AdamW.Settings(
        hyperparameters.get("betas").get(0).asDouble(),
        hyperparameters.get("betas").get(1).asDouble(),
        hyperparameters.get("eps").asDouble(),
        hyperparameters.get("weight_decay").asDouble());
  }

  static double maxAbsDiff(float[] a, float[] b) {
    if (a.length != b.length) {
      return Double.POSITIVE_INFINITY;
    }
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = Math.abs((double) a[i] - b[i]);
      worst = difference <= worst ? worst : difference; // NaN counts as worse
    }
    return worst;
  }

  @Override
  public void close() {
    file.close();
  }
}
