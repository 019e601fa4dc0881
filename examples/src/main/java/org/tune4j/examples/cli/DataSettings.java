package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.TrainOn;
import org.tune4j.engine.data.TrainOn.StopTokens;
import org.tune4j.engine.tokenize.Side;

/** From rows to what is learned, with the names of TRL and axolotl. */
final class DataSettings {
  private static final String GROUP = "data";

  static final List<Setting> TABLE =
      List.of(
          new Setting("max_length", GROUP, "N", "The longest row in tokens. Default 1024."),
          new Setting(
              "truncation_mode",
              GROUP,
              "keep_start|keep_end",
              "What is kept of a longer row. Default keep_start."),
          new Setting(
              "packing",
              GROUP,
              null,
              "Put several rows into one of --max-length, never seeing each other."),
          new Setting(
              "packing_strategy",
              GROUP,
              "bfd|bfd_split|wrapped",
              "Best fit (default); the same, longer rows split and not cut; or one after the other,"
                  + " split where a row is full."),
          new Setting(
              "group_by_length", GROUP, null, "Bring rows of like lengths into the same batches."),
          new Setting(
              "completion_only_loss",
              GROUP,
              "true|false",
              "Learn the completion and not the prompt. Default true."),
          new Setting(
              "assistant_only_loss",
              GROUP,
              "true|false",
              "Of a conversation, learn what the assistant writes (true, default) or every token."),
          new Setting(
              "roles_to_train",
              GROUP,
              "a,b",
              "The roles whose turns are learned. Default assistant. A message's own weight (0 or"
                  + " 1) or train (true or false) wins."),
          new Setting(
              "mask_history", GROUP, null, "Learn only the last of the turns that are learned."),
          new Setting(
              "train_on_eos",
              GROUP,
              "all|turn|last|none",
              "At which turns the EOS token is learned: all, those that are learned (turn,"
                  + " default), the last of them, none."),
          new Setting(
              "train_on_eot",
              GROUP,
              "all|turn|last|none",
              "The same for an end-of-turn token that is not EOS. Default: as train_on_eos."),
          new Setting(
              "split_special_tokens",
              GROUP,
              "true|false",
              "Read the names of control tokens in rows as ordinary text. Default true."),
          new Setting(
              "chat_template_path",
              GROUP,
              "FILE",
              "A Jinja template for conversations in place of the model's own."),
          new Setting(
              "preflight_allow",
              GROUP,
              "KEY,…",
              "Go on although these checks of the pre-flight report refuse."),
          new Setting(
              "on_bad_row",
              GROUP,
              "fail|skip",
              "What to do at the end of a scan that found rows that cannot be used. Default fail."));

  /** TRL's words. */
  private static final Map<String, Packing> PACKING =
      Map.of(
          "bfd", Packing.BEST_FIT_CUT,
          "bfd_split", Packing.BEST_FIT_SPLIT,
          "wrapped", Packing.WRAPPED);

  private static final Map<String, Side> TRUNCATION =
      Map.of("keep_start", Side.RIGHT, "keep_end", Side.LEFT);

  private static final Map<String, Boolean> ON_BAD_ROW = Map.of("fail", false, "skip", true);

  private DataSettings() {}

  static DataConfig config(Settings settings) {
    DataConfig.Builder data = DataConfig.builder();
    settings.integer("max_length", data::maxLength);
    settings.choice("truncation_mode", TRUNCATION, data::truncation);
    Packing[] kind = {Packing.BEST_FIT_CUT};
    settings.choice("packing_strategy", PACKING, value -> kind[0] = value);
    data.packing(settings.flag("packing") ? kind[0] : null);
    settings.flag("group_by_length", data::groupByLength);
    data.trainOn(trainOn(settings));
    settings.flag("split_special_tokens", data::splitSpecialTokens);
    settings.path("chat_template_path").ifPresent(data::chatTemplate);
    settings.list("preflight_allow", keys -> data.preflightAllow(keys.toArray(String[]::new)));
    settings.choice("on_bad_row", ON_BAD_ROW, data::skipBadRows);
    return data.build();
  }

  private static TrainOn trainOn(Settings settings) {
    boolean[] only = {true, true};
    settings.flag("completion_only_loss", value -> only[0] = value);
    settings.flag("assistant_only_loss", value -> only[1] = value);
    if (!only[1] && settings.has("roles_to_train")) {
      throw new ConfigException(
          "assistant_only_loss is false, which learns every token, and roles_to_train is given;"
              + " keep one");
    }
    @SuppressWarnings({"unchecked", "rawtypes"})
    Set<String>[] roles = new Set[] {Set.of("assistant")};
    settings.list("roles_to_train", names -> roles[0] = Set.copyOf(names));
    StopTokens[] stops = {StopTokens.TURN, null};
    settings.choice("train_on_eos", StopTokens.class, value -> stops[0] = value);
    settings.choice("train_on_eot", StopTokens.class, value -> stops[1] = value);
    return new TrainOn(
        only[0],
        only[1] ? Optional.of(roles[0]) : Optional.empty(),
        settings.flag("mask_history"),
        stops[0],
        stops[1] == null ? stops[0] : stops[1]);
  }

  /** Every setting with its value, as a configuration file has it. */
  static Map<String, Object> resolved(DataConfig data) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("max_length", data.maxLength());
    values.put("truncation_mode", SftJob.key(TRUNCATION, data.truncation()));
    values.put("packing", data.packing().isPresent());
    data.packing().ifPresent(kind -> values.put("packing_strategy", SftJob.key(PACKING, kind)));
    values.put("group_by_length", data.groupByLength());
    TrainOn trainOn = data.trainOn();
    values.put("completion_only_loss", trainOn.completionOnly());
    values.put("assistant_only_loss", trainOn.roles().isPresent());
    trainOn
        .roles()
        .ifPresent(roles -> values.put("roles_to_train", roles.stream().sorted().toList()));
    values.put("mask_history", trainOn.lastTurnOnly());
    values.put("train_on_eos", trainOn.eos().name().toLowerCase(Locale.ROOT));
    values.put("train_on_eot", trainOn.eot().name().toLowerCase(Locale.ROOT));
    values.put("split_special_tokens", data.splitSpecialTokens());
    data.chatTemplate().ifPresent(file -> values.put("chat_template_path", file.toString()));
    if (!data.preflightAllow().isEmpty()) {
      values.put("preflight_allow", data.preflightAllow().stream().sorted().toList());
    }
    values.put("on_bad_row", SftJob.key(ON_BAD_ROW, data.skipBadRows()));
    return values;
  }
}
