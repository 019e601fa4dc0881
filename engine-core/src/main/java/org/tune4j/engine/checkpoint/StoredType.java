package org.tune4j.engine.checkpoint;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The element types a safetensors file may hold, named as in the file.
 *
 * <p>The order of the constants is that of the reference implementation (safetensors 0.8.0): its
 * writer puts tensors in descending order of this type, so the order is part of the file layout.
 */
public enum StoredType {
  BOOL(8),
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  F8_E8M0(8),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  I16(16),
  U16(16),
  F16(16),
  BF16(16),
  I32(32),
  U32(32),
  F32(32),
  C64(64),
  F64(64),
  I64(64),
  U64(64);

  private static final Map<String, StoredType> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(StoredType::name, type -> type));

  private final int bits;

  StoredType(int bits) {
    this.bits = bits;
  }

  /** Bits of one element; elements lie side by side without padding. */
  public int bits() {
    return bits;
  }

  /** The type of that name in a file, empty when the format has none. */
  public static Optional<StoredType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }
}
