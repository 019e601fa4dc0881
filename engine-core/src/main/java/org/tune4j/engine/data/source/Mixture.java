package org.tune4j.engine.data.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.NearestName;

/**
 * Rows of several tables, drawn by weight: what {@code interleave_datasets} of Hugging Face's
 * datasets does with probabilities. Each place is drawn for itself, with a number that is a
 * function of seed and place; within a table the rows keep their order.
 */
public final class Mixture implements RowTable {
  /** At every so many places it is noted how many rows of each table were drawn before. */
  private static final int BLOCK = 256;

  /** Where a mixture ends; the names are those of datasets. */
  public enum Stopping {
    /** Behind the last row of the table that is used up first. */
    FIRST_EXHAUSTED,
    /**
     * When each table was used up once; one that is used up earlier begins again with its first
     * row.
     */
    ALL_EXHAUSTED,
    /**
     * Behind the last row of the first table; another one that is used up earlier begins again with
     * its first row. So all of a new task is learned once, and as much of the old as its weight
     * says.
     */
    FIRST_TABLE_EXHAUSTED
  }

  private final List<String> names;
  private final List<RowTable> tables;
  private final long seed;

  /** Sum of the weights up to each table, as a part of all. */
  private final double[] upTo;

  private final int size;

  /** Rows drawn of each table before each block, block by block. */
  private int[] drawn;

  /**
   * A mixture.
   *
   * @param tables by name, each with a row at least; closed with the mixture
   * @param weights by the same names, all above 0; only their ratios matter
   * @param seed another seed draws in another order
   * @throws ConfigException if names or weights are not as wanted, or the mixture would have more
   *     rows than can be numbered
   * @throws DataException if a table is empty
   */
  public Mixture(
      Map<String, RowTable> tables, Map<String, Double> weights, long seed, Stopping stopping) {
    this.names = List.copyOf(new ArrayList<>(tables.keySet()));
    this.tables = names.stream().map(tables::get).toList();
    this.seed = seed;
    check(weights);
    this.upTo = upTo(weights);
    this.drawn = new int[names.size() * 16];
    this.size = draw(stopping);
  }

  private void check(Map<String, Double> weights) {
    if (names.isEmpty()) {
      throw new ConfigException("a mixture of no tables; name one at least");
    }
    for (String name : weights.keySet()) {
      if (!names.contains(name)) {
        throw new ConfigException(
            "weight of '"
                + name
                + "': no such data; did you mean '"
                + NearestName.of(name, names)
                + "'?");
      }
    }
    for (int i = 0; i < names.size(); i++) {
      Double weight = weights.get(names.get(i));
      if (weight == null || !(weight > 0) || weight.isInfinite()) {
        throw new ConfigException(
            "weight of '"
                + names.get(i)
                + "': found "
                + (weight == null ? "none" : weight)
                + ", wanted is a number above 0; leave data out that is not to be used");
      }
      if (tables.get(i).size() == 0) {
        throw new DataException("the data '" + names.get(i) + "' has no rows to mix");
      }
    }
  }

  private double[] upTo(Map<String, Double> weights) {
    double all = names.stream().mapToDouble(weights::get).sum();
    double[] sums = new double[names.size()];
    double sum = 0;
    for (int i = 0; i < sums.length; i++) {
      sum += weights.get(names.get(i)) / all;
      sums[i] = sum;
    }
    // Rounding must not leave a gap behind the last.
    sums[sums.length - 1] = 1;
    return sums;
  }

  /** Draws to the end, takes notes, and says how many rows there are. */
  private int draw(Stopping stopping) {
    int count = tables.size();
    int[] before = new int[count];
    boolean[] usedUp = new boolean[count];
    int left = stopping == Stopping.ALL_EXHAUSTED ? count : 1;
    int place = 0;
    while (left > 0) {
      if (place % BLOCK == 0) {
        note(place / BLOCK, before);
      }
      int table = tableAt(place);
      before[table]++;
      if (before[table] >= tables.get(table).size() && !usedUp[table]) {
        usedUp[table] = true;
        left -= table == 0 || stopping != Stopping.FIRST_TABLE_EXHAUSTED ? 1 : 0;
      }
      place++;
      if (place == Integer.MAX_VALUE) {
        throw new ConfigException(
            "the mixture would have more than " + place + " rows; raise the smallest weights");
      }
    }
    return place;
  }

  private void note(int block, int[] before) {
    int at = block * before.length;
    if (at + before.length > drawn.length) {
      drawn = Arrays.copyOf(drawn, 2 * drawn.length);
    }
    System.arraycopy(before, 0, drawn, at, before.length);
  }

  private int tableAt(int place) {
    double uniform = Fractions.uniform(seed, place);
    int table = 0;
    while (uniform >= upTo[table]) {
      table++;
    }
    return table;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Row row(int index) {
    Objects.checkIndex(index, size);
    int table = tableAt(index);
    RowTable from = tables.get(table);
    return from.row(drawnBefore(index, table) % from.size());
  }

  private int drawnBefore(int place, int table) {
    int block = place / BLOCK;
    int before = drawn[block * tables.size() + table];
    for (int i = block * BLOCK; i < place; i++) {
      before += tableAt(i) == table ? 1 : 0;
    }
    return before;
  }

  /** How many rows are drawn of each table, rows drawn again counted again. */
  public Map<String, Integer> drawn() {
    Map<String, Integer> all = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      all.put(names.get(i), drawnBefore(size - 1, i) + (tableAt(size - 1) == i ? 1 : 0));
    }
    return all;
  }

  @Override
  public void close() {
    tables.forEach(RowTable::close);
  }
}
