package org.tune4j.eval.judge;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.DataException;
import org.tune4j.engine.Sha256;

/**
 * A judge and how it is asked.
 *
 * @param plain for rows without a reference
 * @param withReference for rows with one
 */
record Panel(
    ChatModel judge,
    String name,
    int concurrency,
    JudgeTemplate plain,
    JudgeTemplate withReference) {
  Panel asking(JudgeTemplate template) {
    return new Panel(judge, name, concurrency, template, template);
  }

  /** The question about a row. */
  ChatPrompt question(JudgeRow row, Map<String, String> answers) {
    JudgeTemplate template = template(row);
    if (template.showsReference() && row.reference().isEmpty()) {
      throw new DataException(
          row.where() + ": has no reference, which the template " + template.source() + " shows");
    }
    Map<String, String> texts = new HashMap<>(answers);
    texts.put(JudgeTemplate.PROMPT, row.prompt());
    row.reference().ifPresent(text -> texts.put(JudgeTemplate.REFERENCE, text));
    return template.fill(texts);
  }

  private JudgeTemplate template(JudgeRow row) {
    return row.reference().isPresent() ? withReference : plain;
  }

  List<Asked> ask(List<ChatPrompt> questions) {
    return Asked.all(judge, questions, concurrency);
  }

  /** Judge and templates, by which two figures may be compared or not. */
  String signature(List<JudgeRow> rows) {
    StringBuilder signature = new StringBuilder("judge:" + name);
    rows.stream()
        .map(this::template)
        .distinct()
        .map(
            template ->
                "|template:"
                    + Sha256.hex(template.text().getBytes(StandardCharsets.UTF_8)).substring(0, 8))
        .sorted()
        .forEach(signature::append);
    return signature.toString();
  }
}
