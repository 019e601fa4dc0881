package org.tune4j.engine.preflight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.generate.TextStream;
import org.tune4j.engine.preflight.ShownRow.Mask;
import org.tune4j.engine.preflight.ShownRow.Piece;
import org.tune4j.engine.tokenize.Tokenizer;

/** The tokens of a row as text, with what becomes of each. */
final class TokenPieces {
  /** Of a longer stretch of equal tokens only the beginning and the end are shown. */
  private static final int LONG_STRETCH = 120;

  private static final int SHOWN_OF_STRETCH = 50;

  /** Of a row with very many stretches its beginning is shown, and its end. */
  private static final int SHOWN_OF_BEGINNING = 500;

  private static final int SHOWN_OF_END = 100;

  private final Tokenizer tokenizer;
  private final int[] ids;
  private final Mask[] masks;
  private final List<Piece> pieces = new ArrayList<>();
  private TextStream stream;

  /** Tokens that make no whole character yet. */
  private int waiting;

  private TokenPieces(Tokenizer tokenizer, Encoded row) {
    this.tokenizer = tokenizer;
    this.ids = row.whole().ids();
    this.masks = masks(row);
    this.stream = new TextStream(tokenizer, new int[0]);
  }

  static List<Piece> of(Tokenizer tokenizer, Encoded row) {
    TokenPieces pieces = new TokenPieces(tokenizer, row);
    pieces.addAll();
    return pieces.pieces;
  }

  /** What becomes of each token of the whole row. */
  static Mask[] masks(Encoded row) {
    int[] whole = row.whole().ids();
    Mask[] masks = new Mask[whole.length];
    Arrays.fill(masks, Mask.CUT);
    if (row.kept().isEmpty()) {
      return masks;
    }
    // What is kept is the beginning, or the end, or the end with tokens of the beginning before it.
    EncodedExample kept = row.kept().get();
    int front = Arrays.mismatch(whole, kept.ids());
    front = front < 0 ? kept.length() : Math.min(front, kept.length());
    for (int t = 0; t < kept.length(); t++) {
      int place = t < front ? t : t + whole.length - kept.length();
      boolean learned = t > 0 && kept.labels()[t] != EncodedExample.NOT_LEARNED;
      masks[place] = learned ? Mask.LEARNED : Mask.READ;
    }
    return masks;
  }

  private void addAll() {
    int shown = 0;
    for (int from = 0; from < ids.length; ) {
      int end = endOfStretch(from);
      if (shown >= SHOWN_OF_BEGINNING && ids.length - from > SHOWN_OF_END) {
        end = ids.length - SHOWN_OF_END;
        omit(from, end);
      } else if (end - from <= LONG_STRETCH) {
        add(from, end);
      } else {
        int gap = from + SHOWN_OF_STRETCH;
        add(from, gap);
        while (waiting > 0 && gap < end - SHOWN_OF_STRETCH) {
          add(gap++);
        }
        omit(gap, end - SHOWN_OF_STRETCH);
        add(end - SHOWN_OF_STRETCH, end);
      }
      shown += Math.min(end - from, 2 * SHOWN_OF_STRETCH);
      from = end;
    }
    flush(ids.length);
  }

  private int endOfStretch(int from) {
    int end = from;
    while (end < ids.length && masks[end] == masks[from]) {
      end++;
    }
    return end;
  }

  private void omit(int from, int end) {
    if (end > from) {
      flush(from);
      pieces.add(new Piece("", masks[from], end - from, true));
      stream = new TextStream(tokenizer, Arrays.copyOf(ids, end));
    }
  }

  private void add(int from, int end) {
    for (int t = from; t < end; t++) {
      add(t);
    }
  }

  private void add(int t) {
    if (tokenizer.isControl(ids[t])) {
      flush(t);
      pieces.add(new Piece(tokenizer.tokenOf(ids[t]), masks[t], 1, false));
      stream = new TextStream(tokenizer, Arrays.copyOf(ids, t + 1));
      return;
    }
    waiting++;
    String text = stream.add(ids[t]);
    if (!text.isEmpty()) {
      // A character whose tokens differ counts as its first one.
      pieces.add(new Piece(text, masks[t + 1 - waiting], waiting, false));
      waiting = 0;
    }
  }

  /** Gives up on a character that does not become whole. */
  private void flush(int end) {
    if (waiting > 0) {
      pieces.add(new Piece(stream.end(), masks[end - waiting], waiting, false));
      waiting = 0;
    }
  }
}
