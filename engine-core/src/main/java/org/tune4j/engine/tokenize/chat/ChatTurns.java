package org.tune4j.engine.tokenize.chat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tune4j.engine.DataException;
import org.tune4j.engine.tokenize.jinja.Output;

/**
 * Finds the turns in a rendered chat by what the template does, never by looking for tokens in what
 * somebody said: from its own {@code {% generation %}} marks where it has them, otherwise by
 * rendering the chat up to each turn, with and without the generation prompt.
 *
 * <p>Some templates write an earlier turn otherwise than a last one (they leave its reasoning out,
 * or end it with another token). There the text between the messages, which is the template's own,
 * is laid over that of the shorter rendering, and is the generation prompt, or the end of the turn,
 * as far as both agree.
 */
public final class ChatTurns {
  private final ChatTemplate template;
  private final Pattern controlToken;

  /**
   * Finds turns.
   *
   * @param controlTokens the texts of the tokenizer's control tokens
   */
  public ChatTurns(ChatTemplate template, Collection<String> controlTokens) {
    this.template = template;
    this.controlToken =
        Pattern.compile(
            controlTokens.stream()
                .filter(token -> !token.isEmpty())
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|", "(?:", ")")));
  }

  /**
   * The turns of a chat in the order of its messages. A message of which the template shows nothing
   * has none.
   *
   * @param full the whole chat, rendered without a generation prompt
   * @throws DataException if the place of an assistant's turn cannot be told for certain
   */
  public List<Turn> of(Chat chat, RenderedChat full) {
    List<Turn> turns = new ArrayList<>();
    List<Output.Span> marked = new ArrayList<>(full.generations());
    long assistants = chat.messages().stream().filter(m -> isAssistant(role(m))).count();
    boolean isMarked = marked.size() == assistants;
    for (int i = 0; i < chat.messages().size(); i++) {
      String role = role(chat.messages().get(i));
      if (!isAssistant(role)) {
        said(full, i, role, turns);
      } else if (isMarked) {
        Output.Span span = marked.remove(0);
        turns.add(stopped(full, i, role, span.start(), span.end()));
      } else {
        turns.add(written(chat, full, i, role));
      }
    }
    return turns;
  }

  private static String role(com.fasterxml.jackson.databind.JsonNode message) {
    return message.path("role").asText();
  }

  private static boolean isAssistant(String role) {
    return role.equals("assistant");
  }

  /** A message that the model only reads. */
  private void said(RenderedChat full, int message, String role, List<Turn> turns) {
    int start = full.first(message);
    if (start < 0) {
      return;
    }
    int stop = full.behind(message);
    Matcher control = controlToken.matcher(full.text());
    boolean ends =
        control.find(stop)
            && full.text().substring(stop, control.start()).isBlank()
            && full.isOfTemplate(control.start(), control.end());
    turns.add(new Turn(message, role, start, stop, ends ? control.end() : stop));
  }

  /** A turn whose last control token, if only white space follows it, is its stop token. */
  private Turn stopped(RenderedChat full, int message, String role, int start, int end) {
    int said = Math.max(start, full.behind(message));
    Matcher control = controlToken.matcher(full.text()).region(Math.min(said, end), end);
    int stop = -1;
    int behind = -1;
    while (control.find()) {
      stop = control.start();
      behind = control.end();
    }
    return stop < 0
        ? new Turn(message, role, start, end, end)
        : new Turn(message, role, start, stop, behind);
  }

  /**
   * A turn that the model writes, by comparison with the renderings that end before and with it.
   */
  private Turn written(Chat chat, RenderedChat full, int message, String role) {
    RenderedChat before = prompt(chat, message);
    RenderedChat with =
        message + 1 == chat.messages().size()
            ? full
            : template.render(chat.upTo(message + 1), false);
    boolean isPrefix = with.text().startsWith(before.text()) && full.text().startsWith(with.text());
    int start = isPrefix ? before.text().length() : start(before, full, message);
    int said = Math.max(start, full.behind(message));
    int gapEnd = full.firstLater(message, said);
    int saidWith = isPrefix ? said : Math.max(0, with.behind(message));
    int common =
        isPrefix
            ? with.text().length() - said
            : common(with.text(), saidWith, full.text(), said, gapEnd);
    Turn turn = stopped(full, message, role, start, said + common);
    if (turn.hasStop() || isPrefix) {
      return turn.hasStop() ? turn : new Turn(message, role, start, said, said);
    }
    // The end differs from that of a last turn: the next control token is the stop.
    Matcher control = controlToken.matcher(full.text()).region(said, gapEnd);
    return control.find()
        ? new Turn(message, role, start, control.start(), control.end())
        : new Turn(message, role, start, said, said);
  }

  /** What the model is given before a turn. Nothing can stand before a first message. */
  private RenderedChat prompt(Chat chat, int message) {
    try {
      return template.render(chat.upTo(message), true);
    } catch (DataException e) {
      throw new DataException(
          "where message %d, the assistant's, begins cannot be told, because the template does not render what is before it: %s; give the template {%% generation %%} marks, or leave assistant_only_loss off"
              .formatted(message, e.getMessage()),
          e);
    }
  }

  /** The end of the text between the message before and this one that is a generation prompt. */
  private static int start(RenderedChat before, RenderedChat full, int message) {
    int first = full.first(message);
    int place = first < 0 ? full.firstLater(message, 0) : first;
    int gap = full.behindEarlier(message, place);
    int gapBefore = before.behindEarlier(message, before.text().length());
    int common = common(before.text(), gapBefore, full.text(), gap, place);
    if (common == 0 && gapBefore < before.text().length()) {
      throw new DataException(
          "where message %d, the assistant's, begins cannot be told: the template writes other text before it than its generation prompt; give the template {%% generation %%} marks, or leave assistant_only_loss off"
              .formatted(message));
    }
    return gap + common;
  }

  private static int common(String a, int fromA, String b, int fromB, int endB) {
    int length = 0;
    while (fromA + length < a.length()
        && fromB + length < endB
        && a.charAt(fromA + length) == b.charAt(fromB + length)) {
      length++;
    }
    return length;
  }
}
