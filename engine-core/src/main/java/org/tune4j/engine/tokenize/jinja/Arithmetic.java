package org.tune4j.engine.tokenize.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Python's operators on numbers, strings and sequences. */
final class Arithmetic {
  private Arithmetic() {}

  static Object binary(Runtime runtime, Object a, String operator, Object b) {
    runtime.step(1);
    if (a instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (operator.equals("%") && a instanceof Text format) {
      return runtime.made(PercentFormat.format(runtime, format, b));
    }
    if (b instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (Numbers.isInteger(a) && Numbers.isInteger(b)) {
      return integers(a, operator, b);
    }
    if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
      return floats(Numbers.toDouble(a), operator, Numbers.toDouble(b));
    }
    Object result =
        switch (operator) {
          case "+" -> sum(runtime, a, b);
          case "*" -> product(runtime, a, b);
          default -> null;
        };
    if (result == null) {
      throw unsupported(a, operator, b);
    }
    return result;
  }

  static Object negative(Object a) {
    if (a instanceof Double number) {
      return -number;
    }
    checkUnary(a, "-");
    return Numbers.narrow(Numbers.big(a).negate());
  }

  static Object positive(Object a) {
    if (a instanceof Double) {
      return a;
    }
    checkUnary(a, "+");
    return Numbers.narrow(Numbers.big(a));
  }

  private static void checkUnary(Object a, String operator) {
    if (a instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!Numbers.isInteger(a)) {
      throw Failure.error("bad operand type for unary " + operator + ": '" + TypeName.of(a) + "'");
    }
  }

  private static Failure unsupported(Object a, String operator, Object b) {
    String shown = operator.equals("**") ? "** or pow()" : operator;
    return Failure.error(
        "unsupported operand type(s) for "
            + shown
            + ": '"
            + TypeName.of(a)
            + "' and '"
            + TypeName.of(b)
            + "'");
  }

  private static Object integers(Object a, String operator, Object b) {
    if (Numbers.isSmall(a) && Numbers.isSmall(b)) {
      Object result = smallIntegers(Numbers.small(a), operator, Numbers.small(b));
      if (result != null) {
        return result;
      }
    }
    return bigIntegers(Numbers.big(a), operator, Numbers.big(b));
  }

  /** The result where it fits a long, else null. */
  private static Object smallIntegers(long a, String operator, long b) {
    switch (operator) {
      case "+" -> {
        long sum = a + b;
        return ((a ^ sum) & (b ^ sum)) < 0 ? null : (Object) sum;
      }
      case "-" -> {
        long difference = a - b;
        return ((a ^ b) & (a ^ difference)) < 0 ? null : (Object) difference;
      }
      case "*" -> {
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        return high == low >> 63 ? (Object) low : null;
      }
      case "//" -> {
        return b == 0 || a == Long.MIN_VALUE ? null : (Object) Math.floorDiv(a, b);
      }
      case "%" -> {
        return b == 0 ? null : (Object) Math.floorMod(a, b);
      }
      default -> {
        return null;
      }
    }
  }

  private static Object bigIntegers(BigInteger a, String operator, BigInteger b) {
    return switch (operator) {
      case "+" -> Numbers.narrow(a.add(b));
      case "-" -> Numbers.narrow(a.subtract(b));
      case "*" -> Numbers.narrow(a.multiply(b));
      case "/" -> quotient(a, b);
      case "//" ->
          Numbers.narrow(floorDivision(a, nonZero(b, "integer division or modulo by zero"))[0]);
      case "%" -> Numbers.narrow(floorDivision(a, nonZero(b, "integer modulo by zero"))[1]);
      default -> power(a, b);
    };
  }

  private static BigInteger nonZero(BigInteger divisor, String message) {
    if (divisor.signum() == 0) {
      throw Failure.error(message);
    }
    return divisor;
  }

  /** Quotient and remainder of which the remainder has the sign of the divisor. */
  private static BigInteger[] floorDivision(BigInteger a, BigInteger b) {
    BigInteger[] parts = a.divideAndRemainder(b);
    if (parts[1].signum() * b.signum() < 0) {
      parts[0] = parts[0].subtract(BigInteger.ONE);
      parts[1] = parts[1].add(b);
    }
    return parts;
  }

  private static Object quotient(BigInteger a, BigInteger b) {
    nonZero(b, "division by zero");
    if (a.bitLength() <= 53 && b.bitLength() <= 53) {
      return a.doubleValue() / b.doubleValue();
    }
    // A quotient of more bits than a double has, of which the last says whether a rest was left.
    int shift = Math.max(0, 66 - a.bitLength() + b.bitLength());
    BigInteger[] parts = a.abs().shiftLeft(shift).divideAndRemainder(b.abs());
    BigInteger exact = parts[1].signum() == 0 ? parts[0] : parts[0].setBit(0);
    double result = a.signum() * b.signum() * Math.scalb(exact.doubleValue(), -shift);
    if (Double.isInfinite(result)) {
      throw Failure.error("integer division result too large for a float");
    }
    return result;
  }

  private static Object power(BigInteger a, BigInteger b) {
    if (b.signum() < 0) {
      if (a.signum() == 0) {
        throw Failure.error("0.0 cannot be raised to a negative power");
      }
      return power(Numbers.toDouble(a), Numbers.toDouble(b));
    }
    if (a.abs().bitLength() <= 1) {
      return b.signum() == 0 || a.signum() < 0 && !b.testBit(0) ? 1L : (Object) a.longValue();
    }
    long factor = a.abs().bitLength() - 1L;
    Limits.checkBits(b.bitLength() > 31 ? Long.MAX_VALUE : factor * b.longValue());
    return Numbers.narrow(a.pow(b.intValue()));
  }

  private static Object floats(double a, String operator, double b) {
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / nonZero(b, "float division by zero");
      case "//" -> floorDivision(a, nonZero(b, "float floor division by zero"));
      case "%" -> modulo(a, nonZero(b, "float modulo"));
      default -> power(a, b);
    };
  }

