package org.tune4j.engine.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.tune4j.engine.data.EncodedExample.NOT_LEARNED;
import static org.tune4j.engine.preflight.RowsFixture.TOKENIZER;
import static org.tune4j.engine.preflight.RowsFixture.encoded;
import static org.tune4j.engine.preflight.RowsFixture.ids;
import static org.tune4j.engine.preflight.RowsFixture.joined;
import static org.tune4j.engine.preflight.ShownRow.Mask.CUT;
import static org.tune4j.engine.preflight.ShownRow.Mask.LEARNED;
import static org.tune4j.engine.preflight.ShownRow.Mask.READ;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.preflight.ShownRow.Piece;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

class TokenPiecesTest {
  private static final int[] END = {ByteTokenizer.EOS};

  @Example
  void piecesAreWholeCharacters() {
    Encoded row = encoded(joined(ids("问a"), ids("é你"), END), 4, 99);
    assertThat(TokenPieces.of(TOKENIZER, row))
        .containsExactly(
            new Piece("问", READ, 3, false),
            new Piece("a", READ, 1, false),
            new Piece("é", LEARNED, 2, false),
            new Piece("你", LEARNED, 3, false),
            new Piece("</s>", LEARNED, 1, false));
  }

  @Example
  void aCharacterThatIsCutIsShownOnce() {
    Encoded row = encoded(joined(ids("a你b"), END), 1, 3);
    assertThat(TokenPieces.of(TOKENIZER, row))
        .containsExactly(
            new Piece("a", READ, 1, false),
            new Piece("你", LEARNED, 3, false),
            new Piece("b", CUT, 1, false),
            new Piece("</s>", CUT, 1, false));
  }

  @Example
  void bytesThatMakeNoCharacterAreSigns() {
    int[] ids = ids("你");
    Encoded row = encoded(new int[] {ids[0], ids[1], ByteTokenizer.EOS, ids[0]}, 0, 99);
    assertThat(TokenPieces.of(TOKENIZER, row))
        .extracting(Piece::text, Piece::tokens)
        .containsExactly(tuple("\ufffd", 2), tuple("</s>", 1), tuple("\ufffd", 1));
  }

  private static Encoded kept(int[] ids, int[] keptIds) {
    int[] labels = ids.clone();
    return new Encoded(
        new EncodedExample(0, "f", ids, labels),
        Optional.of(new EncodedExample(0, "f", keptIds, keptIds.clone())),
        Optional.empty());
  }

  @Example
  void whatIsKeptIsFoundAtEitherEnd() {
    int[] ids = {1, 2, 3, 4, 5};
    assertThat(TokenPieces.masks(kept(ids, new int[] {1, 2})))
        .containsExactly(READ, LEARNED, CUT, CUT, CUT);
    assertThat(TokenPieces.masks(kept(ids, new int[] {4, 5})))
        .containsExactly(CUT, CUT, CUT, READ, LEARNED);
    assertThat(TokenPieces.masks(kept(ids, new int[] {1, 4, 5})))
        .containsExactly(READ, CUT, CUT, LEARNED, LEARNED);
    assertThat(TokenPieces.masks(kept(ids, ids)))
        .containsExactly(READ, LEARNED, LEARNED, LEARNED, LEARNED);
  }

  @Property(tries = 100)
  void allTextIsShown(
      @ForAll
          @CharRange(from = 'a', to = 'z')
          @CharRange(from = '\u4e00', to = '\u4eff')
          @CharRange(from = '\u00e0', to = '\u00ff')
          @StringLength(min = 2, max = 30)
          String text,
      @ForAll @IntRange(max = 100) int learned,
      @ForAll @IntRange(min = 2, max = 100) int length) {
    int[] ids = ids(text);
    Encoded row = encoded(ids, Math.min(learned, ids.length), length);
    List<Piece> pieces = TokenPieces.of(TOKENIZER, row);
    assertThat(pieces.stream().map(Piece::text).collect(Collectors.joining())).isEqualTo(text);
    assertThat(pieces.stream().mapToInt(Piece::tokens).sum()).isEqualTo(ids.length);
  }

  @Example
  void longStretchesAreShortened() {
    int[] ids = joined(ids("你".repeat(500)), ids("ok"), END);
    List<Piece> pieces = TokenPieces.of(TOKENIZER, encoded(ids, 1500, 5000));
    assertThat(pieces.stream().mapToInt(Piece::tokens).sum()).isEqualTo(ids.length);
    assertThat(pieces)
        .filteredOn(Piece::omitted)
        .singleElement()
        .satisfies(
            gap -> {
              assertThat(gap.mask()).isEqualTo(READ);
              assertThat(gap.tokens()).isGreaterThan(1300);
            });
    assertThat(pieces).hasSizeLessThan(50);
    assertThat(pieces.subList(pieces.size() - 3, pieces.size()))
        .extracting(Piece::text)
        .containsExactly("o", "k", "</s>");
  }

  @Example
  void veryManyStretchesEnd() {
    int[] ids = ids("ab".repeat(3000));
    int[] labels = ids.clone();
    for (int t = 0; t < labels.length; t += 2) {
      labels[t] = NOT_LEARNED;
    }
    EncodedExample whole = new EncodedExample(0, "f", ids, labels);
    List<Piece> pieces =
        TokenPieces.of(TOKENIZER, new Encoded(whole, Optional.of(whole), Optional.empty()));
    assertThat(pieces.stream().mapToInt(Piece::tokens).sum()).isEqualTo(ids.length);
    assertThat(pieces.stream().filter(piece -> !piece.omitted())).hasSizeLessThan(700);
    assertThat(pieces.stream().filter(Piece::omitted)).hasSize(1);
    assertThat(pieces.get(pieces.size() - 1)).isEqualTo(new Piece("b", LEARNED, 1, false));
  }

  /** With a vocabulary that writes spaces as signs, and rare characters in bytes. */
  @Example
  void spacesAndBytesOfSentencePieceAreText() {
    try (Tokenizer tokenizer = Tokenizer.load(Goldens.folder("tokenizer/spbpe_llama2"))) {
      int[] ids = tokenizer.encodeText("Say it: 嗨 \ud83e\udd99 twice").ids();
      List<Piece> pieces = TokenPieces.of(tokenizer, encoded(ids, ids.length / 2, 99));
      assertThat(pieces.stream().map(Piece::text).collect(Collectors.joining()))
          .isEqualTo("Say it: 嗨 \ud83e\udd99 twice");
      assertThat(pieces).extracting(Piece::text).contains("\ud83e\udd99");
    }
  }
}
