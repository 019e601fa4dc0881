package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Turns examples into token ids and labels: BOS where the tokenizer's own template has it, prompt,
 * completion, EOS. The completion and EOS are learned, the prompt is not; a row without a prompt is
 * learned as a whole. Prompt and completion are tokenized apart, as users' text, so neither can
 * contain a control token.
 *
 * <p>A row longer than the limit loses its end. A row of which nothing learned is left is dropped
 * and counted.
 */
public final class ExampleEncoder {
  private static final String PROMPT_TOO_LONG = "the prompt alone fills the maximum length";
  private static final String NOTHING_TO_LEARN = "no token that could be predicted from another";

  private final Tokenizer tokenizer;
  private final int maxLength;
  private final int[] front;
  private final int eos;

  /**
   * An encoder.
   *
   * @param maxLength most tokens of an example, at least 2
   * @throws ConfigException if the tokenizer has no EOS token
   */
  public ExampleEncoder(Tokenizer tokenizer, int maxLength) {
    if (maxLength < 2) {
      throw new ConfigException("max_length " + maxLength + ": must be at least 2");
    }
    this.tokenizer = tokenizer;
    this.maxLength = maxLength;
    this.front = tokenizer.addsBos() ? tokenizer.bosId().stream().toArray() : new int[0];
    this.eos =
        tokenizer
            .eosId()
            .orElseThrow(
                () ->
                    new ConfigException(
                        "the tokenizer has no eos_token, so a model could not learn to stop; name"
                            + " one in tokenizer_config.json"));
  }

  /** Encodes everything that a source gives. */
  public EncodedExamples encode(ExampleSource source) {
    List<EncodedExample> kept = new ArrayList<>();
    Map<String, Long> dropped = new TreeMap<>();
    long[] rowsAndCut = new long[2];
    try (Stream<Example> examples = source.examples()) {
      examples.forEach(
          example -> {
            EncodedExample whole = whole(example);
            EncodedExample fitting = whole.piece(0, Math.min(whole.length(), maxLength));
            rowsAndCut[0]++;
            if (fitting.labelCount() > 0) {
              rowsAndCut[1] += fitting == whole ? 0 : 1;
              kept.add(fitting);
            } else {
              dropped.merge(fitting == whole ? NOTHING_TO_LEARN : PROMPT_TOO_LONG, 1L, Long::sum);
            }
          });
    }
    return new EncodedExamples(
        kept, new EncodingReport(rowsAndCut[0], kept.size(), rowsAndCut[1], dropped));
  }

  /** The tokens that an example with this prompt begins with: BOS where it is used, the prompt. */
  public int[] prompt(String prompt) {
    return concatenated(front, tokenizer.encodeText(prompt).ids());
  }

  /** One example without regard to its length. */
  private EncodedExample whole(Example example) {
    int[] prompt = prompt(example.prompt());
    int[] completion = tokenizer.encodeText(example.completion()).ids();
    int learnedFrom = example.prompt().isEmpty() ? 0 : prompt.length;
    int[] ids = concatenated(prompt, completion, new int[] {eos});
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, learnedFrom, EncodedExample.NOT_LEARNED);
    return new EncodedExample(example.id(), example.where(), ids, labels);
  }

  private static int[] concatenated(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
  }
}
