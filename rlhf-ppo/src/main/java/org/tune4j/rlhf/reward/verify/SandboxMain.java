package org.tune4j.rlhf.reward.verify;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Runs in a process of its own, copied there as a single class: compiles the sources in its
 * arguments and calls the main method of one. How that went is told in a line that begins with a
 * word which only this method knows, so that what is run cannot say it in its place.
 */
final class SandboxMain {
  private static final int LONGEST = 256;

  /** What is printed before anything of a response is looked at: from then on it is at fault. */
  static final String BEGUN = "tune4j: the sandbox has begun\n";

  private SandboxMain() {}

  /**
   * Compiles and runs.
   *
   * @param args seconds after which this process ends itself; the folder for classes; the class to
   *     run; source files
   */
  public static void main(String[] args) throws Exception {
    OutputStream report = new FileOutputStream(FileDescriptor.out);
    byte[] secret = new byte[LONGEST];
    int length = new FileInputStream(FileDescriptor.in).read(secret);
    String word = new String(secret, 0, Math.max(0, length), StandardCharsets.UTF_8).strip();
    endAfter(Long.parseLong(args[0]));
    report.write(BEGUN.getBytes(StandardCharsets.UTF_8));
    report.flush();
    String said = compileAndRun(args);
    report.write(("\n" + word + " " + said + "\n").getBytes(StandardCharsets.UTF_8));
    report.flush();
    Runtime.getRuntime().halt(0);
  }

  /** Whoever started this may be gone and not end it. */
  private static void endAfter(long seconds) {
    Thread watch =
        new Thread(
            () -> {
              try {
                Thread.sleep(seconds * 1000);
              } catch (InterruptedException e) {
                // Then it ends sooner.
              }
              Runtime.getRuntime().halt(1);
            });
    watch.setDaemon(true);
    watch.start();
  }

  private static String compileAndRun(String[] args) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<File> sources = new ArrayList<>();
    Arrays.stream(args).skip(3).map(File::new).forEach(sources::add);
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-proc:none", "-nowarn", "-d", args[1], "-cp", args[1], "-encoding", "UTF-8");
      boolean compiled =
          compiler
              .getTask(
                  messages, files, null, options, null, files.getJavaFileObjectsFromFiles(sources))
              .call();
      if (!compiled) {
        return "COMPILE " + line(messages.toString());
      }
    }
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    System.setOut(nowhere);
    System.setErr(nowhere);
    try {
      Method main = Class.forName(args[2]).getDeclaredMethod("main", String[].class);
      main.setAccessible(true);
      main.invoke(null, (Object) new String[0]);
      return "PASSED";
    } catch (InvocationTargetException e) {
      return "FAILED " + line(String.valueOf(e.getCause()));
    } catch (ReflectiveOperationException e) {
      return "FAILED " + line(e.toString());
    }
  }

  private static String line(String text) {
    String one = text.replaceAll("\\s+", " ").strip();
    return one.substring(0, Math.min(one.length(), LONGEST));
  }
}
