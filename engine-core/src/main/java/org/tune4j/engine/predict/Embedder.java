package org.tune4j.engine.predict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.LabelEncoder;
import org.tune4j.engine.data.LengthBatches;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Makes one vector of a text. Forward only, without dropout, several texts at once, which changes
 * vectors by rounding only.
 */
public final class Embedder {
  /** How the vectors of a text's tokens become one. */
  public enum Pooling {
    /** The first token's: an encoder's {@code [CLS]}. */
    FIRST,
    /** The last token's: the only one that has seen the whole text in a decoder. */
    LAST,
    /** The mean of all, as sentence-transformers takes it. */
    MEAN,
    /** BERT's {@code pooler_output}: the first token's, through a layer and a tangent. */
    POOLER
  }

  private final BoundModel model;
  private final Pooling pooling;
  private final int tokensPerBatch;

  /** An embedder of {@value LengthBatches#DEFAULT_TOKENS} tokens at once. */
  public Embedder(BoundModel model, Pooling pooling) {
    this(model, pooling, LengthBatches.DEFAULT_TOKENS);
  }

  /**
   * An embedder.
   *
   * @param model with any head, which is not used. An encoder without one is loaded with that of a
   *     task
   * @param tokensPerBatch most tokens of a batch; a text that is longer is a batch of its own
   * @throws ConfigException if the model has no pooler, and it is to be used
   */
  public Embedder(BoundModel model, Pooling pooling, int tokensPerBatch) {
    boolean hasPooler =
        model
            .architecture()
            .head()
            .dense()
            .filter(dense -> dense.module().endsWith("pooler.dense"))
            .isPresent();
    if (pooling == Pooling.POOLER && !hasPooler) {
      throw new ConfigException(
          "%s has no pooler with this head; wanted is FIRST, LAST or MEAN"
              .formatted(model.architecture().modelType()));
    }
    this.model = model;
    this.pooling = pooling;
    this.tokensPerBatch = tokensPerBatch;
  }

  /**
   * The vectors of texts, in their order, with the tokens that the tokenizer puts around them.
   *
   * @param maxLength most tokens of a text; a longer one loses its end
   * @return {@code [texts][hidden]}
   * @throws ConfigException if a text has no token
   */
  public float[][] embed(Tokenizer tokenizer, List<String> texts, int maxLength) {
    DataConfig config = DataConfig.builder().maxLength(maxLength).build();
    LabelEncoder encoder = new LabelEncoder(tokenizer, config, new HeadTask.Regression());
    List<EncodedExample> examples = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      ExampleForm text = new ExampleForm.Text(texts.get(i));
      try {
        examples.add(
            encoder.unlabelled(new Example(i, "text", i + 1, text, ChatContext.NONE)).tokens());
      } catch (BadColumnException e) {
        throw new ConfigException("text " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    return embed(examples);
  }

  /**
   * The vectors of examples, in their order.
   *
   * @return {@code [examples][hidden]}
   */
  public float[][] embed(List<EncodedExample> examples) {
    Map<EncodedExample, float[]> vectors = new IdentityHashMap<>();
    for (List<EncodedExample> documents : LengthBatches.of(examples, tokensPerBatch)) {
      try (TensorScope work = model.workScope()) {
        BatchTensors batch = model.upload(Batch.of(documents), work);
        Tensor hidden = model.hidden(batch, work);
        List<float[]> pooled =
            pooling == Pooling.POOLER
                ? rows(model.output().pooled(hidden, work.longs(firsts(batch.batch())), work), work)
                : pooled(rows(hidden, work), batch.batch(), documents);
        for (int d = 0; d < documents.size(); d++) {
          vectors.put(documents.get(d), pooled.get(d));
        }
      }
    }
    return examples.stream().map(vectors::get).toArray(float[][]::new);
  }

  /** The first place of each document: a learned token where the model has some before texts. */
  private static int[] firsts(Batch read) {
    int[] firsts = new int[read.documents()];
    for (int d = 1; d < firsts.length; d++) {
      firsts[d] = firsts[d - 1] + read.sequenceLengths()[d - 1];
    }
    return firsts;
  }

  private List<float[]> rows(Tensor matrix, TensorScope work) {
    float[] numbers = TensorOps.cast(work, matrix, DType.FLOAT32).toFloats();
    int width = model.architecture().hiddenSize();
    List<float[]> rows = new ArrayList<>();
    for (int from = 0; from < numbers.length; from += width) {
      rows.add(Arrays.copyOfRange(numbers, from, from + width));
    }
    return rows;
  }

  private List<float[]> pooled(List<float[]> tokens, Batch read, List<EncodedExample> documents) {
    List<float[]> pooled = new ArrayList<>();
    int[] firsts = firsts(read);
    for (int d = 0; d < firsts.length; d++) {
      int end = firsts[d] + read.sequenceLengths()[d];
      int start = end - documents.get(d).length();
      pooled.add(
          switch (pooling) {
            case FIRST -> tokens.get(start);
            case LAST -> tokens.get(end - 1);
            default -> mean(tokens.subList(start, end));
          });
    }
    return pooled;
  }

  private static float[] mean(List<float[]> tokens) {
    float[] mean = new float[tokens.get(0).length];
    for (int i = 0; i < mean.length; i++) {
      double sum = 0;
      for (float[] token : tokens) {
        sum += token[i];
      }
      mean[i] = (float) (sum / tokens.size());
    }
    return mean;
  }
}
