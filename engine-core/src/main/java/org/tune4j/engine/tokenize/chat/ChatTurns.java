package org.tune4j.engine.tokenize.chat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tune4j.engine.DataException;
import org.tune4j.engine.tokenize.jinja.Output;

/**
 * Finds the turns in a rendered chat by what the template does, never by looking for tokens in what
 * somebody said: from its own {@code {% generation %}} marks where it has them, otherwise by
 * rendering the chat up to each turn, with and without the generation prompt.
 *
 * <p>Some templates write an earlier turn otherwise than a last one: they leave its reasoning out,
 * or end it with another token. There the text between the messages, which is the template's own,
 * is laid over that of the shorter rendering, and holds the generation prompt, or the end of the
 * turn, as far as both agree.
 */
public final class ChatTurns {
  private static final String ASSISTANT = "assistant";

  private final ChatTemplate template;
  private final Pattern controlToken;

  /**
   * Finds turns.
   *
   * @param controlTokens the texts of the tokenizer's control tokens
   */
  public ChatTurns(ChatTemplate template, Collection<String> controlTokens) {
    this.template = template;
    this.controlToken = anyOf(controlTokens.stream().filter(t -> !t.isEmpty()).toList());
  }

  /** Some tokenizers have hundreds: they are tried where one of their first characters stands. */
  private static Pattern anyOf(List<String> tokens) {
    if (tokens.isEmpty()) {
      return Pattern.compile("(?!)");
    }
    String firsts =
        tokens.stream()
            .map(token -> String.format("\\x{%x}", token.codePointAt(0)))
            .distinct()
            .collect(Collectors.joining("", "(?=[", "])"));
    return Pattern.compile(
        tokens.stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .collect(Collectors.joining("|", firsts + "(?:", ")")));
  }

  /**
   * The turns of a chat in the order of its messages. A message of which the template shows nothing
   * has none, unless it is the assistant's.
   *
   * @param full the whole chat, rendered without a generation prompt
   * @throws DataException if the place of an assistant's turn cannot be told for certain
   */
  public List<Turn> of(Chat chat, RenderedChat full) {
    Map<Integer, Output.Span> marks = marks(chat, full);
    Map<Integer, Turn> written = new TreeMap<>();
    Set<String> stops = new HashSet<>();
    for (int i = 0; i < chat.messages().size(); i++) {
      if (isAssistant(chat, i)) {
        Turn turn = marks.containsKey(i) ? marked(full, i, marks.get(i)) : written(chat, full, i);
        written.put(i, turn);
        stops.add(full.text().substring(turn.stop(), turn.end()));
      }
    }
    List<Turn> turns = new ArrayList<>();
    for (int i = 0; i < chat.messages().size(); i++) {
      if (written.containsKey(i)) {
        turns.add(written.get(i));
      } else if (full.first(i) >= 0) {
        turns.add(said(full, i, chat.messages().get(i).path("role").asText(), stops));
      }
    }
    return turns;
  }

  private static boolean isAssistant(Chat chat, int message) {
    return chat.messages().get(message).path("role").asText().equals(ASSISTANT);
  }

  /**
   * What the template marks, by message. Marks without a word of a message are of the one before;
   * as many as there are turns are the turns in their order.
   */
  private static Map<Integer, Output.Span> marks(Chat chat, RenderedChat full) {
    List<Integer> assistants =
        IntStream.range(0, chat.messages().size())
            .filter(i -> isAssistant(chat, i))
            .boxed()
            .toList();
    List<Output.Span> spans = full.generations();
    Map<Integer, Output.Span> marks = new HashMap<>();
    int message = -1;
    for (int i = 0; i < spans.size(); i++) {
      Output.Span span = spans.get(i);
      if (spans.size() == assistants.size()) {
        marks.put(assistants.get(i), span);
        continue;
      }
      message =
          assistants.stream()
              .filter(a -> full.behindEarlier(a + 1, span.end()) > span.start())
              .filter(a -> full.first(a) >= 0 && full.first(a) < span.end())
              .reduce((a, b) -> b)
              .orElse(message);
      if (message >= 0) {
        marks.merge(message, span, (a, b) -> new Output.Span(a.start(), b.end()));
      }
    }
    return marks;
  }

