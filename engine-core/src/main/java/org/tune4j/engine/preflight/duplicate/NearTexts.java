package org.tune4j.engine.preflight.duplicate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Texts of which some are nearly alike: an estimated Jaccard likeness of at least 0.8. Candidates
 * are those that agree in a band of their signatures (locality-sensitive hashing: Indyk and
 * Motwani, 1998); of two texts with likeness 0.8 that happens with 98.5 %, 0.9 with practical
 * certainty, 0.5 with 13 %.
 *
 * <p>Where many unlike texts meet in one bucket, each is compared with the 32 before it only, so
 * the work stays proportional to the texts.
 */
final class NearTexts {
  static final double NEAR = 0.8;
  private static final int MOST_COMPARED = 32;

  private final Template template;
  private final MinHash[] signatures;

  /** Takes texts; what is found depends on their order in crowded buckets only. */
  NearTexts(List<String> texts) {
    this.template = Template.of(texts);
    this.signatures = signatures(texts);
  }

  private MinHash[] signatures(List<String> texts) {
    return IntStream.range(0, texts.size())
        .parallel()
        .mapToObj(i -> MinHash.of(texts.get(i), template))
        .toArray(MinHash[]::new);
  }

  /** Groups of texts of which each is nearly alike to another of its group, by rising index. */
  List<int[]> groups() {
    int[] parents = IntStream.range(0, signatures.length).toArray();
    for (int band = 0; band < MinHash.BANDS; band++) {
      long[] buckets = buckets(band);
      for (int i = 1; i < buckets.length; i++) {
        for (int j = i - 1;
            j >= Math.max(0, i - MOST_COMPARED) && bucket(buckets[j]) == bucket(buckets[i]);
            j--) {
          join(parents, (int) buckets[j], (int) buckets[i]);
        }
      }
    }
    Map<Integer, List<Integer>> members = new TreeMap<>();
    for (int i = 0; i < parents.length; i++) {
      if (root(parents, i) != i) {
        members.computeIfAbsent(root(parents, i), r -> new ArrayList<>(List.of(r))).add(i);
      }
    }
    return members.values().stream()
        .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  /** Puts two texts in one group if they are nearly alike. */
  private void join(int[] parents, int a, int b) {
    int rootA = root(parents, a);
    int rootB = root(parents, b);
    if (rootA != rootB && signatures[a].likeness(signatures[b]) >= NEAR) {
      parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    }
  }

  private static int root(int[] parents, int i) {
    int root = i;
    while (parents[root] != root) {
      parents[root] = parents[parents[root]];
      root = parents[root];
    }
    return root;
  }

  /** Which of other texts are nearly alike to one of these. */
  BitSet matches(List<String> others) {
    MinHash[] wanted = signatures(others);
    BitSet found = new BitSet();
    for (int band = 0; band < MinHash.BANDS; band++) {
      long[] buckets = buckets(band);
      for (int i = 0; i < wanted.length; i++) {
        if (wanted[i] != null && !found.get(i) && isIn(buckets, band, wanted[i])) {
          found.set(i);
        }
      }
    }
    return found;
  }

  private boolean isIn(long[] buckets, int band, MinHash wanted) {
    int bucket = wanted.band(band);
    int from = Arrays.binarySearch(buckets, (long) bucket << 32);
    from = from < 0 ? -from - 1 : from;
    int end = Math.min(buckets.length, from + MOST_COMPARED);
    for (int i = from; i < end && bucket(buckets[i]) == bucket; i++) {
      if (signatures[(int) buckets[i]].likeness(wanted) >= NEAR) {
        return true;
      }
    }
    return false;
  }

  /** The texts by bucket: bucket in the upper half, index in the lower. */
  private long[] buckets(int band) {
    long[] buckets = new long[signatures.length];
    int size = 0;
    for (int i = 0; i < signatures.length; i++) {
      if (signatures[i] != null) {
        buckets[size++] = (long) signatures[i].band(band) << 32 | i;
      }
    }
    long[] sorted = Arrays.copyOf(buckets, size);
    Arrays.parallelSort(sorted);
    return sorted;
  }

  private static int bucket(long entry) {
    return (int) (entry >> 32);
  }
}
