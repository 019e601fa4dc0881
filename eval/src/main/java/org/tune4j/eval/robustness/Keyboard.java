package org.tune4j.eval.robustness;

import java.util.ArrayList;
import java.util.List;

/** Which keys touch each other on a QWERTY keyboard. */
final class Keyboard {
  private static final String[] ROWS = {"qwertyuiop", "asdfghjkl", "zxcvbnm"};

  /** By how much of a key's width each row begins further to the right than the first. */
  private static final double[] SHIFTS = {0, 0.25, 0.75};

  /** Farthest that the middles of keys are apart which touch. */
  private static final double REACH = 1.3;

  private Keyboard() {}

  /** The keys around a letter in its case; none around anything else. */
  static List<String> around(int letter) {
    List<String> keys = new ArrayList<>();
    int lower = Character.toLowerCase(letter);
    for (int row = 0; row < ROWS.length; row++) {
      int column = ROWS[row].indexOf(lower);
      if (column >= 0) {
        addAround(row, column + SHIFTS[row], keys);
      }
    }
    return lower == letter ? keys : keys.stream().map(Keyboard::upper).toList();
  }

  private static void addAround(int row, double at, List<String> keys) {
    for (int r = Math.max(0, row - 1); r <= Math.min(ROWS.length - 1, row + 1); r++) {
      for (int c = 0; c < ROWS[r].length(); c++) {
        double distance = Math.hypot(c + SHIFTS[r] - at, r - row);
        if (distance > 0 && distance <= REACH) {
          keys.add(ROWS[r].substring(c, c + 1));
        }
      }
    }
  }

  private static String upper(String key) {
    return String.valueOf(Character.toUpperCase(key.charAt(0)));
  }
}
