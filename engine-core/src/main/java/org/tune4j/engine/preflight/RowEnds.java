package org.tune4j.engine.preflight;

import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.tokenize.Tokenizer;

/** Where rows begin and stop. */
final class RowEnds {
  private final Tokenizer tokenizer;
  private final int bos;
  private final int eos;
  private final int pad;

  RowEnds(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.bos = tokenizer.bosId().orElse(-1);
    this.eos = tokenizer.eosId().orElse(-1);
    this.pad = tokenizer.padId().orElse(-1);
  }

  /**
   * Whether the learned tokens include one that stops: EOS, or another control token at the end of
   * a learned stretch. White space after it belongs to the chat template.
   */
  boolean learnsToStop(EncodedExample row) {
    boolean atEnd = true;
    for (int t = row.length() - 1; t > 0; t--) {
      if (row.labels()[t] == EncodedExample.NOT_LEARNED) {
        atEnd = true;
      } else if (row.ids()[t] == eos || atEnd && isStop(row.ids()[t])) {
        return true;
      } else {
        atEnd &= isBlank(row.ids()[t]);
      }
    }
    return false;
  }

  private boolean isStop(int id) {
    return tokenizer.isControl(id) && id != bos && id != pad;
  }

  /** By the token's spelling, in which vocabularies write white space as other characters. */
  private boolean isBlank(int id) {
    String token = id < tokenizer.vocabularySize() ? tokenizer.tokenOf(id) : "";
    return token.equals("<0x0A>")
        || token.chars().allMatch(c -> c == 'Ġ' || c == 'Ċ' || c == '▁' || c <= ' ');
  }

  /**
   * Whether BOS occurs where neither the row nor, after EOS, a turn begins. Where one token is both
   * BOS and EOS, only two of them in front can be told to be too many.
   */
  boolean hasSeveralBos(EncodedExample row) {
    int[] ids = row.ids();
    if (bos == eos) {
      return ids.length > 2 && bos >= 0 && ids[0] == bos && ids[1] == bos;
    }
    for (int t = 1; t < ids.length; t++) {
      if (ids[t] == bos && ids[t - 1] != eos) {
        return true;
      }
    }
    return false;
  }
}
