package org.tune4j.eval.task;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.generate.GenerationConfig;

/**
 * What a task file says.
 *
 * @param name of the task
 * @param outputType what the model is asked for
 * @param dataset files of rows
 * @param prompt how rows become prompts; empty for rows that are prompts themselves, in one of the
 *     forms that are trained on
 * @param generation how texts are continued
 * @param data how rows are read and cut
 * @param stride of windows over texts that are longer than {@code max_length}
 * @param metrics the figures to give; empty for all that the rows have, and of texts the general
 *     ones
 */
public record TaskConfig(
    String name,
    OutputType outputType,
    List<Path> dataset,
    Optional<PromptConfig> prompt,
    GenerationConfig generation,
    DataConfig data,
    int stride,
    List<String> metrics) {
  public TaskConfig {
    dataset = List.copyOf(dataset);
    metrics = List.copyOf(metrics);
    for (String metric : metrics) {
      if (!outputType.figures().contains(metric)) {
        throw new ConfigException(
            "%s: metric_list: %s has no figure %s; did you mean %s?"
                .formatted(
                    name, outputType.key(), metric, NearestName.of(metric, outputType.figures())));
      }
    }
    if (!name.matches("[\\w.-]{1,100}")) {
      throw new ConfigException(
          "task: wanted a name of letters, digits, '.', '-' and '_', which is part of a file's"
              + " name; found "
              + name);
    }
  }
}
