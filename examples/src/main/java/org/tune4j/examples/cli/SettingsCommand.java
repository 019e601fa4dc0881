package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tune4j.engine.ConfigException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** A command that is told what to do by a table of settings, from options and from a file. */
abstract class SettingsCommand implements Callable<Integer> {
  final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE.yaml",
      description = "Take settings from a file, by the same names in snake_case; options win.")
  private Path config;

  @Mixin private CommonOptions common;

  /** What the command can be told. */
  private final List<Setting> table;

  SettingsCommand(Console console, List<Setting> table) {
    this.console = console;
    this.table = table;
  }

  /** Names that users of other tools know and that mean nothing here, and why. */
  Map<String, String> refused() {
    return Map.of();
  }

  /**
   * Does it.
   *
   * @return the exit code
   */
  abstract int run(Settings settings);

  /** Whether results are wanted as JSON. */
  boolean json() {
    return common.json;
  }

  @Override
  public final Integer call() {
    return run(settings());
  }

  /** Adds an option for each setting, under the heading of its group. */
  void addOptions(CommandSpec target) {
    Map<String, ArgGroupSpec.Builder> groups = new LinkedHashMap<>();
    for (Setting setting : table) {
      groups
          .computeIfAbsent(
              setting.group(),
              name ->
                  ArgGroupSpec.builder()
                      .validate(false)
                      .heading("%n" + heading(name) + "%n")
                      .order(groups.size()))
          .addArg(option(setting, setting.option(), false));
    }
    groups.values().forEach(group -> target.addArgGroup(group.build()));
    aliases()
        .forEach(
            (alias, setting) -> target.addOption(option(setting, Setting.option(alias), true)));
    addRefused(target);
  }

  private void addRefused(CommandSpec target) {
    refused()
        .keySet()
        .forEach(
            name ->
                target.addOption(
                    OptionSpec.builder(Setting.option(name))
                        .type(String.class)
                        .arity("0..1")
                        .hidden(true)
                        .build()));
  }

  private static String heading(String group) {
    return switch (group) {
      case "lora" -> "LoRA";
      case "data" -> "Data";
      case "train" -> "Training";
      default -> Character.toUpperCase(group.charAt(0)) + group.substring(1);
    };
  }

  private static OptionSpec option(Setting setting, String name, boolean hidden) {
    OptionSpec.Builder option =
        OptionSpec.builder(name).type(String.class).description(setting.meaning()).hidden(hidden);
    return setting.isFlag()
        ? option.arity("0..1").paramLabel("true|false").fallbackValue("true").build()
        : option.arity("1").paramLabel(setting.value()).build();
  }

  /** The other names of this command's settings. */
  private Map<String, Setting> aliases() {
    Map<String, Setting> aliases = new LinkedHashMap<>();
    SettingAliases.TABLE.forEach(
        (alias, name) ->
            table.stream()
                .filter(setting -> setting.name().equals(name) && !isOwn(alias))
                .findFirst()
                .ifPresent(setting -> aliases.put(alias, setting)));
    return aliases;
  }

  /** Whether the command means something else by an alias. */
  private boolean isOwn(String alias) {
    return table.stream().anyMatch(setting -> setting.name().equals(alias));
  }

  private Settings settings() {
    Map<String, Settings.Value> values = new LinkedHashMap<>();
    if (config != null) {
      values.putAll(SettingsFile.read(config, table, refused(), console::say));
    }
    values.putAll(given());
    return new Settings(values);
  }

  /** What the command line says. */
  private Map<String, Settings.Value> given() {
    Map<String, Settings.Value> given = new LinkedHashMap<>();
    refused()
        .forEach(
            (name, why) -> {
              if (spec.commandLine().getParseResult().hasMatchedOption(Setting.option(name))) {
                throw new ConfigException(Setting.option(name) + " is not to be had: " + why);
              }
            });
    for (Setting setting : table) {
      matched(setting.option())
          .ifPresent(text -> given.put(setting.name(), Settings.Value.of(setting.option(), text)));
    }
    aliases()
        .forEach(
            (alias, setting) -> {
              String option = Setting.option(alias);
              matched(option)
                  .ifPresent(
                      text -> {
                        console.say(option + " is taken as " + setting.option());
                        if (given.put(setting.name(), Settings.Value.of(option, text)) != null) {
                          throw new ConfigException(
                              option + " and " + setting.option() + " set the same; keep one");
                        }
                      });
            });
    return given;
  }

  private Optional<String> matched(String option) {
    ParseResult parsed = spec.commandLine().getParseResult();
    if (!parsed.hasMatchedOption(option)) {
      return Optional.empty();
    }
    OptionSpec matched = parsed.matchedOption(option);
    if (matched.stringValues().size() > 1) {
      throw new ConfigException(option + ": given more than once");
    }
    return Optional.of(matched.getValue());
  }

  /** A path without which the command cannot work. */
  static Path required(Settings settings, String name) {
    return settings
        .path(name)
        .orElseThrow(
            () ->
                new ConfigException(
                    "%s is missing (or %s in the --config file)"
                        .formatted(Setting.option(name), name)));
  }
}
