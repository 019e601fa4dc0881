package org.tune4j.engine.tokenize.chat;

import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.tokenize.jinja.Origin;
import org.tune4j.engine.tokenize.jinja.Output;

/**
 * A chat as text. Places are indexes of Java chars.
 *
 * @param output the text, and where each character comes from: the number of a message, or {@link
 *     Origin}. Roles that are known count as the template's, which builds control tokens around
 *     them
 */
public record RenderedChat(Output output) {
  /** The text. */
  public String text() {
    return output.text();
  }

  /** What the template marks as written by the assistant, in the order of the text. */
  public List<Output.Span> generations() {
    return output.generations();
  }

  /** Whether the template itself wrote all characters from one place to before another. */
  public boolean isOfTemplate(int start, int end) {
    int run = runAt(start);
    for (int at = start; at < end; at = output.ends()[run++]) {
      if (output.origins()[run] != Origin.TEMPLATE) {
        return false;
      }
    }
    return true;
  }

  private int runAt(int place) {
    int run = Arrays.binarySearch(output.ends(), place);
    return run < 0 ? -run - 1 : run + 1;
  }

  /** The first character of a message; -1 if the text has none. */
  int first(int message) {
    int[] origins = output.origins();
    for (int run = 0; run < origins.length; run++) {
      if (origins[run] == message) {
        return run == 0 ? 0 : output.ends()[run - 1];
      }
    }
    return -1;
  }

  /** Behind the last character of a message; -1 if the text has none. */
  int behind(int message) {
    int[] origins = output.origins();
    for (int run = origins.length - 1; run >= 0; run--) {
      if (origins[run] == message) {
        return output.ends()[run];
      }
    }
    return -1;
  }

  /**
   * Behind the last character before a place that is of a message before this one; 0 if none is.
   */
  int behindEarlier(int message, int place) {
    int behind = 0;
    for (int run = 0; run < output.origins().length; run++) {
      int origin = output.origins()[run];
      if (origin >= 0 && origin < message && output.ends()[run] <= place) {
        behind = output.ends()[run];
      }
    }
    return behind;
  }

  /**
   * The first character from a place on that is of a message behind this one; the end if none is.
   */
  int firstLater(int message, int place) {
    int start = 0;
    for (int run = 0; run < output.origins().length; run++) {
      if (output.origins()[run] > message && start >= place) {
        return start;
      }
      start = output.ends()[run];
    }
    return text().length();
  }
}
