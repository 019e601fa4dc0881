package org.tune4j.rlhf.reward.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.Row;
import org.tune4j.rlhf.reward.verify.SandboxResult.Outcome;

class JavaTestRewardTest {
  private static final String TEST =
      """
      public class AddTest {
        public static void main(String[] args) {
          if (Solution.add(2, 3) != 5) throw new AssertionError("2 + 3");
        }
      }""";

  private static final String CALLS =
      """
      public class CallTest {
        public static void main(String[] args) throws Exception { Solution.call(); }
      }""";

  private static Row row(String test) {
    return new Row(JsonNodeFactory.instance.objectNode().put("test", test), "rows.jsonl", 2);
  }

  private static JavaTestReward reward(int seconds) {
    return new JavaTestReward(
        "test", new JavaSandbox(new SandboxLimits(seconds, 64, 1 << 16, 128)));
  }

  private static SandboxResult call(int seconds, String body) throws Exception {
    String program = "public class Solution { static void call() throws Exception { %s } }";
    return reward(seconds).run(program.formatted(body), row(CALLS));
  }

  @Test
  void rightProgramPasses() throws Exception {
    String response =
        "I add them:\n```java\nfinal class Solution {\n  static int add(int a, int b) { return a + b; }\n}\n```\n";
    assertThat(reward(60).score("", response, row(TEST))).isEqualTo(1);
  }

  @Test
  void wrongProgramFails() throws Exception {
    String response = "class Solution { static int add(int a, int b) { return a - b; } }";
    SandboxResult result = reward(60).run(response, row(TEST));
    assertThat(result)
        .isEqualTo(new SandboxResult(Outcome.FAILED, "java.lang.AssertionError: 2 + 3"));
    assertThat(reward(60).score("", response, row(TEST))).isZero();
  }

