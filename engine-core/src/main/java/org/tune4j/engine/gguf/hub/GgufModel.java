package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.gguf.GgufFile;
import org.tune4j.engine.gguf.GgufTensor;
import org.tune4j.engine.gguf.GgufTensorToWrite;
import org.tune4j.engine.gguf.GgufType;

/**
 * An open GGUF file with a language model, seen as a folder of the hub: its {@code config.json} and
 * its tensors by their hub names, rows in the hub's order.
 */
public final class GgufModel implements AutoCloseable {
  private static final Set<String> IN_THE_CONFIGURATION =
      Set.of(Rope.FREQUENCIES, Rope.LONG, Rope.SHORT);

  private final GgufFile file;
  private final ObjectNode config = JsonNodeFactory.instance.objectNode();
  private final TensorNames names;

  private GgufModel(GgufFile file) {
    this.file = file;
    ModelHeader header = ModelHeader.of(file);
    Family family = family(header);
    family.toHub(header, config);
    EndTokens.toHub(file.metadata(), config);
    this.names = family.names(new HubConfig(file.path(), config));
  }

  private static Family family(ModelHeader header) {
    return Families.ofArchitecture(header.architecture())
        .orElseThrow(
            () ->
                new ModelFormatException(
                    header.file().path()
                        + ": metadata 'general.architecture': found "
                        + Shortened.text(header.architecture())
                        + ", wanted one of "
                        + Families.architectures()));
  }

  /** Whether a path is that of a GGUF file and not of a folder. */
  public static boolean isFile(Path path) {
    return path.toString().endsWith(".gguf") && !Files.isDirectory(path);
  }

  /**
   * Opens a file.
   *
   * @throws ModelFormatException if it is not a valid GGUF file, holds no model or one of a family
   *     that is not known, or lacks metadata
   * @throws org.tune4j.engine.StorageException if it cannot be read
   */
  public static GgufModel open(Path path) {
    GgufFile file = GgufFile.open(path);
    try {
      return new GgufModel(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** What the model's {@code config.json} would say. */
  public ObjectNode config() {
    return config.deepCopy();
  }

  /** The place of a tensor; keys and values are one tensor in older files. */
  private Optional<Place> place(String hubName) {
    return names
        .place(hubName)
        .map(
            place ->
                place.form() instanceof Form.KeysAndValues
                        && file.tensors().containsKey(place.tensor())
                    ? place.asOnTheHub()
                    : place);
  }

  /**
   * What does not fit between a model and the file: tensors that are missing, have other sizes or
   * belong to nothing.
   *
   * @param wanted every tensor of the model
   */
  public List<String> faults(List<HubTensor> wanted) {
    List<String> faults = new ArrayList<>();
    Set<String> known = new HashSet<>(IN_THE_CONFIGURATION);
    for (HubTensor tensor : wanted) {
      Optional<Place> place = place(tensor.name());
      if (place.isEmpty()) {
        faults.add("no place in GGUF files: " + tensor.name());
        continue;
      }
      for (Place.Part part : place.get().parts(tensor)) {
        if (known.add(part.name())) {
          fault(part).ifPresent(faults::add);
        }
      }
    }
    for (GgufTensor tensor : file.tensors().values()) {
      if (!known.contains(tensor.name())) {
        faults.add("unexpected: " + tensor);
      }
    }
    return faults;
  }

  private Optional<String> fault(Place.Part part) {
    GgufTensor found = file.tensors().get(part.name());
    String wanted = part.name() + " " + Arrays.toString(part.sizes());
    if (found == null) {
      return Optional.of("missing: " + wanted);
    }
    return Arrays.equals(trimmed(part.sizes()), trimmed(found.shape()))
        ? Optional.empty()
        : Optional.of("wanted " + wanted + ", found " + found);
  }

  /** Files do not say that a matrix has one row. */
  private static long[] trimmed(long[] sizes) {
    return sizes.length > 1 && sizes[0] == 1 ? Arrays.copyOfRange(sizes, 1, sizes.length) : sizes;
  }

  /**
   * The numbers of a tensor, to be read in rising order without gaps. Takes the memory of the rows
   * of a head, or less than 1 MiB.
   *
   * @param tensor one that {@link #faults} found no fault with
   */
  public GgufTensorToWrite.Numbers numbers(HubTensor tensor) {
    Place place = place(tensor.name()).orElseThrow();
    Form form = place.form();
    int columns = tensor.rowElements();
    long size = form.groupRows(tensor) * columns;
    if (form instanceof Form.KeysAndValues split) {
      int keys = split.plain() * columns;
      return new GroupedNumbers(
          size,
          group -> {
            float[] numbers = new float[Math.toIntExact(size)];
            int values = numbers.length - keys;
            file.decode(split.keys(), group * keys, FloatBuffer.wrap(numbers, 0, keys));
            file.decode(split.values(), group * values, FloatBuffer.wrap(numbers, keys, values));
            return form.toHub(numbers, columns);
          });
    }
    long from = place.slice() * tensor.elements();
    return new GroupedNumbers(
        size,
        group -> {
          long left = tensor.elements() - group * size;
          float[] numbers = new float[Math.toIntExact(Math.min(size, left))];
          file.decode(place.tensor(), from + group * size, FloatBuffer.wrap(numbers));
          return form.toHub(numbers, columns);
        });
  }

  /** The types of the tensors that a tensor is made of. */
  public Stream<GgufType> types(HubTensor tensor) {
    return place(tensor.name()).stream()
        .flatMap(place -> place.parts(tensor).stream())
        .map(part -> file.tensor(part.name()).type());
  }

  @Override
  public void close() {
    file.close();
  }
}
