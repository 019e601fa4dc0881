package org.tune4j.engine.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.tune4j.engine.EngineBugException;

/**
 * The {@code README.md} of a model or adapter folder: the hub's metadata as YAML, and sections of
 * facts. What is not known is left out: a card has no empty fields and no empty sections.
 */
public final class ModelCard {
  /** The name of the file. */
  public static final String FILE = "README.md";

  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern PLAIN =
      Pattern.compile("[A-Za-z][A-Za-z0-9._/-]*(:[A-Za-z0-9._/-]+)*");
  private static final Pattern HUB_NAME = Pattern.compile("[\\w-][\\w.-]*/[\\w-][\\w.-]*");

  /** Plain texts that YAML takes for something else. */
  private static final Set<String> WORDS =
      Set.of("true", "false", "yes", "no", "on", "off", "null", "y", "n");

  private final String title;
  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final StringBuilder sections = new StringBuilder();

  /** An empty card. */
  public ModelCard(String title) {
    this.title = title;
  }

  /**
   * A name on the hub, {@code owner/name}; empty for anything else, the path of something that is
   * there included.
   */
  public static Optional<String> hubName(String text) {
    return HUB_NAME.matcher(text).matches() && !Files.exists(Path.of(text))
        ? Optional.of(text)
        : Optional.empty();
  }

  /** Sets a field of the metadata to a text. */
  public ModelCard with(String field, String value) {
    metadata.put(field, value);
    return this;
  }

  /** Sets a field of the metadata to a list; an empty one is left out. */
  public ModelCard with(String field, List<String> values) {
    if (!values.isEmpty()) {
      metadata.put(field, List.copyOf(values));
    }
    return this;
  }

  /** Sets those of these fields that are not set yet, as {@link SourceCard} gives them. */
  public ModelCard withDefaults(Map<String, Object> fields) {
    fields.forEach(metadata::putIfAbsent);
    return this;
  }

  /** Adds a section with a table; one without facts is left out. */
  public ModelCard section(String heading, Map<String, ?> facts) {
    if (!facts.isEmpty()) {
      sections.append("\n## ").append(heading).append("\n\n| | |\n|---|---|\n");
      facts.forEach(
          (name, value) ->
              sections
                  .append("| ")
                  .append(cell(name))
                  .append(" | ")
                  .append(cell(value))
                  .append(" |\n"));
    }
    return this;
  }

  private static String cell(Object value) {
    return String.valueOf(value)
        .replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("<", "&lt;")
        .replaceAll("\\p{Cntrl}+", " ");
  }

  /** The file's content. */
  public byte[] bytes() {
    StringBuilder text = new StringBuilder("---\n");
    metadata.forEach((field, value) -> append(text, field, value));
    text.append("---\n\n# ").append(title.replaceAll("\\p{Cntrl}+", " ")).append('\n');
    return text.append(sections).toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void append(StringBuilder text, String field, Object value) {
    text.append(field).append(':');
    if (value instanceof List<?> list) {
      list.forEach(each -> text.append("\n- ").append(scalar(String.valueOf(each))));
    } else {
      text.append(' ').append(scalar(String.valueOf(value)));
    }
    text.append('\n');
  }

  /** A text as YAML; JSON's texts are YAML's too. */
  private static String scalar(String value) {
    if (PLAIN.matcher(value).matches() && !WORDS.contains(value.toLowerCase(Locale.ROOT))) {
      return value;
    }
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new EngineBugException("A text cannot be written as JSON", e);
    }
  }
}
