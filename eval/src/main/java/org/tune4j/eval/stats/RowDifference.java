package org.tune4j.eval.stats;

import java.util.Arrays;

/** The difference of two metrics of the same rows: the numbers of one, then those of the other. */
record RowDifference(RowStatistics more, RowStatistics less) implements RowStatistics {
  @Override
  public int rows() {
    return more.rows();
  }

  @Override
  public int width() {
    return more.width() + less.width();
  }

  @Override
  public boolean areExchangeable() {
    return more.areExchangeable() && less.areExchangeable();
  }

  @Override
  public void addTo(double[] sum, int row, int times) {
    double[] first = new double[more.width()];
    double[] second = new double[less.width()];
    more.addTo(first, row, times);
    less.addTo(second, row, times);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += i < first.length ? first[i] : second[i - first.length];
    }
  }

  @Override
  public double[] sum(int[] selected) {
    double[] both = Arrays.copyOf(more.sum(selected), width());
    System.arraycopy(less.sum(selected), 0, both, more.width(), less.width());
    return both;
  }

  @Override
  public double metric(double[] sum) {
    return more.metric(Arrays.copyOf(sum, more.width()))
        - less.metric(Arrays.copyOfRange(sum, more.width(), sum.length));
  }
}
