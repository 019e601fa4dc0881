package org.tune4j.lora;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.checkpoint.TensorFile;
import org.tune4j.engine.checkpoint.TensorInfo;

/**
 * An adapter file whose experts have layers of their own ({@code
 * experts.N.gate_proj.lora_A.weight}, as PEFT wrote it with transformers 4), read as if it had been
 * written for the matrices of all experts: {@code A} of gate and up one below the other, {@code B}
 * block-diagonal, as PEFT 0.21 converts them.
 */
final class PerExpertFile implements TensorFile {
  private static final String OLD_MIXTRAL = ".block_sparse_moe.";
  private static final Pattern EXPERT =
      Pattern.compile(
          Pattern.quote(PeftFiles.PREFIX)
              + "(.+\\.experts)\\.(\\d{1,5})\\.(w1|w2|w3|gate_proj|up_proj|down_proj)"
              + "\\.lora_([AB])\\.weight");
  private static final List<String> GATES = List.of("w1", "gate_proj");
  private static final List<String> UPS = List.of("w3", "up_proj");

  private final TensorFile file;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final Map<String, Joined> joined = new LinkedHashMap<>();
  private final Map<String, String> renamed = new LinkedHashMap<>();
  private final Map<String, String> layers = new LinkedHashMap<>();
  private String cachedName;
  private byte[] cached;

  /** The tensors that one is made of: of each expert one, or gate's and up's. */
  private record Joined(List<List<TensorInfo>> experts, boolean isLower) {
    int columns() {
      return Math.toIntExact(experts.get(0).get(0).shape()[1]);
    }

    int rank() {
      return experts.get(0).stream()
          .mapToInt(tensor -> Math.toIntExact(tensor.shape()[isLower ? 0 : 1]))
          .sum();
    }

    int outputs() {
      return experts.get(0).stream().mapToInt(tensor -> Math.toIntExact(tensor.shape()[0])).sum();
    }

    long[] shape() {
      long ranks = (long) experts.size() * rank();
      return isLower ? new long[] {ranks, columns()} : new long[] {outputs(), ranks};
    }
  }

  /**
   * Reads an adapter's file.
   *
   * @throws ModelFormatException if experts are missing, or do not go together
   */
  PerExpertFile(TensorFile file) {
    this.file = file;
    Map<String, SortedMap<Integer, Map<String, TensorInfo>>> found = new TreeMap<>();
    file.tensors()
        .forEach(
            (name, info) -> {
              Matcher expert = EXPERT.matcher(name);
              if (expert.matches()) {
                found
                    .computeIfAbsent(current(expert.group(1)), path -> new TreeMap<>())
                    .computeIfAbsent(Integer.valueOf(expert.group(2)), n -> new LinkedHashMap<>())
                    .put(expert.group(3) + expert.group(4), info);
                layers.putIfAbsent(
                    expert.group(3), name.substring(PeftFiles.PREFIX.length(), expert.end(3)));
              } else {
                renamed.put(current(name), name);
                tensors.put(current(name), info);
              }
            });
    found.forEach(this::join);
  }

  /** Whether a file is of this kind. */
  static boolean isOne(TensorFile file) {
    return file.tensors().keySet().stream().anyMatch(name -> EXPERT.matcher(name).matches());
  }

  /** Mixtral's experts have the path of all others' since transformers 5. */
  private static String current(String name) {
    return name.replace(OLD_MIXTRAL, ".mlp.");
  }

  /** What the file calls a tensor that it has under an older name. */
  String stored(String name) {
    return renamed.getOrDefault(name, name);
  }

  /** The path of an expert's layer in the file, by its last step: one of each kind there is. */
  Map<String, String> layers() {
    return layers;
  }

  private void join(String path, SortedMap<Integer, Map<String, TensorInfo>> experts) {
    List<String> kinds =
        experts.get(experts.firstKey()).keySet().stream()
            .map(key -> key.substring(0, key.length() - 1))
            .distinct()
            .toList();
    List<String> halves = new ArrayList<>();
    kinds.stream().filter(GATES::contains).forEach(halves::add);
    kinds.stream().filter(UPS::contains).forEach(halves::add);
    List<String> down = new ArrayList<>(kinds);
    down.removeAll(halves);
    if (halves.size() == 1 || halves.size() > 2 || down.size() > 1) {
      throw wrong(path, "gate and up, or down, or all three; found " + kinds);
    }
    String prefix = PeftFiles.PREFIX + path;
    if (!halves.isEmpty()) {
      join(prefix + (down.isEmpty() ? "" : ".base_layer"), path, experts, halves);
    }
    if (!down.isEmpty()) {
      join(prefix, path, experts, down);
    }
  }

