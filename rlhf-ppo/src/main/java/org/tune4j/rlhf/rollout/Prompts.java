package org.tune4j.rlhf.rollout;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.ShuffledOrder;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.tokenize.Side;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * The prompts of a run, in an order that is a function of its seed: all of them once, then all of
 * them in another order, and so on.
 *
 * @param all in the order of the rows
 */
public record Prompts(List<Prompt> all, long seed) {
  public Prompts {
    all = List.copyOf(all);
    if (all.isEmpty()) {
      throw new DataException("There is no prompt to answer");
    }
  }

  /**
   * Reads prompts that leave room for their answers: see {@link #of(ExampleSource, Tokenizer,
   * DataConfig, int, long)}.
   *
   * @param model that answers them
   * @throws ConfigException if prompt and answer have no room, by the configuration or in the model
   */
  public static Prompts of(
      ExampleSource rows,
      Tokenizer tokenizer,
      DataConfig config,
      AnswerLimit limit,
      Architecture model,
      long seed) {
    int most = config.maxLength() - limit.tokens();
    if (most < 1) {
      throw new ConfigException(
          "max_length: wanted more than %s %d, found %d"
              .formatted(limit.key(), limit.tokens(), config.maxLength()));
    }
    Prompts prompts = of(rows, tokenizer, config, most, seed);
    for (Prompt each : prompts.all()) {
      int together = each.ids().length + limit.tokens();
      if (together > model.maxPositions()) {
        throw new ConfigException(
            "%s: the prompt has %d tokens, with %s %d together %d; the model was made for at most %d (max_position_embeddings)"
                .formatted(
                    each.example().where(),
                    each.ids().length,
                    limit.key(),
                    limit.tokens(),
                    together,
                    model.maxPositions()));
      }
    }
    return prompts;
  }

  /**
   * Reads prompts: rows with a prompt, whatever else they have. Of a longer one the end is kept
   * where the configuration cuts texts so; its beginning alone would ask something else.
   *
   * @param most tokens of a prompt
   * @throws DataException if a row has none, one without tokens, or a longer one that is not to be
   *     cut so
   */
  public static Prompts of(
      ExampleSource rows, Tokenizer tokenizer, DataConfig config, int most, long seed) {
    ExampleEncoder encoder = new ExampleEncoder(tokenizer, config);
    List<Prompt> all = new ArrayList<>();
    try (Examples examples = Examples.of(rows, config)) {
      for (Example example : examples.all()) {
        int[] ids = encoder.prompt(example);
        if (ids.length == 0) {
          throw new DataException(example.where() + ": the prompt has no token");
        }
        if (ids.length > most && config.truncation() == Side.LEFT) {
          ids = Arrays.copyOfRange(ids, ids.length - most, ids.length);
        }
        if (ids.length > most) {
          throw new DataException(
              "%s: the prompt has %d tokens; wanted at most %d, so that the answer has room: a larger max_length, or truncation_mode keep_end"
                  .formatted(example.where(), ids.length, most));
        }
        all.add(new Prompt(ids, tokenizer.decode(ids, true), example));
      }
    }
    return new Prompts(all, seed);
  }

  /** How many they are, and the SHA-256 of their tokens. */
  public String fingerprint() {
    MessageDigest digest = Sha256.digest();
    for (Prompt prompt : all) {
      ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (prompt.ids().length + 1));
      bytes.putInt(prompt.ids().length).asIntBuffer().put(prompt.ids());
      digest.update(bytes.array());
    }
    return all.size() + ", SHA-256 " + Sha256.hex(digest);
  }

  /** The prompts of an update, each of which answers so many. */
  public List<Prompt> of(int update, int count) {
    Map<Integer, int[]> orders = new HashMap<>();
    List<Prompt> prompts = new ArrayList<>();
    for (long place = (long) update * count; prompts.size() < count; place++) {
      int[] order =
          orders.computeIfAbsent(
              Math.toIntExact(place / all.size()),
              epoch -> ShuffledOrder.of(seed, epoch, all.size()));
      prompts.add(all.get(order[(int) (place % all.size())]));
    }
    return prompts;
  }
}
