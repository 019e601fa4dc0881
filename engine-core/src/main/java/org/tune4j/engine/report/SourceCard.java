package org.tune4j.engine.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.gguf.GgufFile;
import org.tune4j.engine.gguf.GgufMetadata;
import org.tune4j.engine.gguf.hub.GgufModel;

/**
 * What a model says of its own licence and languages, which a model made of it keeps: from the
 * metadata of its {@code README.md} or of its GGUF file. A card is written by hand, so what is not
 * plainly readable counts as not known and is no error.
 */
public final class SourceCard {
  private static final int MOST_BYTES = 1 << 20;
  private static final int LONGEST_VALUE = 200;
  private static final Set<String> KEPT =
      Set.of("license", "license_name", "license_link", "language");
  private static final Map<String, String> GGUF_KEYS =
      Map.of(
          "license", "general.license",
          "license_name", "general.license.name",
          "license_link", "general.license.link");
  private static final Pattern FIELD = Pattern.compile("([a-z_]+):[ \\t]*(.*?)[ \\t]*");
  private static final Pattern ITEM = Pattern.compile("[ \\t]*- +(.*?)[ \\t]*");

  private SourceCard() {}

  /**
   * The fields {@code license}, {@code license_name}, {@code license_link} and {@code language}, as
   * far as they are known: texts, or lists of texts.
   *
   * @param source a model folder or a GGUF file
   */
  public static Map<String, Object> of(Path source) {
    if (GgufModel.isFile(source)) {
      return ofGguf(source);
    }
    Path card = source.resolve(ModelCard.FILE);
    if (!Files.isRegularFile(card)) {
      return Map.of();
    }
    try (InputStream in = Files.newInputStream(card)) {
      return parse(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new StorageException(card + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> ofGguf(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      GgufMetadata metadata = file.metadata();
      Map<String, Object> known = new LinkedHashMap<>();
      GGUF_KEYS.forEach(
          (field, key) -> {
            if (metadata.has(key)) {
              add(known, field, metadata.text(key));
            }
          });
      return known;
    }
  }

  private static Map<String, Object> parse(String text) {
    List<String> lines = text.lines().toList();
    Map<String, Object> known = new LinkedHashMap<>();
    if (lines.isEmpty() || !lines.get(0).strip().equals("---")) {
      return known;
    }
    for (int i = 1; i < lines.size() && !lines.get(i).strip().equals("---"); i++) {
      Matcher field = FIELD.matcher(lines.get(i));
      if (field.matches() && KEPT.contains(field.group(1))) {
        String value = unquoted(field.group(2));
        add(known, field.group(1), value.isEmpty() ? items(lines, i + 1) : value);
      }
    }
    return known;
  }

  private static List<String> items(List<String> lines, int from) {
    List<String> items = new ArrayList<>();
    for (int i = from; i < lines.size(); i++) {
      Matcher item = ITEM.matcher(lines.get(i));
      if (!item.matches()) {
        break;
      }
      items.add(unquoted(item.group(1)));
    }
    return items;
  }

  /** A scalar without its comment and its quotes. */
  private static String unquoted(String field) {
    String value = field.replaceAll("\\s+#[^\"']*$", "");
    char first = value.isEmpty() ? ' ' : value.charAt(0);
    boolean quoted =
        (first == '"' || first == '\'') && value.indexOf(first, 1) == value.length() - 1;
    return quoted ? value.substring(1, value.length() - 1) : value;
  }

  private static void add(Map<String, Object> known, String field, Object value) {
    List<?> texts = value instanceof List<?> list ? list : List.of(value);
    if (!texts.isEmpty() && texts.stream().allMatch(text -> isPlain(String.valueOf(text)))) {
      known.put(field, value);
    }
  }

  /** Nested values, blocks of text and references are not read. */
  private static boolean isPlain(String value) {
    return !value.isEmpty()
        && value.length() <= LONGEST_VALUE
        && "[{|>&*!%@`\"'".indexOf(value.charAt(0)) < 0
        && value.chars().noneMatch(Character::isISOControl);
  }
}
