package org.tune4j.eval.stats;

import java.util.List;

/** What several runs made of the same rows: a row's numbers are those of all runs, added up. */
record PooledRuns(List<RowStatistics> runs) implements RowStatistics {
  @Override
  public int rows() {
    return runs.get(0).rows();
  }

  @Override
  public int width() {
    return runs.get(0).width();
  }

  @Override
  public boolean areExchangeable() {
    return runs.stream().allMatch(RowStatistics::areExchangeable);
  }

  @Override
  public void addTo(double[] sum, int row, int times) {
    runs.forEach(run -> run.addTo(sum, row, times));
  }

  @Override
  public double metric(double[] sum) {
    return runs.get(0).metric(sum);
  }
}