  private void join(
      String name,
      String path,
      SortedMap<Integer, Map<String, TensorInfo>> experts,
      List<String> kinds) {
    for (String which : List.of("A", "B")) {
      List<List<TensorInfo>> all = new ArrayList<>();
      for (int expert = 0; expert < experts.size(); expert++) {
        List<TensorInfo> own = new ArrayList<>();
        for (String kind : kinds) {
          TensorInfo info = experts.getOrDefault(expert, Map.of()).get(kind + which);
          if (info == null) {
            throw wrong(path + "." + expert + "." + kind, "lora_" + which + ", found none");
          }
          own.add(info);
        }
        all.add(own);
      }
      requireAlike(path, all);
      Joined tensor = new Joined(all, which.equals("A"));
      String full = name + ".lora_" + which + ".weight";
      TensorInfo first = all.get(0).get(0);
      long bytes = bytes(path, tensor.shape(), first.dtype().bits() / 8);
      joined.put(full, tensor);
      tensors.put(full, new TensorInfo(full, first.dtype(), tensor.shape(), 0, bytes));
    }
  }

  /** All experts' tensors of a kind have one shape, and all that are joined one element type. */
  private void requireAlike(String path, List<List<TensorInfo>> experts) {
    List<TensorInfo> first = experts.get(0);
    for (List<TensorInfo> expert : experts) {
      for (int i = 0; i < expert.size(); i++) {
        TensorInfo tensor = expert.get(i);
        long[] shape = tensor.shape();
        boolean isMatrix =
            shape.length == 2
                && shape[0] > 0
                && shape[1] > 0
                && Math.max(shape[0], shape[1]) < Integer.MAX_VALUE;
        boolean alike =
            java.util.Arrays.equals(shape, first.get(i).shape())
                && tensor.dtype() == first.get(0).dtype()
                && tensor.dtype().bits() % 8 == 0;
        boolean joins = tensor.name().endsWith("B.weight") || shape[1] == first.get(0).shape()[1];
        if (!isMatrix || !alike || !joins) {
          throw wrong(path, "matrices of one shape and type, found " + tensor);
        }
      }
    }
  }

  private long bytes(String path, long[] shape, int size) {
    try {
      long bytes = Math.multiplyExact(Math.multiplyExact(shape[0], shape[1]), (long) size);
      return Math.toIntExact(bytes);
    } catch (ArithmeticException e) {
      throw wrong(path, "less than 2 GiB of all experts together");
    }
  }

  private ModelFormatException wrong(String path, String wanted) {
    return new ModelFormatException(
        file.path() + ": " + Shortened.text(path) + ": wanted " + wanted);
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public void read(String name, long offset, ByteBuffer dst) {
    Joined tensor = joined.get(name);
    if (tensor == null) {
      file.read(stored(name), offset, dst);
      return;
    }
    if (!name.equals(cachedName)) {
      cached = tensor.isLower() ? lower(tensor) : upper(tensor);
      cachedName = name;
    }
    dst.put(cached, Math.toIntExact(offset), dst.remaining());
  }

  private byte[] bytes(TensorInfo info) {
    byte[] bytes = new byte[Math.toIntExact(info.byteSize())];
    file.read(info.name(), 0, ByteBuffer.wrap(bytes));
    return bytes;
  }

  private byte[] lower(Joined tensor) {
    ByteBuffer all = ByteBuffer.allocate(size(tensor));
    tensor.experts().forEach(expert -> expert.forEach(part -> all.put(bytes(part))));
    return all.array();
  }

  /** {@code B[o, k E + e]} is column {@code k} of expert {@code e}'s, zero outside its blocks. */
  private byte[] upper(Joined tensor) {
    int experts = tensor.experts().size();
    int element = tensor.experts().get(0).get(0).dtype().bits() / 8;
    int columns = experts * tensor.rank();
    byte[] all = new byte[size(tensor)];
    for (int e = 0; e < experts; e++) {
      int row = 0;
      int rank = 0;
      for (TensorInfo part : tensor.experts().get(e)) {
        byte[] from = bytes(part);
        int outputs = (int) part.shape()[0];
        int ranks = (int) part.shape()[1];
        for (int o = 0; o < outputs; o++) {
          for (int k = 0; k < ranks; k++) {
            int to = (row + o) * columns + (rank + k) * experts + e;
            System.arraycopy(from, (o * ranks + k) * element, all, to * element, element);
          }
        }
        row += outputs;
        rank += ranks;
      }
    }
    return all;
  }

  private static int size(Joined tensor) {
    long[] shape = tensor.shape();
    return Math.toIntExact(shape[0] * shape[1] * tensor.experts().get(0).get(0).dtype().bits() / 8);
  }
}
