package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A case of {@code goldens/rl}.
 *
 * @param folder of it
 * @param json its {@code case.json}
 */
record RlCase(Path folder, JsonNode json, CheckSink sink) {
  String name() {
    return json.get("case").asText();
  }

  /** A model that the case is based on: by a key of {@code base}. */
  Path base(String key) {
    return folder.toAbsolutePath().getParent().resolve(json.get("base").get(key).asText());
  }

  double setting(String key) {
    return json.get("hyperparameters").get(key).asDouble();
  }

  int count(String key) {
    return json.get("hyperparameters").get(key).asInt();
  }

  double tolerance(String key) {
    return json.get("tolerance").get(key).asDouble();
  }

  void within(String check, double difference, double tolerance) {
    sink.report(name(), check, difference, tolerance, difference <= tolerance);
  }

  /** Compares numbers with a padded tensor, row by row as far as they go. */
  void rows(String check, Golden golden, String tensor, List<double[]> found, double tolerance) {
    double worst = 0;
    float[] all = golden.floats(tensor);
    int length = all.length / found.size();
    for (int row = 0; row < found.size(); row++) {
      for (int t = 0; t < found.get(row).length; t++) {
        double difference = Math.abs(found.get(row)[t] - all[row * length + t]);
        worst = difference <= worst ? worst : difference; // NaN counts as worse
      }
    }
    within(check, worst, tolerance);
  }

  /** The rows of a tensor, each as long as is said. */
  static List<double[]> rows(Golden golden, String tensor, int[] lengths) {
    float[] all = golden.floats(tensor);
    int width = all.length / lengths.length;
    List<double[]> rows = new ArrayList<>();
    for (int row = 0; row < lengths.length; row++) {
      double[] values = new double[lengths[row]];
      for (int t = 0; t < values.length; t++) {
        values[t] = all[row * width + t];
      }
      rows.add(values);
    }
    return rows;
  }

  /** The rows of a tensor of ids. */
  static List<int[]> ids(Golden golden, String tensor) {
    long[] shape = golden.shape(tensor);
    int width = (int) shape[shape.length - 1];
    int[] all = Arrays.stream(golden.longs(tensor)).mapToInt(Math::toIntExact).toArray();
    List<int[]> rows = new ArrayList<>();
    for (int from = 0; from < all.length; from += width) {
      rows.add(Arrays.copyOfRange(all, from, from + width));
    }
    return rows;
  }
}
