package org.tune4j.engine.gguf;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.checkpoint.TensorSource;

/** The bytes of a tensor whose numbers are encoded as they are asked for, in whole blocks. */
record EncodedSource(String name, GgufType type, GgufTensorToWrite.Numbers numbers)
    implements TensorSource {

  @Override
  public void read(long offset, ByteBuffer dst) {
    long first = offset / type.blockBytes() * type.blockElements();
    while (dst.hasRemaining()) {
      int blocks = dst.remaining() / type.blockBytes();
      Chunk chunk = new Chunk(type, (long) blocks * type.blockElements());
      FloatBuffer elements = FloatBuffer.wrap(chunk.numbers());
      numbers.read(first, elements);
      if (elements.hasRemaining()) {
        throw new EngineBugException(
            "tensor '" + name + "': the source left " + elements.remaining() + " elements");
      }
      check(first, chunk.numbers());
      chunk.encode(type.encoder());
      dst.put(chunk.bytes());
      first += chunk.numbers().length;
    }
  }

  private void check(long first, float[] elements) {
    float largest = type.largest();
    if (largest == Float.POSITIVE_INFINITY) {
      return;
    }
    for (int i = 0; i < elements.length; i++) {
      if (!(Math.abs(elements[i]) <= largest)) {
        throw new ConfigException(
            "tensor '%s': found %s as element %d, wanted numbers up to %s in type %s; choose F32 or BF16"
                .formatted(name, elements[i], first + i, largest, type));
      }
    }
  }
}
