package org.tune4j.examples.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.Tune4jException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line {@code tune4j COMMAND …}. Exit codes: 0 done, 1 the work failed, 2 the call was
 * wrong. Results go to standard output, everything else to standard error.
 */
public final class Cli {
  private static final int FAILED = 1;
  private static final int WRONG_CALL = 2;
  private static final List<String> VERBOSE = List.of("-v", "--verbose");

  private final Console console;
  private final boolean verbose;

  private Cli(Console console, boolean verbose) {
    this.console = console;
    this.verbose = verbose;
  }

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    boolean verbose = isVerbose(args);
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", verbose ? "info" : "warn");
    System.setProperty("org.slf4j.simpleLogger.log.org.tune4j", verbose ? "debug" : "warn");
    // MLflow's client warns of every answer that is not 200; MlflowSink says once what is lost.
    System.setProperty("org.slf4j.simpleLogger.log.org.mlflow", verbose ? "debug" : "error");
    System.setProperty("org.slf4j.simpleLogger.showThreadName", "false");
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = utf8(FileDescriptor.err);
    boolean terminal = Boolean.getBoolean("tune4j.terminal");
    int code = new Cli(new Console(System.in, out, err, terminal), verbose).run(args);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /** Runs a command. */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    return run(args, InputStream.nullInputStream(), out, err);
  }

  /**
   * Runs a command.
   *
   * @param in what the user types, in UTF-8
   * @return the exit code
   */
  public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
    return new Cli(new Console(in, out, err, false), isVerbose(args)).run(args);
  }

  /** The commands; each is listed here. */
  private static CommandLine commands(Console console) {
    CommandLine bench = new CommandLine(new BenchCommand());
    add(bench, new BenchSftCommand(console));
    add(bench, new BenchDpoCommand(console));
    add(bench, new BenchGenerateCommand(console));
    add(bench, new BenchPpoCommand(console));
    add(bench, new BenchAdaptersCommand(console));
    add(bench, new BenchLoadCommand(console));
    add(bench, new BenchPrepareCommand(console));
    add(bench, new BenchMemoryCommand(console));
    add(bench, new BenchKillsCommand(console));
    add(bench, new BenchSoakCommand(console));
    CommandLine export = new CommandLine(new ExportCommand());
    add(export, new ExportGgufCommand(console));
    add(export, new ExportHubCommand(console));
    CommandLine line = new CommandLine(new Root());
    add(line, new PreflightCommand(console));
    add(line, new RenderCommand(console));
    add(line, new SftCommand(console));
    add(line, new PreferCommand(console));
    add(line, new ClassifyCommand(console));
    add(line, new PredictCommand(console));
    add(line, new RewardCommand(console));
    add(line, new ScoreCommand(console));
    add(line, new PpoCommand(console));
    add(line, new GrpoCommand(console));
    add(line, new RlooCommand(console));
    add(line, new AttackCommand(console));
    add(line, new EvalCommand(console));
    add(line, new CompareCommand(console));
    add(line, new GenerateCommand(console));
    add(line, new ChatCommand(console));
    add(line, new JudgeCommand(console));
    add(line, new LatencyCommand(console));
    add(line, new FisherCommand(console));
    add(line, new SoupCommand(console));
    add(line, new CombineCommand(console));
    add(line, new AdaptersCommand(console));
    add(line, new MergeCommand(console));
    line.addSubcommand(export);
    add(line, new InspectCommand(console));
    line.addSubcommand(new ConformanceCommand(console));
    line.addSubcommand(bench);
    return line;
  }

  private static void add(CommandLine parent, SettingsCommand command) {
    CommandLine line = new CommandLine(command);
    command.addOptions(line.getCommandSpec());
    parent.addSubcommand(line);
  }

  /** What {@code tune4j} is without a command. */
  @Command(
      name = "tune4j",
      description = "Fine-tuning of language models on the JVM.",
      synopsisSubcommandLabel = "COMMAND",
      footer = {"", "tune4j COMMAND --help says what a command takes."})
  private static final class Root implements Runnable {
    @Spec private CommandSpec spec;

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Show this help.")
    private boolean help;

    @Override
    public void run() {
      throw new ParameterException(spec.commandLine(), "A command is missing");
    }
  }

  private static boolean isVerbose(String[] args) {
    return Arrays.stream(args).anyMatch(VERBOSE::contains);
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  private int run(String[] args) {
    CommandLine line = commands(console);
    style(line);
    line.setExpandAtFiles(false); // a prompt may begin with @
    line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    line.setParameterExceptionHandler((e, arguments) -> wrongCall(e));
    line.setExecutionExceptionHandler((e, at, parsed) -> failed(e, at));
    return line.execute(args);
  }

  private static void style(CommandLine line) {
    line.getCommandSpec().usageMessage().sortOptions(false).width(100).abbreviateSynopsis(true);
    line.getSubcommands().values().forEach(Cli::style);
  }

  private int wrongCall(ParameterException e) {
    CommandLine line = e.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    console.say(name + ": " + e.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, line.getErr())) {
      console.say("See " + name + " --help");
    }
    return WRONG_CALL;
  }

  private int failed(Exception e, CommandLine line) {
    boolean ours = e instanceof Tune4jException && !(e instanceof EngineBugException);
    String name = line.getCommandSpec().qualifiedName();
    console.say(name + ": " + (ours ? e.getMessage() : "a fault of tune4j itself: " + e));
    if (verbose) {
      e.printStackTrace(console.err());
    } else if (!ours) {
      console.say("Please report it, with what -v shows");
    }
    return e instanceof ConfigException ? WRONG_CALL : FAILED;
  }
}
