package org.tune4j.engine.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The control groups that this process is in, of version 1 and 2, and how much memory they leave to
 * it. A group's limit holds for all that is below it, so the groups above count too. Source: the
 * Linux kernel's admin-guide, cgroup-v1/memory and cgroup-v2.
 *
 * @param mounted where the groups are mounted
 * @param own the process's {@code /proc/PID/cgroup}: lines {@code id:controllers:path}
 */
record ControlGroups(Path mounted, Path own) {
  static final ControlGroups HERE =
      new ControlGroups(Path.of("/sys/fs/cgroup"), Path.of("/proc/self/cgroup"));

  /**
   * Bytes that the process may have; {@link Long#MAX_VALUE} where no group has a limit.
   *
   * @param used bytes of its own that cannot be given back, which its groups count
   */
  long room(long used) {
    long room = Long.MAX_VALUE;
    for (String line : lines(own)) {
      String[] parts = line.split(":", 3);
      if (parts.length < 3) {
        continue;
      }
      if (parts[1].isEmpty()) {
        room = Math.min(room, room(mounted, parts[2], "memory.max", "anon", used));
      } else if (List.of(parts[1].split(",")).contains("memory")) {
        room =
            Math.min(
                room,
                room(
                    mounted.resolve("memory"),
                    parts[2],
                    "memory.limit_in_bytes",
                    "total_rss",
                    used));
      }
    }
    return room;
  }

  private static long room(Path root, String path, String limit, String others, long used) {
    long room = Long.MAX_VALUE;
    for (Path group : groups(root, path)) {
      OptionalLong most = number(lines(group.resolve(limit)));
      if (most.isPresent()) {
        long all =
            lines(group.resolve("memory.stat")).stream()
                .filter(line -> line.startsWith(others + " "))
                .mapToLong(line -> Long.parseLong(line.substring(others.length() + 1)))
                .findFirst()
                .orElse(used);
        room = Math.min(room, most.getAsLong() - Math.max(0, all - used));
      }
    }
    return Math.max(0, room);
  }

  /** From the root to the process's own. In a container only the root may be there to be seen. */
  private static List<Path> groups(Path root, String path) {
    List<Path> groups = new ArrayList<>(List.of(root));
    Path group = root;
    for (Path step : Path.of(path)) {
      group = group.resolve(step);
      groups.add(group);
    }
    return groups;
  }

  /**
   * Empty for {@code max} or version 1's number for it, which has 19 digits, and where there is no
   * such group.
   */
  private static OptionalLong number(List<String> lines) {
    return lines.size() == 1 && lines.get(0).matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(lines.get(0)))
        : OptionalLong.empty();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of(); // There is no such group here.
    }
  }
}
