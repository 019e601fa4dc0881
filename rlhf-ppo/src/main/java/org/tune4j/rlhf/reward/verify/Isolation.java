package org.tune4j.rlhf.reward.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What of Linux's means to shut a process in works here, without any right that this process does
 * not have. Each is tried once, by running {@code true}.
 *
 * @param nobody whether a process of root can be run as the user nobody
 * @param namespaces whether it can have namespaces of its own: no network, and no process that
 *     outlives it
 * @param limits whether the system can limit its memory, files, work and processes
 */
record Isolation(boolean nobody, boolean namespaces, boolean limits) {
  private static final String NOBODY = "65534";
  private static final long MIB = 1 << 20;

  /** What a JVM reserves beside its heap, and does not use. */
  private static final long RESERVED_MIB = 3072;

  private static final int FILE_MIB = 16;
  private static final Isolation HERE = find();

  /** What works on this machine. */
  static Isolation here() {
    return HERE;
  }

  private static Isolation find() {
    boolean root = isRoot();
    boolean nobody = root && works(new Isolation(true, false, false));
    boolean namespaces = works(new Isolation(nobody, true, false));
    return new Isolation(nobody, namespaces, works(new Isolation(nobody, namespaces, true)));
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static boolean works(Isolation how) {
    List<String> command = how.around(SandboxLimits.DEFAULT);
    command.add("true");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = process.waitFor(10, TimeUnit.SECONDS);
      process.destroyForcibly();
      return ended && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What stands before a command that is to be shut in. */
  List<String> around(SandboxLimits most) {
    List<String> command = new ArrayList<>();
    if (nobody) {
      command.addAll(
          List.of(
              "setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--no-new-privs"));
    }
    if (namespaces) {
      command.addAll(
          List.of("unshare", "--user", "--map-root-user", "--net", "--ipc", "--pid", "--fork"));
      command.add("--kill-child");
    }
    if (limits) {
      command.add("prlimit");
      command.add("--cpu=" + most.seconds());
      command.add("--as=" + (RESERVED_MIB + most.heapMiB()) * MIB);
      command.add("--fsize=" + FILE_MIB * MIB);
      command.add("--core=0");
      if (namespaces) {
        // Without a namespace all other processes of this user would be counted.
        command.add("--nproc=" + most.processes());
      }
    }
    return command;
  }

  /** What a program can still do, a sentence each. */
  List<String> notPrevented() {
    List<String> open = new ArrayList<>();
    open.add(
        nobody
            ? "It reads every file that anybody may read, and writes where anybody may write."
            : "It reads and writes every file that this process may.");
    if (!namespaces) {
      open.add("It reaches the network.");
      open.add("Processes that it detaches from itself outlive it; their number is not limited.");
    }
    if (!limits) {
      open.add("Memory beside Java's heap, and the size of files, are not limited.");
    }
    return open;
  }
}