  private static double nonZero(double divisor, String message) {
    if (divisor == 0) {
      throw Failure.error(message);
    }
    return divisor;
  }

  /** The remainder with the sign of the divisor. */
  private static double modulo(double a, double b) {
    double remainder = a % b;
    if (remainder == 0) {
      return Math.copySign(0.0, b);
    }
    return remainder < 0 == b < 0 ? remainder : remainder + b;
  }

  private static double floorDivision(double a, double b) {
    double remainder = a % b;
    double quotient = (a - remainder) / b;
    if (remainder != 0 && remainder < 0 != b < 0) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0.0, a / b);
    }
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  private static double power(double a, double b) {
    if (a == 0 && b < 0) {
      throw Failure.error("0.0 cannot be raised to a negative power");
    }
    if (a < 0 && !Double.isInfinite(a) && b != Math.rint(b)) {
      throw Failure.error("a fractional power of a negative number is complex");
    }
    if (a == 1 || b == 0) {
      return 1;
    }
    double result = a == -1 && Double.isInfinite(b) ? 1 : Math.pow(a, b);
    if (Double.isInfinite(result) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
      throw Failure.error("(34, 'Numerical result out of range')");
    }
    return result;
  }

  private static Object sum(Runtime runtime, Object a, Object b) {
    if (a instanceof Text x && b instanceof Text y) {
      return runtime.made(Markup.sum(x, y));
    }
    boolean lists = a instanceof ListValue && b instanceof ListValue;
    boolean tuples = a instanceof TupleValue && b instanceof TupleValue;
    if (lists || tuples) {
      SequenceValue x = (SequenceValue) a;
      SequenceValue y = (SequenceValue) b;
      long size = (long) x.items().size() + y.items().size();
      Limits.checkItems(size);
      runtime.step(size);
      List<Object> items = new ArrayList<>(x.items());
      items.addAll(y.items());
      return x.mark() == y.mark()
          ? x.with(items)
          : lists ? new ListValue(items) : new TupleValue(items);
    }
    if (a instanceof Text || a instanceof SequenceValue) {
      throw Failure.error(
          "can only concatenate "
              + TypeName.of(a)
              + " (not \""
              + TypeName.of(b)
              + "\") to "
              + TypeName.of(a));
    }
    return null;
  }

  private static Object product(Runtime runtime, Object a, Object b) {
    if (Numbers.isInteger(a)) {
      return Numbers.isInteger(b) ? null : product(runtime, b, a);
    }
    if (!Numbers.isInteger(b)) {
      return null;
    }
    long times = Math.max(0, Numbers.index(b, "factor"));
    if (a instanceof Text text) {
      return runtime.made(repeated(text, times).asMarkup(text.isMarkup()));
    }
    if (a instanceof SequenceValue sequence) {
      int size = sequence.items().size();
      Limits.checkItems(size == 0 ? 0 : times > Limits.MAX_ITEMS ? times : size * times);
      runtime.step(size * times);
      List<Object> items = new ArrayList<>();
      for (long i = 0; size > 0 && i < times; i++) {
        items.addAll(sequence.items());
      }
      return sequence.with(items);
    }
    return null;
  }

  private static Text repeated(Text text, long times) {
    if (text.isEmpty()) {
      return text;
    }
    Limits.checkLength(times > Limits.MAX_TEXT ? times : text.length() * times);
    if (text.isUniform()) {
      return new Text(text.value().repeat((int) times), text.mark());
    }
    TextBuilder builder = new TextBuilder();
    for (long i = 0; i < times; i++) {
      builder.append(text);
    }
    return builder.toText();
  }
}
