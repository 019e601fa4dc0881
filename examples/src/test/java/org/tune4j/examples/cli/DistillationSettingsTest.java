package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.objective.Distillation;
import org.tune4j.engine.objective.HiddenMatch;

/** Whom a run learns of, from settings to records. */
class DistillationSettingsTest {
  private static final String RUN = "model: m\ndata: d\noutput: o\n";

  @TempDir private Path folder;

  private SftJob job(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("run.yaml"), RUN + yaml);
    return SftJob.of(new Settings(SettingsFile.read(file, SftSettings.TABLE, note -> {})));
  }

  private DistillationSettings of(String yaml) throws IOException {
    return job(yaml).distillation().orElseThrow();
  }

  @Test
  void nobodyTeachesUnlessNamed() throws IOException {
    assertThat(job("").distillation()).isEmpty();
  }

  @Test
  void valuesArriveAsTheyWereGiven() throws IOException {
    assertThat(of("teacher: t\n"))
        .isEqualTo(
            new DistillationSettings(
                Optional.of(Path.of("t")),
                Optional.empty(),
                64,
                Distillation.forwardKl(1, 0.5),
                Optional.empty()));
    assertThat(
            of("teacher: t\ndistillation_loss: reverse_kl\ntemperature: 2\nkd_ratio: 0.9\n").how())
        .isEqualTo(Distillation.reverseKl(2, 0.9));
    assertThat(of("teacher: t\ndistillation_loss: gkd\nbeta: 0.1\ntemperature: 3\n").how())
        .isEqualTo(Distillation.gkd(0.1, 3));
    DistillationSettings made = of("teacher: t\nteacher_logits: l\nteacher_top_k: 8\n");
    assertThat(made.logits()).contains(Path.of("l"));
    assertThat(made.topK()).isEqualTo(8);
    assertThat(of("teacher_logits: l\n").teacher()).isEmpty();
    assertThat(of("teacher: t\nhidden_match: cosine\n").match()).contains(HiddenMatch.cosine(1));
    assertThat(
            of("teacher: t\nhidden_match: mse\nhidden_weight: 3\nhidden_layers: 1=2,2=4\n").match())
        .contains(new HiddenMatch(HiddenMatch.Kind.MSE, 3, Map.of(1, 2, 2, 4)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "teacher: t\ntemperature: 2\n",
        "teacher: t\ndistillation_loss: reverse_kl\nkd_ratio: 0.9\n",
        "teacher_model_name_or_path: t\ndistillation_loss: gkd\nbeta: 1\n",
        "teacher: t\nteacher_logits: l\nteacher_top_k: 7\n",
        "teacher: t\nhidden_match: mse\nhidden_weight: 3\nhidden_layers: {1: 2, 2: 4}\n",
        "distillation: {teacher: t, hidden_match: cosine}\n"
      })
  void theResolvedConfigurationOrdersTheSameRun(String yaml) throws IOException {
    SftJob job = job(yaml);
    String json =
        new ObjectMapper()
            .writeValueAsString(job.resolved(job.precision(), job.rows(), job.train()));
    Path file = Files.writeString(folder.resolve("resolved.yaml"), json);
    assertThat(SftJob.of(new Settings(SettingsFile.read(file, SftSettings.TABLE, note -> {}))))
        .isEqualTo(job);
  }

  @ParameterizedTest
  @CsvSource({
    "temperature: 2, temperature needs teacher",
    "hidden_match: mse, hidden_match needs teacher",
    "teacher: t|teacher_top_k: 4, teacher_top_k needs teacher_logits",
    "teacher: t|hidden_weight: 2, hidden_weight needs hidden_match",
    "teacher: t|hidden_layers: 1=1, hidden_layers needs hidden_match",
    "teacher_logits: l|hidden_match: mse, hidden_match and teacher_logits",
    "teacher: t|beta: 0.5, beta does not go with distillation_loss forward_kl",
    "teacher: t|label_smoothing_factor: 0.1, label_smoothing_factor does not go with a teacher",
    "teacher: t|router_aux_loss_coef: 0.1, router_aux_loss_coef does not go with a teacher",
    "teacher: t|peft_type: prompt_tuning, peft_type with virtual tokens does not go with a teacher",
    "teacher: t|kd_ratio: 0, 'kd_ratio: wanted above 0 to 1, found 0.0'",
    "teacher: t|temperature: 0, 'temperature: wanted a number above 0, found 0.0'",
    "teacher: t|distillation_loss: js, 'distillation_loss: wanted forward_kl, reverse_kl or gkd'",
    "teacher: t|hidden_match: l2, wanted one of",
    "teacher: t|hidden_match: mse|hidden_layers: 1=1.5, 'hidden_layers: wanted layers'",
    "teacher: t|hidden_match: mse|hidden_layers: first=1, 'hidden_layers: wanted layers'",
    "teacher: t|hidden_match: mse|hidden_weight: -1, 'hidden_weight: wanted a number above 0'",
    "teacher_logits: l|teacher_top_k: 4, teacher_top_k needs teacher",
    "teacher: t|teacher_logits: l|teacher_top_k: 0, 'teacher_top_k: wanted at least 1, found 0'"
  })
  void contradictionsAreNamed(String yaml, String wanted) {
    assertThatThrownBy(() -> job(yaml.replace('|', '\n') + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(wanted);
  }
}
