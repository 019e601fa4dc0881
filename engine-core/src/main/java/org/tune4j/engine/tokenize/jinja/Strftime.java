package org.tune4j.engine.tokenize.jinja;

import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Python's {@code strftime} as it works with glibc in the C locale. */
final class Strftime {
  private final LocalDateTime time;
  private final StringBuilder result = new StringBuilder();

  private Strftime(LocalDateTime time) {
    this.time = time;
  }

  static String format(LocalDateTime time, String format) {
    return new Strftime(time).format(format);
  }

  private String format(String format) {
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        result.append(c);
        continue;
      }
      int start = i++;
      char flag = 0;
      while (i < format.length() && "-_0^#".indexOf(format.charAt(i)) >= 0) {
        flag = format.charAt(i++);
      }
      String text = i < format.length() ? directive(format.charAt(i), flag) : null;
      result.append(
          text == null ? format.substring(start, Math.min(i + 1, format.length())) : text);
    }
    return result.toString();
  }

  /** The text of a directive; null for one that glibc does not know. */
  private String directive(char letter, char flag) {
    String text = name(letter);
    if (text != null) {
      return flag == '^'
          ? text.toUpperCase(Locale.ROOT)
          : flag == '#' ? swapped(letter, text) : text;
    }
    return number(letter, flag);
  }

  private static String swapped(char letter, String text) {
    return letter == 'p' ? text.toLowerCase(Locale.ROOT) : text.toUpperCase(Locale.ROOT);
  }

  private String name(char letter) {
    return switch (letter) {
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' ->
          time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3);
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'P' -> time.getHour() < 12 ? "am" : "pm";
      case 'c' -> format(time, "%a %b %e %H:%M:%S %Y");
      case 'x', 'D' -> format(time, "%m/%d/%y");
      case 'X', 'T' -> format(time, "%H:%M:%S");
      case 'r' -> format(time, "%I:%M:%S %p");
      case 'R' -> format(time, "%H:%M");
      case 'F' -> format(time, "%Y-%m-%d");
      case 'f' -> String.format(Locale.ROOT, "%06d", time.getNano() / 1000);
      case 'z', 'Z' -> "";
      case 'n' -> "\n";
      case 't' -> "\t";
      case '%' -> "%";
      default -> null;
    };
  }

  private String number(char letter, char flag) {
    int weekday = time.getDayOfWeek().getValue();
    return switch (letter) {
      case 'd' -> padded(time.getDayOfMonth(), 2, '0', flag);
      case 'e' -> padded(time.getDayOfMonth(), 2, ' ', flag);
      case 'H' -> padded(time.getHour(), 2, '0', flag);
      case 'k' -> padded(time.getHour(), 2, ' ', flag);
      case 'I' -> padded((time.getHour() + 11) % 12 + 1, 2, '0', flag);
      case 'l' -> padded((time.getHour() + 11) % 12 + 1, 2, ' ', flag);
      case 'M' -> padded(time.getMinute(), 2, '0', flag);
      case 'S' -> padded(time.getSecond(), 2, '0', flag);
      case 'm' -> padded(time.getMonthValue(), 2, '0', flag);
      case 'y' -> padded(time.getYear() % 100, 2, '0', flag);
      case 'Y' -> padded(time.getYear(), 1, '0', flag);
      case 'C' -> padded(time.getYear() / 100, 2, '0', flag);
      case 'j' -> padded(time.getDayOfYear(), 3, '0', flag);
      case 'u' -> String.valueOf(weekday);
      case 'w' -> String.valueOf(weekday % 7);
      case 'U' -> padded(week(DayOfWeek.SUNDAY), 2, '0', flag);
      case 'W' -> padded(week(DayOfWeek.MONDAY), 2, '0', flag);
      case 'V' -> padded(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0', flag);
      case 'G' -> padded(time.get(IsoFields.WEEK_BASED_YEAR), 1, '0', flag);
      case 'g' -> padded(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0', flag);
      default -> null;
    };
  }

  /** Week of the year, counted from its first day of the given kind. */
  private int week(DayOfWeek first) {
    int sinceFirst = Math.floorMod(time.getDayOfWeek().getValue() - first.getValue(), 7);
    return (time.getDayOfYear() - 1 + 7 - sinceFirst) / 7;
  }

  private static String padded(int number, int width, char pad, char flag) {
    char fill = flag == '_' ? ' ' : flag == '0' ? '0' : pad;
    String digits = String.valueOf(number);
    int missing = flag == '-' ? 0 : Math.max(0, width - digits.length());
    return String.valueOf(fill).repeat(missing) + digits;
  }
}
