package org.tune4j.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.form.FormText;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.eval.metric.Answer;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.MetricRows;
import org.tune4j.eval.metric.Metrics;

/**
 * What a model answers to held-out prompts, greedily, and how good that is: one value {@code
 * eval_…} a metric. Prompts are tokenized as in training ({@link ExampleEncoder#prompt}); an answer
 * ends at the tokenizer's EOS, which training appends, or at one of the model's own end tokens.
 *
 * <p>Not for use by two threads at once.
 */
public final class CompletionEvaluation implements Evaluation {
  private final PromptAnswers written;
  private final List<Example> examples;
  private final List<int[]> prompts;
  private final List<Metric> metrics;
  private List<Answer> answers = List.of();
  private List<MetricRows> rows = List.of();

  /** Measures the general metrics, {@value PromptAnswers#DEFAULT_BATCH} prompts at a time. */
  public CompletionEvaluation(
      Tokenizer tokenizer, DataConfig data, ExampleSource heldOut, int maxNewTokens) {
    this(tokenizer, data, heldOut, maxNewTokens, Metrics.general());
  }

  /**
   * Measures metrics, {@value PromptAnswers#DEFAULT_BATCH} prompts at a time; {@link Metrics#named}
   * finds them.
   */
  public CompletionEvaluation(
      Tokenizer tokenizer,
      DataConfig data,
      ExampleSource heldOut,
      int maxNewTokens,
      List<Metric> metrics) {
    this(tokenizer, data, heldOut, maxNewTokens, metrics, PromptAnswers.DEFAULT_BATCH);
  }

  /**
   * An evaluation.
   *
   * @param data how prompts are read; the same as in training
   * @param heldOut read once, now
   * @param maxNewTokens the longest answer
   * @param metrics what is measured; {@link Metrics#named} finds one by its name
   * @param batch prompts that are answered at a time
   * @throws ConfigException if there is no example
   * @throws DataException if one has no prompt, or a completion that a metric cannot measure
   *     against
   */
  public CompletionEvaluation(
      Tokenizer tokenizer,
      DataConfig data,
      ExampleSource heldOut,
      int maxNewTokens,
      List<Metric> metrics,
      int batch) {
    this.written =
        new PromptAnswers(
            tokenizer, GenerationConfig.builder().maxNewTokens(maxNewTokens).build(), batch);
    try (Examples rows = Examples.of(heldOut, data)) {
      this.examples = rows.all();
    }
    if (examples.isEmpty()) {
      throw new ConfigException("evaluation: there is no held-out example");
    }
    this.prompts = prompts(tokenizer, data, examples);
    this.metrics = List.copyOf(metrics);
    examples.forEach(this::checkMeasurable);
  }

  /** Refuses now what would be refused when all answers were written. */
  private void checkMeasurable(Example example) {
    String wanted = FormText.of(example.form()).wanted();
    metrics.forEach(metric -> metric.requireMeasurable(example.where(), List.of(wanted)));
  }

  private static List<int[]> prompts(Tokenizer tokenizer, DataConfig data, List<Example> examples) {
    ExampleEncoder encoder = new ExampleEncoder(tokenizer, data);
    List<int[]> prompts = new ArrayList<>();
    for (Example example : examples) {
      prompts.add(encoder.prompt(example));
    }
    return prompts;
  }

  @Override
  public Map<String, Double> evaluate(BoundModel model) {
    answers = answer(model);
    rows = metrics.stream().map(this::measured).toList();
    Map<String, Double> values = new LinkedHashMap<>();
    rows.forEach(measured -> values.put("eval_" + measured.metric().name(), measured.score()));
    return values;
  }

  private MetricRows measured(Metric metric) {
    MetricRows measured = new MetricRows(metric);
    answers.forEach(answer -> measured.add(answer.got(), List.of(answer.wanted())));
    return measured;
  }

  /** The answers that the latest evaluation measured, in the order of the examples. */
  public List<Answer> answers() {
    return answers;
  }

  /**
   * What the values of the latest evaluation were computed from, one entry a metric: the statistics
   * of each answer, and the signature to give along with the value.
   */
  public List<MetricRows> rows() {
    return rows;
  }

  private List<Answer> answer(BoundModel model) {
    List<String> got = written.of(model, prompts, examples.stream().map(Example::where).toList());
    List<Answer> all = new ArrayList<>();
    for (int i = 0; i < got.size(); i++) {
      FormText example = FormText.of(examples.get(i).form());
      all.add(new Answer(example.prompt(), example.wanted(), got.get(i)));
    }
    return List.copyOf(all);
  }
}
