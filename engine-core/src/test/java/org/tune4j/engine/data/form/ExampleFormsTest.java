package org.tune4j.engine.data.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExampleFormsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static ObjectNode row(String json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static ExampleForm form(String json) throws BadColumnException {
    return ExampleForms.of(row(json));
  }

  private static Turns plain(String text) {
    return new Turns.Plain(text);
  }

  /** A conversation's messages as JSON texts. */
  private static List<String> messages(String json) throws BadColumnException {
    return ((ExampleForm.Conversation) form(json))
        .messages().messages().stream().map(ObjectNode::toString).toList();
  }

  @Test
  void columnsOfTrlMakeTheirForms() throws BadColumnException {
    assertThat(form("{'text':'t'}".replace('\'', '"'))).isEqualTo(new ExampleForm.Text("t"));
    assertThat(form("{\"prompt\":\"p\"}")).isEqualTo(new ExampleForm.Prompt(plain("p")));
    assertThat(form("{\"prompt\":\"p\",\"completion\":\"c\",\"extra\":1}"))
        .isEqualTo(form("{\"question\":\"p\",\"answer\":\"c\"}"))
        .isEqualTo(new ExampleForm.PromptCompletion(plain("p"), plain("c")));
    assertThat(form("{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"r\"}"))
        .isEqualTo(new ExampleForm.Preference(plain("p"), plain("c"), plain("r")));
    assertThat(form("{\"chosen\":\"c\",\"rejected\":\"r\"}"))
        .isEqualTo(new ExampleForm.Preference(Turns.NONE, plain("c"), plain("r")));
    assertThat(form("{\"prompt\":\"p\",\"completion\":\"c\",\"label\":true}"))
        .isEqualTo(form("{\"prompt\":\"p\",\"completion\":\"c\",\"label\":\"1\"}"))
        .isEqualTo(new ExampleForm.Unpaired(plain("p"), plain("c"), true));
    assertThat(form("{\"prompt\":\"p\",\"completions\":[\"a\",\"b\"],\"labels\":[true,0]}"))
        .isEqualTo(new ExampleForm.Stepwise("p", List.of("a", "b"), List.of(true, false)));
    assertThat(form("{\"text\":\"t\",\"label\":3}")).isEqualTo(new ExampleForm.Labelled("t", "3"));
    assertThat(form("{\"tokens\":[\"a\",1],\"tags\":[\"O\",2]}"))
        .isEqualTo(form("{\"tokens\":[\"a\",1],\"ner_tags\":[\"O\",2],\"pos_tags\":[1,2]}"))
        .isEqualTo(new ExampleForm.Tagged(List.of("a", "1"), List.of("O", "2")));
  }

  @Test
  void labelsAreNamesOrANumberForEachLabelOrASingleOne() throws BadColumnException {
    assertThat(form("{\"text\":\"t\",\"labels\":[\"a\",\"1\"]}"))
        .isEqualTo(new ExampleForm.MultiLabelled("t", List.of("a", "1")));
    assertThat(form("{\"text\":\"t\",\"labels\":[]}"))
        .isEqualTo(new ExampleForm.MultiLabelled("t", List.of()));
    assertThat(form("{\"text\":\"t\",\"labels\":[0,1.0,true,false,0.0]}"))
        .isEqualTo(new ExampleForm.LabelVector("t", List.of(false, true, true, false, false)));
    assertThat(form("{\"text\":\"t\",\"labels\":2}"))
        .isEqualTo(form("{\"text\":\"t\",\"label\":2}"));
  }

  @Test
  void messagesKeepWhatTemplatesRead() throws BadColumnException {
    assertThat(
            messages(
                """
                {"messages": [
                  {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
                  {"role": "assistant", "content": null, "weight": 0, "tool_calls": [
                    {"id": "x", "type": "function", "function": {"name": "f", "arguments": "{\\"a\\": 1}"}}]},
                  {"role": "assistant", "function_call": {"name": "g", "arguments": "no json"}},
                  {"role": "function", "name": "g", "content": "7"}]}
                """))
        .containsExactly(
            "{\"role\":\"user\",\"content\":\"a\\nb\"}",
            "{\"role\":\"assistant\",\"content\":null,\"weight\":0,\"tool_calls\":[{\"id\":\"x\","
                + "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":{\"a\":1}}}]}",
            "{\"role\":\"assistant\",\"tool_calls\":[{\"type\":\"function\",\"function\":"
                + "{\"name\":\"g\",\"arguments\":\"no json\"}}]}",
            "{\"role\":\"tool\",\"name\":\"g\",\"content\":\"7\"}");
  }

  @Test
  void shareGptAndAlpacaBecomeMessages() throws BadColumnException {
    assertThat(
            messages(
                """
                {"system": "s", "conversations": [{"from": "human", "value": "h"},
                  {"from": "function_call", "value": "{\\"name\\": \\"f\\", \\"arguments\\": {}}"},
                  {"from": "observation", "value": "o"}, {"from": "gpt", "value": "g"}]}
                """))
        .containsExactly(
            "{\"role\":\"system\",\"content\":\"s\"}",
            "{\"role\":\"user\",\"content\":\"h\"}",
            "{\"role\":\"assistant\",\"tool_calls\":[{\"type\":\"function\",\"function\":"
                + "{\"name\":\"f\",\"arguments\":{}}}]}",
            "{\"role\":\"tool\",\"content\":\"o\"}",
            "{\"role\":\"assistant\",\"content\":\"g\"}");
    assertThat(
            messages(
                """
                {"instruction": "i", "input": "n", "output": "o", "history": [["a", "b"]]}
                """))
        .containsExactly(
            "{\"role\":\"user\",\"content\":\"a\"}",
            "{\"role\":\"assistant\",\"content\":\"b\"}",
            "{\"role\":\"user\",\"content\":\"i\\nn\"}",
            "{\"role\":\"assistant\",\"content\":\"o\"}");
    assertThat(messages("{\"instruction\":\"i\",\"input\":\"\",\"output\":\"o\"}"))
        .first()
        .isEqualTo("{\"role\":\"user\",\"content\":\"i\"}");
  }

  @Test
  void toolsMayBeATextOfJson() throws BadColumnException {
    assertThat(ExampleForms.context(row("{\"tools\":\"[{\\\"a\\\":1}]\"}")).tools().orElseThrow())
        .hasToString("[{\"a\":1}]");
    assertThat(
            ExampleForms.context(row("{\"functions\":[{\"name\":\"f\"}]}")).tools().orElseThrow())
        .hasToString("[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]");
    assertThat(ExampleForms.context(row("{\"tools\":[],\"documents\":null}")))
        .isEqualTo(ChatContext.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"completion\":\"c\"}; columns [completion] make no example; ",
        "{}; columns [] make no example; prompt + completion",
        "{\"text\":\"t\",\"prompt\":\"p\"}; more than one example; [[text], [prompt]]",
        "{\"text\":null}; make no example; [text]",
        "{\"text\":1}; column 'text' is number; wanted is a string",
        "{\"prompt\":\"p\",\"completion\":[{\"role\":\"assistant\",\"content\":\"c\"}]}; one is text; both alike",
        "{\"messages\":[]}; column 'messages'; at least one",
        "{\"messages\":\"m\"}; column 'messages' is string; list of messages",
        "{\"messages\":[{\"content\":\"c\"}]}; column 'messages[0]'; a role and a content",
        "{\"messages\":[{\"role\":\"user\"}]}; 'messages[0]'; neither content nor tool_calls",
        "{\"messages\":[{\"role\":\"user\",\"content\":7}]}; messages[0].content; wanted is a string",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\"}]}]}; type 'image'; only text",
        "{\"conversations\":[{\"from\":\"x\",\"value\":\"v\"}]}; from is 'x'; gpt",
        "{\"conversations\":[{\"from\":\"function_call\",\"value\":\"v\"}]}; function_call; name and arguments",
        "{\"prompt\":\"p\",\"completion\":\"c\",\"label\":\"maybe\"}; column 'label'; true or false",
        "{\"prompt\":\"p\",\"completions\":[\"a\"],\"labels\":[]}; completions has 1; labels 0",
        "{\"tokens\":[\"a\",null],\"tags\":[\"O\",\"O\"]}; column 'tokens[1]' is null; strings",
        "{\"text\":\"t\",\"labels\":[0,2]}; column 'labels[1]' is 2; 0 or 1",
        "{\"text\":\"t\",\"labels\":[1,\"a\"]}; column 'labels[1]' is STRING; 0 or 1",
        "{\"text\":\"t\",\"labels\":[\"a\",1]}; column 'labels[1]' is number; strings",
        "{\"text\":\"t\",\"label\":1,\"labels\":[1]}; more than one example; labels",
        "{\"text\":\"t\",\"text_pair\":7,\"label\":1}; column 'text_pair' is number; string",
        "{\"tokens\":[\"a\"],\"tags\":[1],\"ner_tags\":[1]}; more than one example; ner_tags",
        "{\"instruction\":\"i\",\"output\":\"o\",\"history\":[[\"a\"]]}; 'history'; pairs"
      })
  void whatCannotBeReadIsNamed(String json, String problem, String more) {
    assertThatThrownBy(() -> form(json))
        .isInstanceOf(BadColumnException.class)
        .hasMessageContaining(problem)
        .hasMessageContaining(more == null ? "" : more);
  }
}
