package org.tune4j.rlhf.reward.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

/** Expected ids and labels are those of the examples in TRL's {@code PRMTrainer.tokenize_row}. */
class StepEncoderTest {
  @TempDir Path folder;

  private Encoded encode(int maxLength, boolean lastOnly) throws IOException, BadColumnException {
    DataConfig config = DataConfig.builder().maxLength(maxLength).build();
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false))) {
      ExampleForm row = new ExampleForm.Stepwise("ab", List.of("cd", "e"), List.of(true, false));
      return new StepEncoder(tokenizer, config, "\n", lastOnly)
          .encode(new Example(0, "rows", 1, row, ChatContext.NONE));
    }
  }

  private static int[] labels(Encoded encoded) {
    return ((Target.TokenLabels) encoded.kept().orElseThrow().target().orElseThrow()).ids();
  }

  @Test
  void stepsAreJudgedAtTheirSeparators() throws Exception {
    Encoded encoded = encode(100, false);
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(encoded.whole().ids()).isEqualTo(tokenizer.ids("abcd\ne\n", false));
    }
    assertThat(labels(encoded)).containsExactly(-100, -100, -100, -100, 1, -100, 0);
  }

  @Test
  void lastStepAlone() throws Exception {
    assertThat(labels(encode(100, true))).containsExactly(-100, -100, -100, -100, -100, -100, 0);
  }

  @Test
  void longSolutionsLoseTheirEnd() throws Exception {
    assertThat(labels(encode(6, false))).containsExactly(-100, -100, -100, -100, 1, -100);
    assertThat(encode(6, false).cut()).isTrue();
    assertThat(encode(6, true).dropped()).contains("no judged step is left within max_length");
  }

  @Test
  void otherRowsAndEmptySeparatorsAreRefused() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false))) {
      StepEncoder encoder = new StepEncoder(tokenizer, DataConfig.DEFAULT, "\n", false);
      Example text = new Example(0, "rows", 1, new ExampleForm.Text("a"), ChatContext.NONE);
      assertThatThrownBy(() -> encoder.encode(text))
          .isInstanceOf(BadColumnException.class)
          .hasMessageContaining("prompt + completions + labels");
      assertThatThrownBy(() -> new StepEncoder(tokenizer, DataConfig.DEFAULT, "", false))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("step_separator");
    }
  }
}
