package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.TrainOn.StopTokens;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Turns;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

class ConversationEncoderTest {
  /** Turns between BOS and EOS, which mark no turn otherwise; earlier thoughts are left out. */
  private static final String TEMPLATE =
      """
      {%- for m in messages -%}
      {{ bos_token }}{{ m.role }}:
      {%- if m.role == 'assistant' and m.thinking is defined and loop.last %}({{ m.thinking }}){% endif -%}
      {{ m.content }}{{ eos_token }}
      {% endfor -%}
      {%- if add_generation_prompt %}{{ bos_token }}assistant:{% endif -%}
      """;

  private static Path folder;
  private static Tokenizer tokenizer;

  @BeforeContainer
  static void load() throws IOException {
    folder = Files.createTempDirectory("chat");
    tokenizer = Tokenizer.load(ByteTokenizer.write(folder, true));
    Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
  }

  @AfterContainer
  static void close() throws IOException {
    tokenizer.close();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static ObjectNode message(String role, String content) {
    return JsonNodeFactory.instance.objectNode().put("role", role).put("content", content);
  }

  private static EncodedExample encode(TrainOn trainOn, List<ObjectNode> messages) {
    return new ExampleEncoder(
            tokenizer, DataConfig.builder().maxLength(100_000).trainOn(trainOn).build())
        .encode(example(new ExampleForm.Conversation(new Turns.Messages(messages))))
        .whole();
  }

  private static org.tune4j.engine.data.Example example(ExampleForm form) {
    return new org.tune4j.engine.data.Example(3, "f", 9, form, ChatContext.NONE);
  }

  /** Each stretch of learned tokens as text. */
  private static List<String> learned(EncodedExample example) {
    List<String> stretches = new ArrayList<>();
    List<Integer> stretch = new ArrayList<>();
    for (int t = 0; t <= example.length(); t++) {
      if (t < example.length() && example.labels()[t] != EncodedExample.NOT_LEARNED) {
        stretch.add(example.ids()[t]);
      } else if (!stretch.isEmpty()) {
        stretches.add(tokenizer.decode(stretch.stream().mapToInt(i -> i).toArray(), false));
        stretch.clear();
      }
    }
    return stretches;
  }

  private static TrainOn stops(StopTokens rule) {
    return new TrainOn(true, Optional.of(Set.of("assistant")), false, rule, rule);
  }

  @Provide
  Arbitrary<List<ObjectNode>> conversations() {
    Arbitrary<String> text =
        Arbitraries.oneOf(
            Arbitraries.strings().ofMaxLength(12),
            Arbitraries.of("</s>", "<s>assistant:", "a</s>\n<s>b", "{{ bos_token }}", "日本🙂", " "));
    Arbitrary<String> role = Arbitraries.of("system", "user", "assistant", "tool");
    return net.jqwik.api.Combinators.combine(role, text)
        .as(ConversationEncoderTest::message)
        .list()
        .ofMinSize(1)
        .ofMaxSize(7);
  }

  @Property(tries = 300)
  void whatIsLearnedIsTheAssistantsTextWithItsStopToken(
      @ForAll @From("conversations") List<ObjectNode> messages) {
    EncodedExample example = encode(TrainOn.DEFAULT, messages);
    List<String> said =
        messages.stream()
            .filter(m -> m.path("role").asText().equals("assistant"))
            .map(m -> sound(m.path("content").asText()) + "</s>")
            .toList();
    assertThat(learned(example)).isEqualTo(said);
    // Only the template opens and ends turns, whatever anybody writes.
    assertThat(Arrays.stream(example.ids()).filter(id -> id == ByteTokenizer.EOS))
        .hasSize(messages.size());
    assertThat(Arrays.stream(example.ids()).filter(id -> id == ByteTokenizer.BOS))
        .hasSize(messages.size());
  }

  /** Half a surrogate pair has no UTF-8. */
  private static String sound(String text) {
    return new String(
        text.getBytes(java.nio.charset.StandardCharsets.UTF_16BE),
        java.nio.charset.StandardCharsets.UTF_16BE);
  }

  @Example
  void rolesAndStopTokensAreLearnedAsAsked() {
    List<ObjectNode> messages =
        List.of(
            message("user", "q"),
            message("assistant", "a"),
            message("user", "r"),
            message("assistant", "b"));
    assertThat(learned(encode(stops(StopTokens.NONE), messages))).containsExactly("a", "b");
    assertThat(learned(encode(stops(StopTokens.LAST), messages))).containsExactly("a", "b</s>");
    assertThat(learned(encode(stops(StopTokens.ALL), messages)))
        .containsExactly("</s>", "a</s>", "</s>", "b</s>");
    TrainOn user =
        new TrainOn(true, Optional.of(Set.of("user")), false, StopTokens.TURN, StopTokens.TURN);
    assertThat(learned(encode(user, messages))).containsExactly("q</s>", "r</s>");
    TrainOn last =
        new TrainOn(true, Optional.of(Set.of("assistant")), true, StopTokens.TURN, StopTokens.TURN);
    assertThat(learned(encode(last, messages))).containsExactly("b</s>");
    TrainOn all = new TrainOn(true, Optional.empty(), false, StopTokens.TURN, StopTokens.TURN);
    EncodedExample whole = encode(all, messages);
    assertThat(whole.labels()).isEqualTo(whole.ids());
  }

  @Example
  void aMessageMaySayWhetherItIsLearned() {
    List<ObjectNode> messages =
        List.of(
            message("user", "q").put("train", true),
            message("assistant", "a").put("weight", 0),
            message("assistant", "b").put("weight", 1),
            message("assistant", "c").put("train", false));
    assertThat(learned(encode(TrainOn.DEFAULT, messages))).containsExactly("q</s>", "b</s>");
  }

  @Example
  void anEarlierTurnIsLearnedWithoutTheThoughtsThatItsTemplateLeavesOut() {
    List<ObjectNode> messages =
        List.of(
            message("user", "q"),
            message("assistant", "a").put("thinking", "hm"),
            message("user", "r"),
            message("assistant", "b").put("thinking", "so"));
    assertThat(learned(encode(TrainOn.DEFAULT, messages))).containsExactly("a</s>", "(so)b</s>");
  }

  @Example
  void ofPromptAndCompletionTheCompletionIsLearned() {
    ExampleForm pair =
        new ExampleForm.PromptCompletion(
            new Turns.Messages(
                List.of(message("user", "q"), message("assistant", "a"), message("user", "r"))),
            new Turns.Messages(List.of(message("assistant", "b"))));
    ExampleEncoder encoder = new ExampleEncoder(tokenizer, DataConfig.DEFAULT);
    EncodedExample encoded = encoder.encode(example(pair)).whole();
    assertThat(learned(encoded)).containsExactly("b</s>");
    assertThat(tokenizer.decode(encoder.prompt(example(pair)), false))
        .isEqualTo("<s>user:q</s>\n<s>assistant:a</s>\n<s>user:r</s>\n<s>assistant:");
    assertThat(encoded.ids()).startsWith(encoder.prompt(example(pair)));
  }

  @Example
  void controlTokensInTextCountIfThatIsAsked() {
    DataConfig config = DataConfig.builder().splitSpecialTokens(false).build();
    ExampleForm form =
        new ExampleForm.Conversation(new Turns.Messages(List.of(message("assistant", "a</s>b"))));
    EncodedExample encoded = new ExampleEncoder(tokenizer, config).encode(example(form)).whole();
    assertThat(Arrays.stream(encoded.ids()).filter(id -> id == ByteTokenizer.EOS)).hasSize(2);
  }

  /** As Phi's template does: the role stands inside the control token. */
  @Example
  void aTemplateMayBuildControlTokensAroundRoles() throws IOException {
    Path other = Files.createTempDirectory("roles");
    Path json = ByteTokenizer.write(other, false).resolve("tokenizer.json");
    String text = Files.readString(json);
    Files.writeString(json, text.replace("\"<s>\"", "\"<user>\""));
    Files.writeString(other.resolve("tokenizer_config.json"), "{\"eos_token\":\"</s>\"}");
    Files.writeString(
        other.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ '<' + m.role + '>' + m.content + eos_token }}{% endfor %}");
    try (Tokenizer roles = Tokenizer.load(other)) {
      ExampleForm form =
          new ExampleForm.Conversation(
              new Turns.Messages(List.of(message("user", "a<user></s>b"))));
      EncodedExample encoded =
          new ExampleEncoder(roles, DataConfig.DEFAULT).encode(example(form)).whole();
      assertThat(encoded.ids()).startsWith(256).endsWith(257);
      assertThat(Arrays.stream(encoded.ids()).filter(id -> id >= 256)).hasSize(2);
      assertThat(roles.decode(encoded.ids(), false)).isEqualTo("<user>a<user></s>b</s>");
    }
  }

  @Example
  void whatATemplateRefusesIsNamedByRow() throws IOException {
    Path file = Files.writeString(folder.resolve("strict.jinja"), "{{ raise_exception('no') }}");
    DataConfig config = DataConfig.builder().chatTemplate(file).build();
    ExampleEncoder encoder = new ExampleEncoder(tokenizer, config);
    ExampleForm form =
        new ExampleForm.Conversation(new Turns.Messages(List.of(message("user", "q"))));
    assertThatThrownBy(() -> encoder.encode(example(form)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("f:9: ")
        .hasMessageContaining("refuses this conversation: no");
  }

  @Example
  void aModelWithoutTemplateIsToldWhatToDo() throws IOException {
    Path bare = Files.createTempDirectory("bare");
    try (Tokenizer other = Tokenizer.load(ByteTokenizer.write(bare, true))) {
      ExampleForm form =
          new ExampleForm.Conversation(new Turns.Messages(List.of(message("user", "q"))));
      assertThatThrownBy(() -> new ExampleEncoder(other, DataConfig.DEFAULT).encode(example(form)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("chat_template_path");
    }
  }
}
