package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.Sha256;

/**
 * Holds rows out for evaluation by what they say: equal rows fall on the same side, and adding,
 * removing or reordering rows moves no other row. A row's place is the SHA-256 of the seed (eight
 * bytes, the highest first) and its canonical JSON (RFC 8785, in UTF-8): its first 53 bits, read as
 * a fraction.
 *
 * @param fraction about which part of the distinct rows is held out, between 0 and 1
 * @param seed another seed holds other rows out
 */
public record HashSplit(double fraction, long seed) {
  /**
   * Both sides of a table, each in the order of the table.
   *
   * @param train what is trained on
   * @param evaluation what is held out
   */
  public record Sides(RowTable train, RowTable evaluation) {}

  public HashSplit {
    if (!(fraction > 0 && fraction < 1)) {
      throw new ConfigException(
          "the fraction that is held out: found " + fraction + ", wanted is one between 0 and 1");
    }
  }

  /** Whether a row is held out. */
  public boolean holdsOut(ObjectNode columns) {
    MessageDigest sha = Sha256.digest();
    sha.update(ByteBuffer.allocate(Long.BYTES).putLong(0, seed));
    sha.update(CanonicalJson.of(columns).getBytes(StandardCharsets.UTF_8));
    return Fractions.fraction(ByteBuffer.wrap(sha.digest()).getLong()) < fraction;
  }

  /**
   * Splits a table, which is closed when both sides are.
   *
   * @param bad is told of rows that cannot be used, which are on neither side
   */
  public Sides of(RowTable table, BadRows bad) {
    IntStream.Builder train = IntStream.builder();
    IntStream.Builder evaluation = IntStream.builder();
    for (int i = 0; i < table.size(); i++) {
      try {
        (holdsOut(table.row(i).columns()) ? evaluation : train).add(i);
      } catch (BadRowException e) {
        bad.add(e);
      }
    }
    AtomicInteger open = new AtomicInteger(2);
    Runnable close =
        () -> {
          if (open.decrementAndGet() == 0) {
            table.close();
          }
        };
    return new Sides(
        new SelectedRows(table, train.build().toArray(), close),
        new SelectedRows(table, evaluation.build().toArray(), close));
  }
}
