package org.tune4j.rlhf.reward.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.Row;
import org.tune4j.rlhf.reward.Reward;
import org.tune4j.rlhf.reward.RewardLimits;
import org.tune4j.rlhf.reward.RewardSample;
import org.tune4j.rlhf.reward.RewardScorer;
import org.tune4j.rlhf.reward.RewardTerm;

class VerifierTest {
  private static Row row(String answer) {
    return new Row(JsonNodeFactory.instance.objectNode().put("answer", answer), "rows.jsonl", 7);
  }

  private static double score(Reward reward, String response, String answer) throws Exception {
    return reward.score("", response, row(answer));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "She sells 9 a day, so 18.|She has 9.\\n#### 18|1",
        "'#### 1,234'|1234|1",
        "'#### $1,234.00'|1234|1",
        "so \\boxed{42}, not 43|42|1",
        "\\boxed{1} then \\boxed{\\frac{1}{2}}|0.5|1",
        "\\boxed{7|7|1",
        "\\boxed{7} or \\boxed{8|7|1",
        "\\boxed{1{,}000}|1000|1",
        "\\boxed{50\\%}|0.5|1",
        "\\boxed{-3}.|-3|1",
        "#### Step 1: count. #### 42|42|1",
        "so it is 1.0.|1|1",
        "the answer is -3|3|0",
        "17|18|0",
        "no number at all|18|0",
        "''|18|0",
        "25 %|0.25|1",
        "3.10|3.1|1",
        "答案是十八|18|1",
        "each gets 36 / 4 =|9|0",
        "#### 36 / 4|9|0",
        "\\boxed{36/4}|9|0",
        "\\boxed{\\frac{36}{4}}|9|0",
        "each gets 36 / 4 = ?|9|0",
        "each gets 36 / 4 apples|9|0",
        "so 36 / 4 = 9|9|1",
        "'#### 9\\nCheck: 36 / 4'|9|1",
        "so 9 = x|9|1",
        "#### 3/4|0.75|1",
        "#### 6/4.|1.5|1",
        "a share of 9/1|9|1",
      })
  void numericAnswer(String response, String answer, double wanted) throws Exception {
    assertThat(score(new NumericAnswer("answer"), response, answer.replace("\\n", "\n")))
        .isEqualTo(wanted);
  }

  @Test
  void rowWithoutAnAnswerIsToldByItsPlace() {
    assertThatThrownBy(() -> score(new NumericAnswer("gold"), "18", "18"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("rows.jsonl:7: column gold: wanted a text or a number");
    assertThatThrownBy(() -> score(new NumericAnswer("answer"), "18", "many"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has no number");
  }

  private static final String SCHEMA =
      """
      {"type": "object", "required": ["name", "age"], "additionalProperties": false,
       "properties": {"name": {"type": "string", "minLength": 1},
                      "age": {"type": "integer", "minimum": 0}}}""";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"name\": \"Li\", \"age\": 3}|1",
        "~Here it is:\n```json\n{\"name\": \"Li\", \"age\": 3}\n```\nDone.~|1",
        "~```json\n{\"name\": \"Li\", \"age\": 3}\n```\nfrom\n```\nLi, 3\n```~|1",
        "{\"name\": \"Li\"}|0",
        "{\"name\": \"Li\", \"age\": 3.5}|0",
        "{\"name\": \"Li\", \"age\": 3} {}|0",
        "{\"name\": \"Li\", \"name\": \"Wu\", \"age\": 3}|0",
        "{\"name\": \"Li\", \"age\": |0",
        "~~|0",
        "[]|0",
      })
  void jsonSchema(String response, double wanted) throws Exception {
    assertThat(score(new JsonSchemaReward(SCHEMA), response, "")).isEqualTo(wanted);
  }

  @Test
  void deeplyNestedJsonIsNoError() throws Exception {
    assertThat(score(new JsonSchemaReward(SCHEMA), "[".repeat(100_000), "")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"type\": 3}", "{\"$ref\": \"https://example.org/a.json\"}"})
  void whatIsNoSchemaIsRefused(String schema) {
    assertThatThrownBy(() -> new JsonSchemaReward(schema))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("not a JSON schema");
  }

  /** The two examples of TRL's documentation, and its edges. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "~<think>\nThis is my reasoning.\n</think>\nThis is my answer.~|1",
        "~<think>\nThis is my reasoning.\nThis is my answer.~|0",
        "~ <think>a</think>b~|0",
        "~<think>a<think>b</think>c~|0",
        "~<think></think>~|1",
      })
  void thinkFormat(String response, double wanted) throws Exception {
    assertThat(score(PatternReward.thinkFormat(), response, "")).isEqualTo(wanted);
  }

  @Test
  void expressionThatTakesForEverIsEnded() {
    RewardTerm slow = RewardTerm.of("slow", new PatternReward("(a|aa)+\\1b"));
    RewardLimits limits = new RewardLimits(1, Duration.ofMillis(100), 1);
    try (RewardScorer scorer = new RewardScorer(List.of(slow), limits)) {
      RewardSample stuck = new RewardSample("", "a".repeat(100), row(""));
      assertThat(scorer.score(List.of(stuck)).dropped().get(0).why())
          .contains("longer than 100 ms");
    }
    assertThatThrownBy(() -> new PatternReward("(")).isInstanceOf(ConfigException.class);
  }

  /** TRL's documentation: 90 of 100 with a cache of 20 is -0.5. */
  @ParameterizedTest
  @CsvSource({"80,0", "90,-0.5", "81,-0.05", "100,-1", "101,-1", "0,0"})
  void softOverlong(int length, double wanted) throws Exception {
    Reward reward = new SoftOverlong(100, 20, String::length);
    assertThat(score(reward, "x".repeat(length), "")).isEqualTo(wanted);
  }

  @Test
  void softOverlongWithoutACacheIsACliff() throws Exception {
    Reward reward = new SoftOverlong(3, 0, String::length);
    assertThat(score(reward, "xxx", "")).isZero();
    assertThat(score(reward, "xxxx", "")).isEqualTo(-1);
    assertThatThrownBy(() -> new SoftOverlong(3, 4, String::length))
        .isInstanceOf(ConfigException.class);
  }
}
