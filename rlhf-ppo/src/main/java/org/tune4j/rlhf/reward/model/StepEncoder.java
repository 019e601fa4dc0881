package org.tune4j.rlhf.reward.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.RowEncoder;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Turns solutions in steps into what a process reward model reads, as TRL's {@code PRMTrainer} did:
 * the prompt, then each step with a separator behind it, whose last token is where the step is
 * judged. What is longer than the greatest length loses its end.
 */
public final class StepEncoder implements RowEncoder {
  private final Tokenizer tokenizer;
  private final DataConfig config;
  private final int[] separator;
  private final boolean lastStepOnly;

  /**
   * An encoder.
   *
   * @param separator what stands behind each step: TRL's {@code step_separator}, a line break there
   * @param lastStepOnly whether the last step alone is learned: {@code train_on_last_step_only}
   * @throws ConfigException if the separator has no token, or rows are to be packed
   */
  public StepEncoder(
      Tokenizer tokenizer, DataConfig config, String separator, boolean lastStepOnly) {
    this.tokenizer = tokenizer;
    this.config = config;
    this.separator = tokenizer.ids(separator, config.splitSpecialTokens());
    this.lastStepOnly = lastStepOnly;
    if (this.separator.length == 0) {
      throw new ConfigException("step_separator: the tokenizer makes no token of it");
    }
    if (config.packing().isPresent()) {
      throw new ConfigException("packing: solutions in steps are not packed");
    }
  }

  @Override
  public Encoded encode(Example example) throws BadColumnException {
    if (!(example.form() instanceof ExampleForm.Stepwise row)) {
      throw new BadColumnException(
          "a row of %s, wanted is prompt + completions + labels"
              .formatted(example.form().getClass().getSimpleName()));
    }
    List<Integer> labels = new ArrayList<>();
    for (int s = 0; s < row.labels().size(); s++) {
      boolean learned = !lastStepOnly || s == row.labels().size() - 1;
      labels.add(learned ? row.labels().get(s) ? 1 : 0 : EncodedExample.NOT_LEARNED);
    }
    Steps steps = steps(row.prompt(), row.completions());
    int[] wanted = new int[steps.ids.length];
    Arrays.fill(wanted, EncodedExample.NOT_LEARNED);
    for (int s = 0; s < steps.ends.length; s++) {
      wanted[steps.ends[s]] = labels.get(s);
    }
    int length = Math.min(steps.ids.length, config.maxLength());
    EncodedExample whole = judged(example, steps.ids, wanted);
    EncodedExample kept =
        judged(example, Arrays.copyOf(steps.ids, length), Arrays.copyOf(wanted, length));
    return kept.labelCount() > 0
        ? new Encoded(whole, Optional.of(kept), Optional.empty())
        : new Encoded(
            whole, Optional.empty(), Optional.of("no judged step is left within max_length"));
  }

  private static EncodedExample judged(Example example, int[] ids, int[] labels) {
    return EncodedExample.of(example.id(), example.where(), ids, new Target.TokenLabels(labels));
  }

  /**
   * A solution to be judged.
   *
   * @param ids of prompt, steps and separators
   * @param ends where each step is judged
   */
  record Steps(int[] ids, int[] ends) {}

  /** A solution in tokens, of any length. */
  Steps steps(String prompt, List<String> steps) {
    IntStream.Builder ids = IntStream.builder();
    int[] ends = new int[steps.size()];
    int length = 0;
    if (tokenizer.addsBos() && tokenizer.bosId().isPresent()) {
      ids.add(tokenizer.bosId().getAsInt());
      length++;
    }
    length += add(ids, tokenizer.ids(prompt, config.splitSpecialTokens()));
    for (int s = 0; s < ends.length; s++) {
      length += add(ids, tokenizer.ids(steps.get(s), config.splitSpecialTokens()));
      length += add(ids, separator);
      ends[s] = length - 1;
    }
    return new Steps(ids.build().toArray(), ends);
  }

  private static int add(IntStream.Builder ids, int[] more) {
    Arrays.stream(more).forEach(ids::add);
    return more.length;
  }
}
