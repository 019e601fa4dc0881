package org.tune4j.engine.gguf.hub;

import java.nio.FloatBuffer;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.gguf.GgufFile;
import org.tune4j.engine.gguf.GgufMetadata;
import org.tune4j.engine.gguf.GgufTensor;

/**
 * What a model's file says of its architecture; keys are named without it.
 *
 * @param architecture {@code general.architecture}
 */
record ModelHeader(GgufFile file, String architecture) {
  private static final int MOST_ROPE_FACTORS = 1 << 12;

  /** Of a file that holds a whole model. */
  static ModelHeader of(GgufFile file) {
    GgufMetadata metadata = file.metadata();
    String type = metadata.has("general.type") ? metadata.text("general.type") : "model";
    if (!type.equals("model")) {
      throw new ModelFormatException(
          file.path()
              + ": metadata 'general.type': found "
              + Shortened.text(type)
              + ", wanted model; this file is not a model of its own");
    }
    if (metadata.has("split.count") && metadata.whole("split.count") > 1) {
      throw new ModelFormatException(
          file.path()
              + ": metadata 'split.count': found "
              + metadata.whole("split.count")
              + ", wanted 1; join the files with llama.cpp's gguf-split --merge");
    }
    return new ModelHeader(file, metadata.text("general.architecture"));
  }

  private GgufMetadata metadata() {
    return file.metadata();
  }

  String key(String name) {
    return architecture + "." + name;
  }

  boolean has(String name) {
    return metadata().has(key(name));
  }

  long whole(String name) {
    return metadata().whole(key(name));
  }

  /** A whole number from 0 to what 32 bits with a sign hold. */
  int size(String name) {
    long number = whole(name);
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw refuse(name, number, "0 to " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  /** The shortest decimal number that is stored so: what the configuration had. */
  double real(String name) {
    return Double.parseDouble(Float.toString((float) metadata().real(key(name))));
  }

  double real(String name, double otherwise) {
    return has(name) ? real(name) : otherwise;
  }

  boolean flag(String name, boolean otherwise) {
    return has(name) ? metadata().flag(key(name)) : otherwise;
  }

  String text(String name, String otherwise) {
    return has(name) ? metadata().text(key(name)) : otherwise;
  }

  boolean hasTensor(String name) {
    return file.tensors().containsKey(name);
  }

  /** The sizes of a tensor without which there is no model. */
  long[] shape(String tensor) {
    return file.tensor(tensor).shape();
  }

  /** All numbers of a short tensor. */
  float[] numbers(String name) {
    GgufTensor tensor = file.tensor(name);
    if (tensor.elements() > MOST_ROPE_FACTORS) {
      throw new ModelFormatException(
          file.path()
              + ": tensor "
              + tensor
              + ": wanted at most "
              + MOST_ROPE_FACTORS
              + " numbers, one for each rotated pair");
    }
    float[] numbers = new float[Math.toIntExact(tensor.elements())];
    file.decode(name, 0, FloatBuffer.wrap(numbers));
    return numbers;
  }

  /** A value that would change the numbers and is not handled. */
  ModelFormatException refuse(String name, Object found, String wanted) {
    return new ModelFormatException(
        file.path()
            + ": metadata '"
            + key(name)
            + "': found "
            + Shortened.text(found)
            + ", wanted "
            + wanted);
  }
}
