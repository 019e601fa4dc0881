package org.tune4j.engine.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;

/** Prompts on their way into a model that continues them. */
final class Prompts {
  private Prompts() {}

  /** The longest prompt, after the check that each has room. */
  static int longest(BoundModel model, List<int[]> prompts, int maxNewTokens) {
    int room = model.architecture().maxPositions() - model.virtualTokens();
    int longest = 0;
    for (int row = 0; row < prompts.size(); row++) {
      int length = prompts.get(row).length;
      if (length == 0) {
        throw new ConfigException("Generation: prompt " + row + " has no token");
      }
      if ((long) length + maxNewTokens > room) {
        throw new ConfigException(
            "Generation: prompt %d has %d tokens, with max_new_tokens %d together %d; the model was made for at most %d (max_position_embeddings); shorten the prompt or lower max_new_tokens"
                .formatted(row, length, maxNewTokens, (long) length + maxNewTokens, room));
      }
      longest = Math.max(longest, length);
    }
    return longest;
  }

  /** The tokens that end a text: those asked for, or the model's own. */
  static Set<Integer> ends(BoundModel model, Optional<Set<Integer>> asked) {
    Architecture architecture = model.architecture();
    Set<Integer> ends = asked.orElse(Set.copyOf(architecture.endOfText()));
    for (int id : ends) {
      if (id >= architecture.vocabularySize()) {
        throw new ConfigException(
            "Generation: eos_token_id: wanted ids below the model's vocabulary of "
                + architecture.vocabularySize()
                + ", found "
                + id);
      }
    }
    return ends;
  }

  /**
   * The names that prompts were given, in the order of the batch's documents.
   *
   * @param names for each prompt, or none
   * @throws ConfigException if there are some, but not as many as prompts
   */
  static List<String> adapterNames(Batch batch, List<String> names) {
    if (names.isEmpty()) {
      return names;
    }
    if (names.size() != batch.documents()) {
      throw new ConfigException(
          "adapter_names: wanted %d, one a prompt, found %s".formatted(batch.documents(), names));
    }
    return Arrays.stream(batch.exampleIds()).mapToObj(id -> names.get((int) id)).toList();
  }

  /** As a batch of which nothing is learned. */
  static Batch batch(List<int[]> prompts) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int row = 0; row < prompts.size(); row++) {
      int[] none = new int[prompts.get(row).length];
      Arrays.fill(none, EncodedExample.NOT_LEARNED);
      examples.add(new EncodedExample(row, "prompt " + row, prompts.get(row), none));
    }
    return Batch.of(examples);
  }
}
