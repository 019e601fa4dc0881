package org.tune4j.engine.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.tune4j.engine.ModelFormatException;

/**
 * Refuses weights in Python's pickle format, by name and by their first bytes: loading a pickle
 * runs the program inside it.
 */
final class Pickles {
  private static final List<String> ENDINGS = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl");

  private Pickles() {}

  static boolean isPickle(Object path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(name::endsWith);
  }

  static void refuse(Path path) {
    if (isPickle(path)) {
      throw refusal(path);
    }
  }

  static ModelFormatException refusal(Path path) {
    return new ModelFormatException(
        path
            + ": this is a pickle file, which is a program and is never loaded; get the model's"
            + " .safetensors files, or convert it where it was made with"
            + " save_pretrained(..., safe_serialization=True)");
  }

  /** What a file that is not safetensors seems to be, judged by its first eight bytes. */
  static String explain(ByteBuffer firstBytes) {
    int first = firstBytes.get(0) & 0xFF;
    int second = firstBytes.get(1) & 0xFF;
    if (first == 'P' && second == 'K') {
      return "it begins like a zip archive, as torch.save writes; pickles are never loaded";
    }
    if (first == 0x80 && second >= 2 && second <= 5) {
      return "it begins like a pickle; pickles are never loaded";
    }
    if (first == '{' || first == '<' || first == 'v') {
      return "it looks like text: an error page or a pointer of git-lfs instead of the file itself";
    }
    return "it is not a safetensors file, or it is cut";
  }
}
