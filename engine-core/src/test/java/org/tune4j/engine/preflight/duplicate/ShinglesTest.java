package org.tune4j.engine.preflight.duplicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.Goldens;

class ShinglesTest {
  private static Set<Integer> hashes(String text) {
    Set<Integer> hashes = new HashSet<>();
    Shingles.forEach(text, hashes::add);
    return hashes;
  }

  @Property(tries = 300)
  void asManyAsDifferentPieces(
      @ForAll @CharRange(from = 'a', to = 'c') @CharRange(from = '\u4e00', to = '\u4e02')
          String text) {
    assertThat(hashes(text)).hasSameSizeAs(LikenessOf.pieces(text));
  }

  @Test
  void charactersBeyondSixteenBitsAreOneCharacter() {
    assertThat(hashes("\ud83d\ude00\ud83d\ude01")).hasSize(1);
    assertThat(hashes("\ud83d\ude00\ud83d\ude01abcd")).hasSize(2);
    // An ideograph of plane 2, with three characters from it on.
    assertThat(hashes("\ud840\udc00\ud840\udc01\ud840\udc02\ud840\udc03")).hasSize(2);
  }

  /** English documents whose sets of five characters were counted in Python. */
  @Test
  void likenessOfTheReferenceDocuments() throws IOException {
    JsonNode golden =
        new ObjectMapper().readTree(Goldens.folder("eval").resolve("dedup.json").toFile());
    JsonNode wanted = golden.path("characters");
    assertThat(wanted.path("shingle_size").asInt()).isEqualTo(5);
    List<Set<Integer>> sets = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      sets.add(hashes(golden.path("documents").path(i).asText()));
      assertThat(sets.get(i)).hasSize(wanted.path("set_sizes").path(i).asInt());
    }
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 5; j++) {
        Set<Integer> common = new HashSet<>(sets.get(i));
        common.retainAll(sets.get(j));
        int all = sets.get(i).size() + sets.get(j).size() - common.size();
        assertThat((double) common.size() / all)
            .isCloseTo(wanted.path("jaccard").path(i).path(j).asDouble(), within(1e-12));
      }
    }
  }
}
