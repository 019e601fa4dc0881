package org.tune4j.engine.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.tune4j.engine.EngineBugException;

/** Reads kernel texts: resources in the folder {@code kernels} beside a module's root package. */
public final class KernelSources {
  private KernelSources() {}

  /**
   * The texts of kernel files.
   *
   * @param owner a class of the module that has them, in its root package or below
   * @param folder the resource folder, for example {@code /org/tune4j/engine/kernels}
   * @param names file names without {@code .py}
   * @return name to text
   */
  public static Map<String, String> read(Class<?> owner, String folder, String... names) {
    Map<String, String> texts = new TreeMap<>();
    for (String name : names) {
      try (InputStream in = owner.getResourceAsStream(folder + "/" + name + ".py")) {
        if (in == null) {
          throw new EngineBugException("Kernel file " + folder + "/" + name + ".py is missing");
        }
        texts.put(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return texts;
  }
}