  /** A message that the model only reads, and the token behind it if it also ends its own turns. */
  private Turn said(RenderedChat full, int message, String role, Set<String> stops) {
    int stop = full.behind(message);
    Matcher control = controlToken.matcher(full.text());
    boolean ends =
        control.find(stop)
            && full.text().substring(stop, control.start()).isBlank()
            && full.isOfTemplate(control.start(), control.end())
            && (isEos(control.group()) || stops.contains(control.group()));
    return new Turn(message, role, full.first(message), stop, ends ? control.end() : stop);
  }

  /** A turn that the template marks. */
  private Turn marked(RenderedChat full, int message, Output.Span span) {
    int said = Math.max(span.start(), Math.min(span.end(), full.behind(message)));
    return ended(full, message, span.start(), said, span.end(), "");
  }

  /** A turn that the model writes, compared with the renderings that end before and with it. */
  private Turn written(Chat chat, RenderedChat full, int message) {
    RenderedChat before = rendered(chat.upTo(message), true, message);
    RenderedChat with =
        message + 1 == chat.messages().size()
            ? full
            : rendered(chat.upTo(message + 1), false, message);
    String notAsked = rendered(chat.upTo(message), false, message).text();
    String prompt = prompt(before, notAsked, message);
    int startWith = start(chat, before, with, prompt, message);
    int saidWith = Math.max(startWith, with.behind(message));
    // Some templates write a generation prompt that nobody asked for.
    boolean isUnasked =
        before.text().equals(notAsked)
            && with.text().endsWith(prompt)
            && with.text().length() - prompt.length() >= saidWith;
    int endWith = with.text().length() - (isUnasked ? prompt.length() : 0);
    Turn last = ended(with, message, startWith, saidWith, endWith, prompt);
    int start = start(chat, before, full, prompt, message);
    int said =
        full.text().startsWith(with.text().substring(0, saidWith))
            ? saidWith
            : Math.max(start, full.behind(message));
    int next = full.firstLater(message, said);
    int same = common(with.text(), saidWith, endWith, full.text(), said, next);
    if (last.hasStop() && last.end() <= saidWith + same) {
      int moved = said - saidWith;
      return new Turn(message, ASSISTANT, start, last.stop() + moved, last.end() + moved);
    }
    if (!last.hasStop()) {
      int most = Math.min(same, last.end() - saidWith);
      int end = said + full.text().substring(said, said + most).stripTrailing().length();
      return new Turn(message, ASSISTANT, start, end, behindNext(full, end));
    }
    // An earlier turn ends otherwise than a last one: its stop is what comes in that place.
    return controlToken
        .matcher(full.text())
        .region(said, next)
        .results()
        .filter(token -> token.end() > said + same)
        .findFirst()
        .map(token -> new Turn(message, ASSISTANT, start, token.start(), token.end()))
        .orElseGet(() -> new Turn(message, ASSISTANT, start, said, said));
  }

  /**
   * Behind the control token right at a place, or the place itself. Some templates end no turn: the
   * next speaker's token is where the model stops.
   */
  private int behindNext(RenderedChat full, int place) {
    Matcher control = controlToken.matcher(full.text()).region(place, full.text().length());
    return control.lookingAt() && full.isOfTemplate(control.start(), control.end())
        ? control.end()
        : place;
  }

  private RenderedChat rendered(Chat part, boolean addGenerationPrompt, int message) {
    try {
      return template.render(part, addGenerationPrompt);
    } catch (DataException e) {
      throw new DataException(
          "where message %d, the assistant's, lies cannot be told, because the template does not render a part of the conversation: %s; give the template {%% generation %%} marks, or leave assistant_only_loss off"
              .formatted(message, e.getMessage()),
          e);
    }
  }

  /**
   * The generation prompt before a message. Of a template that writes it always, what it wrote
   * behind the last message, from the first token on that also opens the chat; of one without, all
   * of that.
   */
  private String prompt(RenderedChat before, String notAsked, int message) {
    String asked = before.text();
    int said = before.behindEarlier(message, asked.length());
    int same = common(asked, 0, asked.length(), notAsked, 0, notAsked.length());
    int begin = Math.max(said, onTokens(asked, said, same));
    if (begin < asked.length()) {
      return asked.substring(begin);
    }
    String opening = asked.substring(0, before.firstLater(-1, 0));
    return controlToken
        .matcher(asked)
        .region(said, asked.length())
        .results()
        .filter(token -> opening.contains(token.group()) && !isEos(token.group()))
        .findFirst()
        .map(token -> asked.substring(token.start()))
        .orElse(asked.substring(said));
  }

