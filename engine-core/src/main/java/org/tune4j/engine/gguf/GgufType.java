package org.tune4j.engine.gguf;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;

/**
 * The element types of weights, named as in ggml. All are read; {@link #isWritten()} says which are
 * written too. A row is a whole number of blocks, and decoding a block gives, bit for bit, what the
 * reference gives (ggml; {@code gguf.quants} 0.19 of Python).
 */
public enum GgufType {
  F32(0, 1, 4, PlainNumbers::decodeF32, PlainNumbers::encodeF32),
  F16(1, 1, 2, PlainNumbers::decodeF16, PlainNumbers::encodeF16),
  Q4_0(2, 32, 18, Q4Blocks::decodeQ40, Q4Blocks::encodeQ40),
  Q4_1(3, 32, 20, Q4Blocks::decodeQ41, null),
  Q5_0(6, 32, 22, Q5Blocks::decodeQ50, Q5Blocks::encodeQ50),
  Q5_1(7, 32, 24, Q5Blocks::decodeQ51, null),
  Q8_0(8, 32, 34, Q8Blocks::decode, Q8Blocks::encode),
  Q2_K(10, 256, 84, Q2KBlocks::decode, null),
  Q3_K(11, 256, 110, Q3KBlocks::decode, null),
  Q4_K(12, 256, 144, Q4KBlocks::decode, Q4KBlocks::encode),
  Q5_K(13, 256, 176, Q5KBlocks::decode, null),
  Q6_K(14, 256, 210, Q6KBlocks::decode, Q6KBlocks::encode),
  BF16(30, 1, 2, PlainNumbers::decodeBf16, PlainNumbers::encodeBf16);

  private static final Map<Integer, GgufType> BY_NUMBER =
      Arrays.stream(values()).collect(Collectors.toMap(type -> type.number, Function.identity()));

  private static final Map<Integer, String> NOT_READ =
      Map.ofEntries(
          Map.entry(9, "Q8_1"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(39, "MXFP4"),
          Map.entry(40, "NVFP4"),
          Map.entry(41, "Q1_0"));

  /** Turns the bytes of blocks, from the first on, into their elements. */
  @FunctionalInterface
  interface Decoder {
    void decode(byte[] from, float[] to, int blocks);
  }

  /** Turns elements into the bytes of their blocks, from a first block to before an end. */
  @FunctionalInterface
  interface Encoder {
    void encode(float[] from, byte[] to, int first, int end);
  }

  private final int number;
  private final int blockElements;
  private final int blockBytes;
  private final Decoder decoder;
  private final Encoder encoder;

  GgufType(int number, int blockElements, int blockBytes, Decoder decoder, Encoder encoder) {
    this.number = number;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
    this.decoder = decoder;
    this.encoder = encoder;
  }

  /** The type of that number in a file, empty when it is none of these. */
  static Optional<GgufType> numbered(int number) {
    return Optional.ofNullable(BY_NUMBER.get(number));
  }

  /** A number with the name that ggml has for it. */
  static String describe(int number) {
    return Integer.toUnsignedString(number) + " (" + NOT_READ.getOrDefault(number, "unknown") + ")";
  }

  static String names() {
    return Arrays.toString(values());
  }

  int number() {
    return number;
  }

  /** Elements of a block: 1 of a plain type, 32 or 256 of a quantised one. */
  public int blockElements() {
    return blockElements;
  }

  /** Bytes of a block. */
  public int blockBytes() {
    return blockBytes;
  }

  /** Whether values can be written in this type. */
  public boolean isWritten() {
    return encoder != null;
  }

  /** The largest magnitude that is written: F16 and the scales of quantised types end there. */
  float largest() {
    return this == F32 || this == BF16 ? Float.POSITIVE_INFINITY : Half.MAX;
  }

  Decoder decoder() {
    return decoder;
  }

  Encoder encoder() {
    return encoder;
  }

  /**
   * The bytes of a tensor.
   *
   * @param shape row-major; empty for a scalar
   * @throws ConfigException if a dimension is negative, a row is not whole blocks, or 64 bits do
   *     not suffice
   */
  long byteSize(long[] shape) {
    long row = shape.length == 0 ? 1 : shape[shape.length - 1];
    if (row % blockElements != 0) {
      throw unfit(
          shape, "its rows have " + row + " elements, wanted multiples of " + blockElements);
    }
    long elements = 1;
    try {
      for (long dimension : shape) {
        if (dimension < 0) {
          throw unfit(shape, "a dimension is beyond 63 bits");
        }
        elements = Math.multiplyExact(elements, dimension);
      }
      return Math.multiplyExact(elements / blockElements, (long) blockBytes);
    } catch (ArithmeticException e) {
      throw unfit(shape, "its size is beyond 63 bits");
    }
  }

  private ConfigException unfit(long[] shape, String problem) {
    return new ConfigException(
        "found shape " + Arrays.toString(shape) + " of type " + name() + ": " + problem);
  }
}
