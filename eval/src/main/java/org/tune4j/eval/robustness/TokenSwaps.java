package org.tune4j.eval.robustness;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.InputShift;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.Encoding;
import org.tune4j.engine.tokenize.Tokenizer;

/** What a model's loss changes by, to first order, where one token is swapped for another. */
final class TokenSwaps {
  /** Candidates whose vectors are looked at in one call. */
  private static final int AT_ONCE = 1 << 14;

  private static final int NONE = -1;

  private final BoundModel model;
  private final Tokenizer tokenizer;
  private final HeadObjective objective;
  private TokenWords words;

  TokenSwaps(BoundModel model, Tokenizer tokenizer, HeadObjective objective) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.objective = objective;
  }

  /** The words that are one token. */
  List<String> words() {
    return tokenWords().words();
  }

  private TokenWords tokenWords() {
    if (words == null) {
      words = TokenWords.of(tokenizer, model.architecture().vocabularySize());
    }
    return words;
  }

  /** As {@link DifferentiableClassifier#swapGains}. */
  float[][] gains(String text, EncodedExample example, int[] starts, int[] ends) {
    float[][] gains = new float[starts.length][words().size()];
    Arrays.stream(gains).forEach(row -> Arrays.fill(row, Float.NEGATIVE_INFINITY));
    int[] places = places(text, example, starts, ends);
    int[] swapped = IntStream.range(0, places.length).filter(w -> places[w] != NONE).toArray();
    if (swapped.length == 0) {
      return gains;
    }
    try (TensorScope work = model.workScope()) {
      BatchTensors batch = model.upload(Batch.of(List.of(example)), work);
      InputShift inputs = InputShift.zeros(batch, model, work);
      objective.lossAndGradients(model, batch.shifted(inputs), 1, Recompute.NONE, null);
      int before = batch.batch().tokens() - example.length(); // learned tokens before the text
      Tensor rows = work.longs(Arrays.stream(swapped).map(word -> before + places[word]).toArray());
      int[] own = Arrays.stream(swapped).map(word -> example.ids()[places[word]]).toArray();
      float[] stays = products(inputs, rows, own, work);
      for (boolean initial : new boolean[] {false, true}) {
        int[] ids = tokenWords().ids(initial);
        float[] becomes = products(inputs, rows, known(ids), work);
        for (int r = 0; r < swapped.length; r++) {
          if (tokenWords().isInitial(own[r]) == initial) {
            float stay = stays[r * own.length + r];
            fill(gains[swapped[r]], ids, becomes, r * (becomes.length / swapped.length), stay);
          }
        }
      }
    }
    return gains;
  }

  private static int[] known(int[] ids) {
    return Arrays.stream(ids).filter(id -> id != NONE).toArray();
  }

  private static void fill(float[] gains, int[] ids, float[] products, int from, float stays) {
    int at = from;
    for (int v = 0; v < ids.length; v++) {
      if (ids[v] != NONE) {
        gains[v] = products[at++] - stays;
      }
    }
  }

  /** {@code [rows, ids]}. */
  private float[] products(InputShift inputs, Tensor rows, int[] ids, TensorScope work) {
    int count = Math.toIntExact(rows.elements());
    float[] all = new float[count * ids.length];
    for (int from = 0; from < ids.length; from += AT_ONCE) {
      int to = Math.min(ids.length, from + AT_ONCE);
      try (TensorScope part = work.nested()) {
        Tensor candidates = part.longs(Arrays.copyOfRange(ids, from, to));
        Tensor gains = model.swapProducts(inputs.gradient(), rows, candidates, part);
        float[] found = TensorOps.cast(part, gains, DType.FLOAT32).toFloats();
        for (int r = 0; r < count; r++) {
          System.arraycopy(found, r * (to - from), all, r * ids.length + from, to - from);
        }
      }
    }
    return all;
  }

  /** The token that each word is, by its place in the example. */
  private int[] places(String text, EncodedExample example, int[] starts, int[] ends) {
    Encoding tokens = tokenizer.encode(text, true);
    int[] kept = example.ids();
    int[] places = new int[starts.length];
    Arrays.fill(places, NONE);
    for (int t = 0; t < Math.min(tokens.length(), kept.length); t++) {
      int start = tokens.starts()[t];
      int end = tokens.ends()[t];
      while (start < end && Character.isWhitespace(text.charAt(start))) {
        start++; // some tokens hold the space before their word
      }
      for (int w = 0; w < starts.length; w++) {
        if (start == starts[w] && end == ends[w] && kept[t] == tokens.ids()[t]) {
          places[w] = t;
        }
      }
    }
    return places;
  }
}