  /** Where a message's turn begins in a rendering: behind the generation prompt. */
  private int start(
      Chat chat, RenderedChat before, RenderedChat rendered, String prompt, int message) {
    String text = rendered.text();
    if (text.startsWith(before.text())) {
      return before.text().length();
    }
    int first = rendered.first(message);
    int place = first < 0 ? rendered.firstLater(message, 0) : first;
    int gap = rendered.behindEarlier(message, place);
    String between = text.substring(gap, place);
    int start = onTokens(text, gap, gap + behindPrefix(prompt, between));
    boolean goesOn = message > 0 && isAssistant(chat, message - 1);
    if (goesOn && start == gap && !controlToken.matcher(between).find()) {
      return gap; // Both messages are one turn.
    }
    if (start - gap < Math.min(1, prompt.strip().length())
        || !endsBehindLastToken(text.substring(gap, start), prompt)) {
      throw new DataException(
          "where message %d, the assistant's, begins cannot be told: the template writes other text before it than its generation prompt; give the template {%% generation %%} marks, or leave assistant_only_loss off"
              .formatted(message));
    }
    return start;
  }

  /** Whether a text ends with a beginning of the prompt that has all of its control tokens. */
  private boolean endsBehindLastToken(String text, String prompt) {
    int last = 0;
    Matcher control = controlToken.matcher(prompt);
    while (control.find()) {
      last = control.end();
    }
    for (int length = prompt.length(); length >= last; length--) {
      if (text.endsWith(prompt.substring(0, length))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Behind the longest beginning of the prompt that stands in a text, where it stands last. Where
   * the text goes on otherwise than the prompt, the beginning ends with white space or a bracket.
   */
  private static int behindPrefix(String prompt, String text) {
    for (int length = prompt.length(); length > 0; length--) {
      String beginning = prompt.substring(0, length);
      int at = text.lastIndexOf(beginning);
      char last = beginning.charAt(length - 1);
      boolean ends =
          length == prompt.length()
              || at + length == text.length()
              || Character.isWhitespace(last)
              || ">]:".indexOf(last) >= 0;
      if (at >= 0 && ends && !beginning.isBlank()) {
        return at + length;
      }
    }
    return 0;
  }

  private boolean isEos(String token) {
    return token.equals(template.eos().orElse(null));
  }

  /** The place, or the beginning of the control token that it would split. */
  private int onTokens(String text, int from, int place) {
    Matcher control = controlToken.matcher(text).region(from, text.length());
    while (control.find() && control.start() < place) {
      if (control.end() > place) {
        return control.start();
      }
    }
    return place;
  }

  /**
   * A turn with its stop token: of the control tokens behind what was said, the first ones that
   * stand together, up to EOS if it is among them. Behind a turn in which nothing was said, the
   * template's own marks come before them.
   *
   * @param said behind the last character of the message
   * @param end the place before which the stop token lies
   * @param prompt what turns begin with: its control tokens end none, save EOS
   */
  private Turn ended(RenderedChat full, int message, int start, int said, int end, String prompt) {
    String text = full.text();
    List<MatchResult> tokens = new ArrayList<>();
    int limit = Math.max(said, end);
    Matcher control = controlToken.matcher(text).region(said, limit);
    while (control.find() && control.start() < limit) {
      if (prompt.contains(control.group()) && !isEos(control.group())) {
        limit = control.start();
      } else if (full.isOfTemplate(control.start(), control.end())) {
        tokens.add(control.toMatchResult());
      }
    }
    if (tokens.isEmpty()) {
      int last = said + text.substring(said, limit).stripTrailing().length();
      return new Turn(message, ASSISTANT, start, last, last);
    }
    int at = 0;
    for (int i = 1; said == start && i < tokens.size(); i++) {
      at = text.substring(tokens.get(i - 1).end(), tokens.get(i).start()).isBlank() ? at : i;
    }
    while (at + 1 < tokens.size()
        && tokens.get(at + 1).start() == tokens.get(at).end()
        && !isEos(tokens.get(at).group())) {
      at++;
    }
    return new Turn(message, ASSISTANT, start, tokens.get(at).start(), tokens.get(at).end());
  }

  private static int common(String a, int fromA, int endA, String b, int fromB, int endB) {
    int length = 0;
    while (fromA + length < endA
        && fromB + length < endB
        && a.charAt(fromA + length) == b.charAt(fromB + length)) {
      length++;
    }
    return length;
  }
}
