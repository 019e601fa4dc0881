package org.tune4j.engine.gguf.hub;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.gguf.GgufTensorToWrite;
import org.tune4j.engine.gguf.GgufType;

/** A model's tensors on their way into a GGUF file. */
final class GgufTensors {
  private final Path config;
  private final TensorNames names;
  private final BiFunction<String, long[], GgufType> types;
  private final List<GgufTensorToWrite> written = new ArrayList<>();

  /**
   * @param config the model's {@code config.json}, for errors
   * @param types the type of a tensor, from its name in the file and its sizes
   */
  GgufTensors(Path config, TensorNames names, BiFunction<String, long[], GgufType> types) {
    this.config = config;
    this.names = names;
    this.types = types;
  }

  /** The file's tensors in the order of the model's; experts become one. */
  List<GgufTensorToWrite> of(List<HubTensor> tensors) {
    Map<String, List<HubTensor>> byName = new LinkedHashMap<>();
    for (HubTensor tensor : tensors) {
      byName.computeIfAbsent(place(tensor).tensor(), name -> new ArrayList<>()).add(tensor);
    }
    byName.values().forEach(this::add);
    return written;
  }

  private Place place(HubTensor tensor) {
    return names
        .place(tensor.name())
        .orElseThrow(
            () ->
                new ModelFormatException(
                    config + ": the model's " + tensor.name() + " has no place in a GGUF file"));
  }

  private void add(List<HubTensor> slices) {
    HubTensor first = slices.get(0);
    Place place = place(first);
    Form form = place.form();
    int columns = first.rowElements();
    List<Place.Part> parts = place.parts(first);
    if (form instanceof Form.KeysAndValues split) {
      int keys = split.plain() * columns;
      int values = split.value() * columns;
      long head = keys + values;
      add(parts.get(0), keys, group -> form.toGguf(numbers(first, group * head, keys), columns));
      add(parts.get(1), values, group -> numbers(first, group * head + keys, values));
      return;
    }
    long size = groupRows(first, place) * columns;
    add(
        parts.get(0),
        size,
        group -> {
          long at = group * size;
          HubTensor slice = slices.get((int) (at / first.elements()));
          long offset = at % first.elements();
          long count = Math.min(size, first.elements() - offset);
          return form.toGguf(numbers(slice, offset, count), columns);
        });
  }

  /** No group may have rows of two experts. */
  private static long groupRows(HubTensor tensor, Place place) {
    long rows = place.form().groupRows(tensor);
    while (place.slices() > 0 && tensor.rows() % rows != 0) {
      rows--;
    }
    return rows;
  }

  private void add(Place.Part part, long groupSize, GroupedNumbers.Groups groups) {
    GgufType type = types.apply(part.name(), part.sizes());
    written.add(
        GgufTensorToWrite.encoded(
            part.name(), type, part.sizes(), new GroupedNumbers(groupSize, groups)));
  }

  private static float[] numbers(HubTensor tensor, long first, long count) {
    float[] numbers = new float[Math.toIntExact(count)];
    tensor.numbers().read(first, FloatBuffer.wrap(numbers));
    return numbers;
  }
}
