package org.tune4j.engine.data;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An example in tokens, before and after it was brought to its greatest length.
 *
 * @param whole all of it
 * @param kept what is learned from; empty if the example is dropped
 * @param dropped why it is dropped; empty if it is not
 */
public record Encoded(
    EncodedExample whole, Optional<EncodedExample> kept, Optional<String> dropped) {
  static final String NOTHING_TO_LEARN = "no token that could be predicted from another";
  static final String CUT_AWAY = "nothing learned is left within max_length";

  /** Whether tokens were lost. */
  public boolean cut() {
    return kept.isPresent() && kept.get().length() < whole.length();
  }

  /** Each of its documents: one, or two where two answers are compared. */
  public List<Encoded> documents() {
    List<EncodedExample> all = whole.documents();
    return all.size() == 1
        ? List.of(this)
        : IntStream.range(0, all.size())
            .mapToObj(
                d -> new Encoded(all.get(d), kept.map(each -> each.documents().get(d)), dropped))
            .toList();
  }
}
