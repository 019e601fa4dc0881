package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.tune4j.engine.DataException;

/**
 * Sentences of tagged tokens: a line a token, its tag behind a tab (or a space if there is no tab),
 * a blank line between sentences. Gives columns {@code tokens} and {@code tags}.
 */
final class TaggedSentences implements RowReader {
  private final Cuts lines;
  private final int maxBytes;
  private long firstLine;
  private ArrayNode tokens;
  private ArrayNode tags;
  private long bytes;
  private DataException problem;

  TaggedSentences(ByteInput in, int maxBytes) {
    this.lines = new Lines(in, maxBytes);
    this.maxBytes = maxBytes;
  }

  @Override
  public boolean advance() {
    tokens = JsonNodeFactory.instance.arrayNode();
    tags = JsonNodeFactory.instance.arrayNode();
    bytes = 0;
    problem = null;
    boolean began = false;
    while (lines.next()) {
      if (!lines.bytes().isBlank()) {
        firstLine = began ? firstLine : lines.line();
        began = true;
        addLine();
      } else if (began) {
        return true;
      }
    }
    return began;
  }

  private void addLine() {
    if (problem != null) {
      return;
    }
    try {
      bytes += lines.bytes().length();
      if (bytes > maxBytes) {
        throw RowBytes.tooLong(maxBytes);
      }
      addToken(lines.bytes().text().stripTrailing());
    } catch (DataException e) {
      problem = new DataException("line " + lines.line() + ": " + e.getMessage(), e);
      tokens.removeAll();
      tags.removeAll();
    }
  }

  private void addToken(String line) {
    int tab = line.indexOf('\t');
    int space = tab >= 0 ? tab : line.lastIndexOf(' ');
    String token = line.substring(0, Math.max(space, 0));
    String tag = line.substring(space + 1);
    boolean tokenIsOne = tab >= 0 || token.equals(" ") || token.indexOf(' ') < 0;
    if (token.isEmpty() || tag.indexOf('\t') >= 0 || tag.indexOf(' ') >= 0 || !tokenIsOne) {
      throw new DataException(
          "found "
              + line.strip().split("[\t ]+").length
              + " fields, wanted are a token and its tag with a tab or a space between them");
    }
    tokens.add(token);
    tags.add(tag);
  }

  @Override
  public long line() {
    return firstLine;
  }

  @Override
  public ObjectNode columns() {
    if (problem != null) {
      throw problem;
    }
    ObjectNode columns = JsonNodeFactory.instance.objectNode();
    columns.set("tokens", tokens);
    columns.set("tags", tags);
    return columns;
  }

  @Override
  public void close() {
    lines.close();
  }
}
