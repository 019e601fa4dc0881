package org.tune4j.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.tokenize.Side;
import org.tune4j.eval.YamlNode;

/**
 * Task files in YAML, with the keys and defaults of lm-evaluation-harness as far as they mean
 * something here. A key that is not known is an error, as is one that the task's kind does not use.
 */
public final class TaskFile {
  private final YamlNode file;
  private final Path folder;
  private final OutputType type;

  private TaskFile(YamlNode file, Path folder) {
    this.file = file;
    this.folder = folder;
    this.type = type(file);
  }

  /**
   * Reads a file. Paths in it start at its folder.
   *
   * @throws ConfigException if a key or a value is none
   */
  public static TaskConfig read(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return new TaskFile(YamlNode.read(file), parent).config();
  }

  private static OutputType type(YamlNode file) {
    String key = file.required("output_type");
    return Arrays.stream(OutputType.values())
        .filter(each -> each.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                file.wrong(
                    "output_type",
                    "one of " + Arrays.stream(OutputType.values()).map(OutputType::key).toList(),
                    key));
  }

  private TaskConfig config() {
    String name = file.required("task");
    List<Path> data = paths("dataset_path");
    if (data.isEmpty()) {
      throw new ConfigException(file.where() + ": dataset_path is missing");
    }
    Optional<PromptConfig> prompt = isPrompted() ? prompt() : Optional.empty();
    DataConfig rows = rows();
    int stride = type == OutputType.LOGLIKELIHOOD_ROLLING ? stride(rows) : rows.maxLength();
    TaskConfig config =
        new TaskConfig(name, type, data, prompt, generation(prompt), rows, stride, metrics());
    file.nothingElse();
    return config;
  }

  private boolean isPrompted() {
    return type == OutputType.GENERATE_UNTIL
        || type == OutputType.MULTIPLE_CHOICE
        || type == OutputType.LOGLIKELIHOOD_ROLLING;
  }

  private List<Path> paths(String key) {
    return file.texts(key).stream().map(folder::resolve).toList();
  }

  private Optional<PromptConfig> prompt() {
    Optional<RowExpression> text = expression("doc_to_text");
    if (type == OutputType.LOGLIKELIHOOD_ROLLING) {
      return text.map(
          whole -> new PromptConfig(whole, whole, List.of(), "", List.of(), 0, "", "", false));
    }
    boolean choices = type == OutputType.MULTIPLE_CHOICE;
    if (text.isEmpty() && !choices) {
      return Optional.empty();
    }
    int shots = file.whole("num_fewshot").orElse(0);
    List<Path> fewshot = paths("fewshot_dataset_path");
    if (shots < 0 || shots > 0 == fewshot.isEmpty()) {
      throw file.wrong(
          "num_fewshot",
          "0, or more together with fewshot_dataset_path, the file of solved examples",
          shots);
    }
    return Optional.of(
        new PromptConfig(
            text.orElseThrow(() -> missing("doc_to_text")),
            expression("doc_to_target").orElseThrow(() -> missing("doc_to_target")),
            choices ? choices() : List.of(),
            file.text("description").orElse(""),
            fewshot,
            shots,
            file.text("fewshot_delimiter").orElse("\n\n"),
            file.text("target_delimiter").orElse(" "),
            !choices && file.flag("apply_chat_template")));
  }

  private ConfigException missing(String key) {
    return new ConfigException(file.where() + ": " + key + " is missing");
  }

  private Optional<RowExpression> expression(String key) {
    return file.text(key).map(text -> new RowExpression(text, file.where() + ": " + key));
  }

  private List<RowExpression> choices() {
    List<String> texts = file.texts("doc_to_choice");
    if (texts.isEmpty()) {
      throw missing("doc_to_choice");
    }
    return texts.stream()
        .map(text -> new RowExpression(text, file.where() + ": doc_to_choice"))
        .toList();
  }

  private DataConfig rows() {
    DataConfig.Builder rows = DataConfig.builder();
    file.whole("max_length").ifPresent(rows::maxLength);
    if (!isPrompted()) {
      file.text("truncation_mode").ifPresent(mode -> rows.truncation(side(mode)));
    }
    if (type == OutputType.GENERATE_UNTIL) {
      file.text("chat_template_path")
          .ifPresent(template -> rows.chatTemplate(folder.resolve(template)));
    }
    return rows.build();
  }

  private Side side(String mode) {
    return switch (mode) {
      case "keep_start" -> Side.RIGHT;
      case "keep_end" -> Side.LEFT;
      default -> throw file.wrong("truncation_mode", "keep_start or keep_end", mode);
    };
  }

  private int stride(DataConfig rows) {
    return file.whole("stride").orElse(rows.maxLength());
  }

  /** Greedy, up to 256 tokens and an empty line, as there; rows of one's own end by their EOS. */
  private GenerationConfig generation(Optional<PromptConfig> prompt) {
    GenerationConfig.Builder config = GenerationConfig.builder().maxNewTokens(256);
    if (type != OutputType.GENERATE_UNTIL) {
      return config.build();
    }
    Optional<YamlNode> given = file.node("generation_kwargs");
    List<String> until =
        given
            .filter(node -> node.any("until").isPresent())
            .map(node -> node.texts("until"))
            .orElseGet(() -> prompt.map(PromptConfig::fewshotDelimiter).stream().toList());
    config.stopStrings(until.stream().filter(text -> !text.isEmpty()).toArray(String[]::new));
    if (given.isPresent()) {
      YamlNode node = given.get();
      node.whole("max_gen_toks").ifPresent(config::maxNewTokens);
      if (node.flag("do_sample")) {
        config.doSample(true);
        node.number("temperature").ifPresent(config::temperature);
        node.number("top_p").ifPresent(config::topP);
        node.whole("top_k").ifPresent(config::topK);
        node.whole("seed").ifPresent(seed -> config.seed(seed));
      } else if (node.number("temperature").orElse(0) != 0) {
        throw node.wrong("temperature", "0 where do_sample is not true", node.text("temperature"));
      }
      node.nothingElse();
    }
    return config.build();
  }

  /** Names, or mappings with the key {@code metric}. */
  private List<String> metrics() {
    List<String> names = new ArrayList<>();
    JsonNode list = file.any("metric_list").orElse(JsonNodeFactory.instance.arrayNode());
    if (!list.isArray()) {
      throw file.wrong("metric_list", "a list", list);
    }
    for (JsonNode each : list) {
      JsonNode metric = each.isTextual() ? each : each.path("metric");
      if (!metric.isTextual() || each.size() > 1) {
        throw file.wrong("metric_list", "names, or each as metric: NAME", each);
      }
      names.add(metric.textValue());
    }
    return names;
  }
}
