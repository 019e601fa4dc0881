package org.tune4j.examples.cli;

/** What commands that compute with a model can be told in the same words. */
final class ModelSettings {
  static final Setting PRECISION =
      new Setting(
          "precision",
          "model",
          "fp32|bf16|fp16|auto",
          "What it computes in; auto (default) is bf16 where it is measured faster.");

  static final Setting FP32_MODULES = PrecisionSettings.fp32Modules("model");

  static final Setting DEVICE =
      new Setting(
          "device",
          "model",
          "NAME",
          "cpu or cuda:N; cuda needs the Maven profile cuda. Default cpu.");

  static final Setting THREADS = threads("model");

  static final Setting TASK_ID =
      new Setting(
          "task_id",
          "model",
          "N",
          "Of an adapter that has virtual tokens of several tasks: whose are taken.");

  private ModelSettings() {}

  /** In the group of a command that has no group of its own for the model. */
  static Setting threads(String group) {
    return new Setting("threads", group, "N", "Threads of a matrix product. Default: all cores.");
  }
}
