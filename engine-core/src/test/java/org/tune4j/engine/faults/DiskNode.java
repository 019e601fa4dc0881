package org.tune4j.engine.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/** A file or folder as it is, and as it would be found after a loss of power. */
sealed interface DiskNode {
  /** What is there now survives from now on. */
  void force();

  /** Writes what a loss of power now would leave of it. */
  void leave(Path target, Kept names, Kept data, Random random) throws IOException;

  /** Names, which may be lost or kept apart from what they name. */
  final class Folder implements DiskNode {
    private final Map<String, DiskNode> now = new LinkedHashMap<>();
    private final Map<String, DiskNode> forced = new LinkedHashMap<>();
    private final List<Consumer<Map<String, DiskNode>>> pending = new ArrayList<>();

    DiskNode get(String name) {
      return now.get(name);
    }

    void change(Consumer<Map<String, DiskNode>> change) {
      change.accept(now);
      pending.add(change);
    }

    @Override
    public void force() {
      forced.clear();
      forced.putAll(now);
      pending.clear();
    }

    @Override
    public void leave(Path target, Kept names, Kept data, Random random) throws IOException {
      Files.createDirectories(target);
      Map<String, DiskNode> left = new LinkedHashMap<>(forced);
      names.first(pending, random).forEach(change -> change.accept(left));
      for (Map.Entry<String, DiskNode> entry : left.entrySet()) {
        entry.getValue().leave(target.resolve(entry.getKey()), names, data, random);
      }
    }
  }

  /** Bytes. A write that is lost before one that is kept leaves zeros. */
  final class File implements DiskNode {
    private byte[] now = {};
    private byte[] forced = {};
    private final List<Write> pending = new ArrayList<>();

    /** Some bytes, or a new length if there are none. */
    private record Write(long position, byte[] bytes) {
      byte[] over(byte[] old, int kept) {
        int end = Math.toIntExact(position) + kept;
        byte[] all = Arrays.copyOf(old, bytes.length == 0 ? end : Math.max(old.length, end));
        System.arraycopy(bytes, 0, all, end - kept, kept);
        return all;
      }
    }

    void write(long position, byte[] bytes) {
      Write write = new Write(position, bytes);
      now = write.over(now, bytes.length);
      pending.add(write);
    }

    void truncate(long size) {
      if (size < now.length) {
        write(size, new byte[0]);
      }
    }

    @Override
    public void force() {
      forced = now;
      pending.clear();
    }

    @Override
    public void leave(Path target, Kept names, Kept data, Random random) throws IOException {
      byte[] left = forced;
      for (Write write : pending) {
        int kept = data.of(write.bytes().length, random);
        if (kept > 0 || write.bytes().length == 0 && data != Kept.NONE) {
          left = write.over(left, kept);
        }
      }
      Files.write(target, left);
    }
  }
}
