package org.tune4j.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

class TensorOpsTest {
  /** Two and a bit of what is moved at a time. */
  private static final int BYTES = 20_000_000;

  private static byte[] randomBytes(long seed, DType type) {
    byte[] bytes = new byte[BYTES];
    new Random(seed).nextBytes(bytes);
    if (type == DType.BOOL) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] &= 1;
      }
    }
    return bytes;
  }

  private static Tensor filled(TensorScope scope, DType type, byte[] bytes, DType stored) {
    Tensor tensor = TensorOps.zeros(scope, type, 2, bytes.length / stored.bytes() / 2);
    TensorOps.fill(
        tensor, stored, (offset, into) -> into.put(bytes, (int) offset, into.remaining()));
    return tensor;
  }

  @Test
  void whatStandsTurnedIsFilledAndReadInItsOwnOrder() {
    int rows = 3_001;
    int columns = 1_657;
    float[] numbers = new float[rows * columns];
    float[] turned = new float[rows * columns];
    ByteBuffer bytes = ByteBuffer.allocate(4 * rows * columns).order(ByteOrder.nativeOrder());
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i;
      turned[i % columns * rows + i / columns] = i;
      bytes.putFloat(i);
    }
    try (TensorScope scope = TensorScope.open()) {
      Tensor whole = TensorOps.zeros(scope, DType.FLOAT32, columns, rows);
      Tensor view = TensorOps.transposed(scope, whole);
      TensorOps.fill(
          view,
          DType.FLOAT32,
          (offset, into) -> into.put(bytes.array(), (int) offset, into.remaining()));
      assertThat(Arrays.equals(whole.toFloats(), turned)).isTrue();
      assertThat(Arrays.equals(read(view, DType.FLOAT32), bytes.array())).isTrue();
      assertThat(Arrays.equals(view.toFloats(), numbers)).isTrue();
    }
  }

  private static byte[] read(Tensor tensor, DType stored) {
    byte[] bytes = new byte[Math.toIntExact(tensor.elements() * stored.bytes())];
    TensorOps.read(tensor, stored, 0, ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** Says where two arrays differ instead of printing megabytes. */
  private static void assertSame(byte[] found, byte[] wanted) {
    assertThat(Arrays.mismatch(found, wanted)).as("first byte that differs").isEqualTo(-1);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void bytesComeBackAsTheyWentInOverSeveralPieces(DType type) {
    byte[] bytes = randomBytes(type.code(), type);
    try (TensorScope scope = TensorScope.open()) {
      Tensor tensor = filled(scope, type, bytes, type);
      assertThat(tensor.dtype()).isEqualTo(type);
      assertSame(read(tensor, type), bytes);
      byte[] middle = new byte[9_000_000 * type.bytes() / 8];
      int offset = 3 * 8;
      TensorOps.read(tensor, type, offset, ByteBuffer.wrap(middle));
      assertThat(ByteBuffer.wrap(middle)).isEqualTo(ByteBuffer.wrap(bytes, offset, middle.length));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64", "INT64", "INT32"})
  void smallWholeNumbersPassThroughEveryType(DType type) {
    byte[] bytes = new byte[BYTES / 2];
    ByteBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; floats.hasRemaining(); i++) {
      floats.putFloat(i % 257 - 128);
    }
    try (TensorScope scope = TensorScope.open()) {
      Tensor tensor = filled(scope, type, bytes, DType.FLOAT32);
      assertThat(tensor.dtype()).isEqualTo(type);
      assertSame(read(tensor, DType.FLOAT32), bytes);
      Tensor cast = TensorOps.cast(scope, tensor, DType.FLOAT64);
      assertThat(cast.dtype()).isEqualTo(DType.FLOAT64);
      assertThat(cast.toDoubles()).startsWith(-128, -127, -126);
    }
  }

  @Test
  void floatsAreRoundedToTheNearestBfloat16() {
    Random random = new Random(3);
    byte[] bytes = new byte[4 * 10_000];
    ByteBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (floats.hasRemaining()) {
      floats.putFloat((float) (random.nextGaussian() * Math.pow(10, random.nextInt(20) - 10)));
    }
    try (TensorScope scope = TensorScope.open()) {
      byte[] found = read(filled(scope, DType.BFLOAT16, bytes, DType.FLOAT32), DType.BFLOAT16);
      ByteBuffer rounded = ByteBuffer.wrap(found).order(ByteOrder.LITTLE_ENDIAN);
      floats.flip();
      while (floats.hasRemaining()) {
        int bits = floats.getInt();
        int nearest = bits + 0x7FFF + (bits >>> 16 & 1) >>> 16;
        assertThat(rounded.getShort()).isEqualTo((short) nearest);
      }
    }
  }

  @Test
  void rowsAndViewsShareMemory() {
    try (TensorScope scope = TensorScope.open()) {
      Tensor flat = TensorOps.zeros(scope, DType.FLOAT32, 6);
      Tensor view = TensorOps.view(scope, flat, 2, 2, 2);
      Tensor row = TensorOps.rows(scope, view, 1, 1);
      assertThat(view.shape()).containsExactly(2, 2);
      assertThat(row.shape()).containsExactly(1, 2);
      TensorOps.copy(row, scope.floats(new float[] {7, 8}, 1, 2));
      assertThat(flat.toFloats()).containsExactly(0, 0, 0, 0, 7, 8);
      flat.close();
      assertThat(view.toFloats()).containsExactly(0, 0, 7, 8);
    }
  }

  @Test
  void twoThreadsAtOnceReadAndFillWithoutMixingUp() throws Exception {
    byte[] sharedBytes = randomBytes(1, DType.FLOAT32);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (TensorScope scope = TensorScope.open()) {
      Tensor shared = filled(scope, DType.FLOAT32, sharedBytes, DType.FLOAT32);
      Callable<Void> work =
          () -> {
            byte[] own = randomBytes(Thread.currentThread().getId(), DType.BFLOAT16);
            for (int i = 0; i < 3; i++) {
              try (TensorScope inner = TensorScope.open()) {
                assertSame(
                    read(filled(inner, DType.BFLOAT16, own, DType.BFLOAT16), DType.BFLOAT16), own);
              }
              assertSame(read(shared, DType.FLOAT32), sharedBytes);
            }
            return null;
          };
      for (Future<Void> done : threads.invokeAll(List.of(work, work))) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
