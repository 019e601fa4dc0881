package org.tune4j.rlhf.reward.verify;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.Shortened;
import org.tune4j.rlhf.reward.verify.SandboxResult.Outcome;

/**
 * Compiles and runs Java programs in processes of their own, each with an empty environment, limits
 * and a folder that is deleted. {@link #notPrevented} says what a program can still do: it is no
 * safe place for programs that are meant to do harm.
 */
public final class JavaSandbox {
  private static final Logger LOG = LoggerFactory.getLogger(JavaSandbox.class);
  private static final int SECRET_BYTES = 16;
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
  private final SandboxLimits limits;
  private final Isolation isolation = Isolation.here();

  /**
   * A sandbox.
   *
   * @throws ConfigException if this Java has no compiler
   */
  public JavaSandbox(SandboxLimits limits) {
    if (ToolProvider.getSystemJavaCompiler() == null) {
      throw new ConfigException(
          System.getProperty("java.home") + ": has no Java compiler; run with a JDK, not a JRE");
    }
    this.limits = limits;
    LOG.info(
        "Java programs are run in processes of their own. " + String.join(" ", notPrevented()));
  }

  /** What a program that is run here can still do, a sentence each. */
  public List<String> notPrevented() {
    return isolation.notPrevented();
  }

  /**
   * A source file.
   *
   * @param type that it declares, which names the file
   */
  record Source(String type, String text) {}

  /**
   * Compiles sources together and calls the main method of one of them.
   *
   * @param main the class
   * @throws IOException if the process cannot be started, or ends before it looks at the sources:
   *     that is not their fault
   * @throws InterruptedException if this thread is interrupted; the process is ended then
   */
  SandboxResult run(String main, List<Source> sources) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("tune4j-sandbox");
    try {
      byte[] random = new byte[SECRET_BYTES];
      new SecureRandom().nextBytes(random);
      String secret = HexFormat.of().formatHex(random);
      Process process = start(folder, main, sources);
      // Closed behind it, so that a program that reads finds the end and does not wait.
      try (OutputStream in = process.getOutputStream()) {
        in.write((secret + "\n").getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        LOG.debug("the process ended before it began", e);
      }
      return watch(process, secret);
    } finally {
      delete(folder);
    }
  }

  private Process start(Path folder, String main, List<Source> sources) throws IOException {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    String launcher = SandboxMain.class.getName().replace('.', '/') + ".class";
    Path own = folder.resolve(launcher);
    Files.createDirectories(own.getParent());
    try (InputStream bytes = SandboxMain.class.getResourceAsStream("/" + launcher)) {
      Files.copy(bytes, own);
    }
    List<String> command = isolation.around(limits);
    command.addAll(
        List.of(
            JAVA.toString(),
            "-Xmx" + limits.heapMiB() + "m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:MaxMetaspaceSize=96m",
            "-XX:CompressedClassSpaceSize=64m",
            "-XX:ReservedCodeCacheSize=64m",
            "-XX:MaxDirectMemorySize=16m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "-Dfile.encoding=UTF-8", // The empty environment names no other than ASCII.
            "-cp",
            folder + File.pathSeparator + classes,
            SandboxMain.class.getName(),
            String.valueOf(limits.seconds()),
            classes.toString(),
            main));
    for (Source source : sources) {
      Path file = folder.resolve(source.type() + ".java");
      Files.writeString(file, source.text());
      command.add(file.toString());
    }
    if (isolation.nobody()) {
      open(folder);
    }
    ProcessBuilder builder = new ProcessBuilder(command).directory(classes.toFile());
    builder.environment().clear();
    return builder.redirectErrorStream(true).start();
  }

  /** Another user has to read all of it, and to write classes. */
  private static void open(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.toList();
    }
    for (Path each : all) {
      boolean classes = each.equals(folder.resolve("classes"));
      String rights = classes ? "rwxrwxrwx" : Files.isDirectory(each) ? "rwxr-xr-x" : "rw-r--r--";
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString(rights));
    }
  }

  private SandboxResult watch(Process process, String secret)
      throws IOException, InterruptedException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    AtomicBoolean flooded = new AtomicBoolean();
    Thread reader =
        new Thread(
            () -> {
              byte[] some = new byte[8192];
              try (InputStream from = process.getInputStream()) {
                for (int n = from.read(some); n >= 0; n = from.read(some)) {
                  printed.write(some, 0, n);
                  if (printed.size() > limits.outputBytes()) {
                    flooded.set(true);
                    end(process);
                    return;
                  }
                }
              } catch (IOException e) {
                LOG.debug("the process was ended", e);
              }
            },
            "sandbox output");
    reader.setDaemon(true);
    reader.start();
    try {
      boolean ended = process.waitFor(limits.seconds(), TimeUnit.SECONDS);
      if (!ended) {
        end(process);
      }
      // Before the pipe is closed, or what was said last is lost. One that got away may hold it.
      reader.join(TimeUnit.SECONDS.toMillis(5));
      end(process);
      if (flooded.get()) {
        return new SandboxResult(
            Outcome.PRINTED_TOO_MUCH, "printed more than " + limits.outputBytes() + " bytes");
      }
      String text = printed.toString(StandardCharsets.UTF_8);
      if (!text.contains(SandboxMain.BEGUN)) {
        throw new IOException(
            "the sandbox %s before it looked at a program: %s"
                .formatted(ended ? "ended" : "hung", Shortened.text(text.strip())));
      }
      return ended
          ? result(text, secret)
          : new SandboxResult(
              Outcome.TIMED_OUT, "took longer than " + limits.seconds() + " seconds");
    } finally {
      end(process);
    }
  }

  /** Ends a process and all that it started. */
  private static void end(Process process) {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    process.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
  }

  private static SandboxResult result(String printed, String secret) {
    int told = printed.indexOf("\n" + secret + " ");
    if (told < 0) {
      return new SandboxResult(Outcome.ENDED, "ended before the test did");
    }
    String line = printed.substring(told + secret.length() + 2).lines().findFirst().orElse("");
    int space = line.indexOf(' ');
    String message = space < 0 ? "" : line.substring(space + 1);
    return switch (space < 0 ? line : line.substring(0, space)) {
      case "PASSED" -> new SandboxResult(Outcome.PASSED, "");
      case "COMPILE" -> new SandboxResult(Outcome.NOT_COMPILED, message);
      default -> new SandboxResult(Outcome.FAILED, message);
    };
  }

  /** A program may have taken its own rights away, or still write: that is no verdict on it. */
  private static void delete(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path each : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{}: is left behind: {}", folder, e.getMessage());
    }
  }
}