  /** Comments and texts name no class, and helpers are none to be run. */
  @Test
  void testIsFoundAmongWordsAndHelpers() throws Exception {
    String test =
        """
        /** The test class for adding. */
        class Numbers {
          static final String SAID = "public class Quoted { ";
          static int five() { return 5; } // class Tail
        }
        interface Adding { }
        class AddTest {
          static class Inner { }
          public static void main(String[] args) {
            if (Solution.add(2, 3) != Numbers.five()) throw new AssertionError("2 + 3");
          }
        }""";
    String right =
        "/* a class for you */ class Solution { static int add(int a, int b) { return a + b; } }";
    assertThat(reward(60).run(right, row(test)).outcome()).isEqualTo(Outcome.PASSED);
    assertThat(reward(60).run(right.replace("a + b", "a"), row(test)).outcome())
        .isEqualTo(Outcome.FAILED);
    assertThatThrownBy(() -> reward(60).run(right, row("class Test { void run() { } }")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a Java class with a main method");
  }

  @Test
  void whatAProgramPrintsIsNoProgram() throws Exception {
    String response =
        "```java\nclass Solution { static int add(int a, int b) { return a + b; } }\n```\nIt prints\n```\n5\n```\n";
    assertThat(reward(60).score("", response, row(TEST))).isEqualTo(1);
  }

  @Test
  void readingFindsTheEnd() throws Exception {
    String read = "if (System.in.read() >= 0) throw new Exception(\"something is there\");";
    assertThat(call(60, read).outcome()).isEqualTo(Outcome.PASSED);
  }

  @Test
  void textIsUtf8() throws Exception {
    String bytes = "if (\"é\".getBytes().length != 2) throw new Exception(\"not UTF-8\");";
    assertThat(call(60, bytes).outcome()).isEqualTo(Outcome.PASSED);
  }

  /** Of a folder that cannot be deleted nothing is said of the program. */
  @Test
  void rightsThatAProgramTakesAwayAreNoFailure() throws Exception {
    String lock =
        "var f = java.nio.file.Files.createDirectories(java.nio.file.Path.of(\"a/b\"));"
            + " f.getParent().toFile().setExecutable(false); f.getParent().toFile().setReadable(false);";
    assertThat(call(60, lock).outcome()).isEqualTo(Outcome.PASSED);
  }

  /** A sandbox that does not work is not the program's fault. */
  @Test
  void processThatDoesNotBeginIsAnError() {
    JavaTestReward starved =
        new JavaTestReward("test", new JavaSandbox(new SandboxLimits(60, 1 << 30, 1 << 16, 128)));
    assertThatThrownBy(() -> starved.run("class Solution { }", row(TEST)))
        .isInstanceOf(java.io.IOException.class)
        .hasMessageContaining("the sandbox ended before it looked at a program");
  }

  static List<String> notJava() {
    return List.of(
        "", "no program", "class Solution { int add(", "class AddTest { }", "class Other { }");
  }

  @ParameterizedTest
  @MethodSource("notJava")
  void whatDoesNotCompileFails(String response) throws Exception {
    assertThat(reward(60).run(response, row(TEST)).outcome()).isEqualTo(Outcome.NOT_COMPILED);
  }

  static List<Arguments> harm() {
    return List.of(
        Arguments.of("System.exit(0);", Outcome.ENDED),
        Arguments.of("Runtime.getRuntime().halt(0);", Outcome.ENDED),
        Arguments.of(
            "long[][] a = new long[1000][]; for (int i = 0; i < 1000; i++) a[i] = new long[1 << 20];",
            Outcome.ENDED),
        Arguments.of("call();", Outcome.FAILED));
  }

  @ParameterizedTest
  @MethodSource("harm")
  void endingTheProcessIsNoPass(String body, Outcome wanted) throws Exception {
    assertThat(call(60, body).outcome()).isEqualTo(wanted);
  }

  static List<String> hangs() {
    return List.of(
        "while (true) { }",
        "new java.util.concurrent.CountDownLatch(1).await();",
        "Runtime.getRuntime().addShutdownHook(new Thread(() -> { while (true) { } })); System.exit(0);");
  }

  @ParameterizedTest
  @MethodSource("hangs")
  void hangIsEnded(String body) throws Exception {
    assertThat(call(5, body).outcome()).isIn(Outcome.TIMED_OUT, Outcome.ENDED);
  }

  @Test
  void floodOfOutputIsEnded() throws Exception {
    String flood =
        "var out = new java.io.FileOutputStream(java.io.FileDescriptor.out);"
            + " while (true) { out.write(new byte[8192]); }";
    assertThat(call(60, flood).outcome()).isEqualTo(Outcome.PRINTED_TOO_MUCH);
    assertThat(call(60, "for (int i = 0; i < 1 << 20; i++) System.out.println(i);").outcome())
        .isEqualTo(Outcome.PASSED);
  }

  @Test
  void environmentIsEmpty() throws Exception {
    String names = "throw new Exception(System.getenv().keySet().toString());";
    // The shell's own commands may set what they are found by.
    assertThat(call(60, names).message()).doesNotContain("PATH", "HOME", "USER");
  }

  @Test
  void forkBombIsLimitedAndLeavesNothing() throws Exception {
    assumeTrue(Isolation.here().namespaces() && Isolation.here().limits());
    String bomb =
        "for (int i = 0; i < 1000; i++) new ProcessBuilder(\"sleep\", \"987654\").start();";
    assertThat(call(20, bomb).outcome()).isNotEqualTo(Outcome.PASSED);
    assertThat(running("987654")).isEmpty();
  }

  @Test
  void detachedProcessDoesNotOutliveIt() throws Exception {
    assumeTrue(Isolation.here().namespaces());
    String detach =
        "new ProcessBuilder(\"/bin/sh\", \"-c\", \"setsid sleep 976543 & exit\").start().waitFor();";
    assertThat(call(60, detach).outcome()).isEqualTo(Outcome.PASSED);
    for (int i = 0; i < 50 && !running("976543").isEmpty(); i++) {
      Thread.sleep(100);
    }
    assertThat(running("976543")).isEmpty();
  }

  private static List<String> running(String argument) {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.map(each -> each.info().commandLine().orElse(""))
          .filter(line -> line.contains("sleep " + argument))
          .toList();
    }
  }

  @Test
  void networkIsNotThere() throws Exception {
    assumeTrue(Isolation.here().namespaces());
    try (java.net.ServerSocket server =
        new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      String connect =
          "new java.net.Socket(\"127.0.0.1\", %d).close();".formatted(server.getLocalPort());
      assertThat(call(60, connect).outcome()).isEqualTo(Outcome.FAILED);
    }
  }

  @Test
  void filesOfRootAreNotThere() throws Exception {
    assumeTrue(Isolation.here().nobody());
    Path secret = Files.createTempFile("tune4j-secret", ".txt"); // Of its owner alone.
    try {
      String read = "java.nio.file.Files.readString(java.nio.file.Path.of(\"%s\"));";
      assertThat(call(60, read.formatted(secret)).message()).contains("AccessDenied");
    } finally {
      Files.delete(secret);
    }
  }

  @Test
  void interruptedRunEndsItsProcess() throws Exception {
    Object[] thrown = {null};
    Thread thread =
        new Thread(
            () -> {
              try {
                call(600, "while (true) { }");
              } catch (Exception e) {
                thrown[0] = e;
              }
            });
    thread.start();
    Thread.sleep(500);
    thread.interrupt();
    thread.join();
    assertThat(thrown[0]).isInstanceOf(InterruptedException.class);
  }

  @Test
  void rowWithoutATestIsToldByItsPlace() {
    assertThatThrownBy(() -> reward(1).run("class A { }", row("none")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("rows.jsonl:2: column test");
  }

  @Test
  void limitsThatTheCompilerCannotLiveWithAreRefused() {
    assertThatThrownBy(() -> new SandboxLimits(1, 8, 1024, 128))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new SandboxLimits(0, 64, 1024, 128))
        .isInstanceOf(ConfigException.class);
  }
}
