package org.tune4j.examples.cli;

import java.util.List;
import java.util.stream.Stream;

/** What {@code tune4j sft} can be told, with the names of PEFT, TRL and transformers. */
final class SftSettings {
  private static final String DATA = "data";
  static final String LORA = "lora";
  static final String PROMPT = "prompt";
  static final String TRAIN = "train";

  static final List<Setting> FILES =
      List.of(
          new Setting(
              "model",
              DATA,
              "DIR",
              "The base model: a Hugging Face checkpoint folder or a GGUF file."),
          new Setting(
              "data",
              DATA,
              "FILE,…",
              "What to learn: rows of .jsonl, .json, .csv, .tsv, .iob2 or .parquet, also with"
                  + " .gz; or folders of them."),
          new Setting(
              "columns",
              DATA,
              "a=b,c=d",
              "Which columns are read: the name that is wanted, and the column of the data."),
          new Setting(
              "interleave_probs",
              DATA,
              "X,Y,…",
              "Draw rows from the files of --data with these probabilities, and not one file after"
                  + " the other."),
          new Setting(
              "stopping_strategy",
              DATA,
              "first_exhausted|all_exhausted|first_table_exhausted",
              "Whether drawing ends with the file that is used up first (default), or last, or with"
                  + " the first one named; a file that is used up earlier begins again."),
          new Setting(
              "val_size",
              DATA,
              "P",
              "Hold that share of the rows out for evaluation, chosen by what they say."),
          new Setting(
              "eval_data",
              DATA,
              "FILE",
              "Held-out rows to measure the loss on; with --eval-steps."),
          new Setting(
              "eval_max_new_tokens",
              DATA,
              "N",
              "Answer the held-out prompts too, in at most so many tokens; 0 for not (default)."),
          new Setting(
              "eval_metrics",
              DATA,
              "NAME,…",
              "What is measured of the answers (docs/metrics.md). Default exact_match,accuracy."),
          new Setting(
              "eval_tasks",
              DATA,
              "FILE,…",
              "Task files (docs/evaluation.md) to measure by as well, as eval_TASK_FIGURE."),
          new Setting(
              "add_tokens",
              DATA,
              "TOKEN,…",
              "Grow the vocabulary by these tokens and learn them, with LoRA or full training."),
          new Setting("output", DATA, "RUN", "The run's folder."));

  private static final List<Setting> ADAPTER =
      List.of(
          new Setting(
              "r",
              LORA,
              "N",
              "Rank of the update. Default 8, of vera 256, of miss 64; of oft blocks, default 0."),
          new Setting(
              "lora_alpha", LORA, "X", "The update is scaled by it, divided by r. Default 8."),
          new Setting(
              "lora_dropout",
              LORA,
              "P",
              "Share of the inputs that the update does not see. Default 0."),
          new Setting(
              "target_modules",
              LORA,
              "a,b|all-linear|REGEX",
              "Where: last names of modules, every linear layer, or an expression for the whole"
                  + " path. Default: the family's (q_proj,v_proj)."),
          new Setting("exclude_modules", LORA, "a,b|REGEX", "Where not."),
          new Setting(
              "bias",
              LORA,
              "none|all|lora_only",
              "Which biases are trained along; of vera, oft, hra and miss vera_only, oft_only,"
                  + " hra_only and MiSS_only in place of lora_only. Default none."),
          flag("use_rslora", LORA, "Scale by the root of r in place of r."),
          new Setting("modules_to_save", LORA, "a,b", "Modules that are trained as full copies."),
          new Setting("rank_pattern", LORA, "a=N,b=N", "Another r for some modules."),
          new Setting("alpha_pattern", LORA, "a=X,b=X", "Another alpha for some modules."),
          new Setting("layers_to_transform", LORA, "0,1,…", "Only these blocks."),
          new Setting(
              "target_parameters",
              LORA,
              "a,b",
              "Matrices of experts, and routers: mlp.experts.gate_up_proj, gate.weight, …"),
          new Setting(
              "init_lora_weights",
              LORA,
              "true|gaussian|false|pissa|olora",
              "How A starts: uniform (true, default), normal, or A and B both random (false); or"
                  + " both as a part of the weight, which is taken from it."),
          flag("use_dora", LORA, "Learn the lengths of the weights' rows too (DoRA)."),
          new Setting(
              "trainable_token_indices",
              LORA,
              "N,M,…",
              "Learn the vectors of these tokens too, in a tied output layer as well."),
          new Setting(
              "loraplus_lr_ratio",
              LORA,
              "X",
              "The learning rate of B is that many times the run's (LoRA+). Default 1."),
          new Setting(
              "peft_type",
              PROMPT,
              "NAME",
              "Another method in place of LoRA (docs/peft-methods.md): ia3, vera, loha, lokr, adalora,"
                  + " oft, hra, miss, ln_tuning or trainable_tokens; or tokens learned before each"
                  + " text: prefix_tuning, prompt_tuning, p_tuning or multitask_prompt_tuning."
                  + " Default lora."),
          new Setting("num_virtual_tokens", PROMPT, "N", "So many tokens. Default 20."),
          flag("prefix_projection", PROMPT, "Compute prefixes by two layers."),
          new Setting(
              "encoder_hidden_size",
              PROMPT,
              "N",
              "Size between the layers that compute prefixes, or the tokens of p_tuning."),
          new Setting(
              "encoder_reparameterization_type",
              PROMPT,
              "mlp|lstm",
              "Of p_tuning: what computes the tokens. Default mlp."),
          new Setting(
              "num_tasks",
              PROMPT,
              "N",
              "Of multitask_prompt_tuning: so many tasks; above 1 each row says its own in column"
                  + " task_id, from 0. Default 1."),
          new Setting(
              "num_ranks",
              PROMPT,
              "N",
              "Of multitask_prompt_tuning: the rank of what each task has of its own. Default 1."),
          new Setting(
              "prompt_tuning_init",
              PROMPT,
              "random|average_source_tasks|exact_source_task|only_source_shared",
              "Of multitask_prompt_tuning: begin at random (default), or as what many tasks have"
                  + " learned."),
          new Setting(
              "prompt_tuning_init_state_dict_path",
              PROMPT,
              "FILE",
              "The adapter_model.safetensors of these tasks."),
          new Setting(
              "prompt_tuning_init_task",
              PROMPT,
              "N",
              "Which of them exact_source_task begins as. Default 0."));

  private static final List<Setting> TRAINING =
      List.of(
          new Setting("learning_rate", TRAIN, "X", "The highest rate. Default 5e-5."),
          new Setting(
              "lr_scheduler_type",
              TRAIN,
              "NAME",
              "Curve of the rate: linear (default), cosine, constant, constant_with_warmup,"
                  + " polynomial, …"),
          new Setting("lr_scheduler_kwargs", TRAIN, "a=X,b=X", "What the curve takes besides."),
          new Setting(
              "warmup_steps", TRAIN, "N", "Updates in which the rate rises; below 1 a share."),
          new Setting("warmup_ratio", TRAIN, "P", "The same as a share of all updates."),
          new Setting("num_train_epochs", TRAIN, "X", "How often each row is seen. Default 3."),
          new Setting("max_steps", TRAIN, "N", "Updates in all, in place of the epochs."),
          new Setting(
              "per_device_train_batch_size", TRAIN, "N", "Rows in the model at once. Default 8."),
          new Setting(
              "gradient_accumulation_steps",
              TRAIN,
              "N",
              "So many times that an update. Default 1."),
          new Setting("max_grad_norm", TRAIN, "X", "Longest gradient; 0 for no limit. Default 1."),
          new Setting(
              "router_aux_loss_coef",
              TRAIN,
              "X",
              "What the load-balancing loss of routers counts in the loss; 0 for nothing. Default:"
                  + " as the model's config.json says."),
          new Setting(
              "label_smoothing_factor",
              TRAIN,
              "X",
              "Share of what is wanted of a token that is spread over the whole vocabulary."
                  + " Default 0."),
          new Setting(
              "neftune_noise_alpha",
              TRAIN,
              "X",
              "Add noise to the vectors of words in training (NEFTune); usually 5 to 15. Default 0:"
                  + " none."),
          new Setting(
              "optim",
              TRAIN,
              "adamw|adam|sgd|lion|adafactor",
              "The optimizer (docs/optimizers.md). Default adamw."),
          new Setting("optim_args", TRAIN, "a=X,b=Y", "What it takes besides the following."),
          new Setting("weight_decay", TRAIN, "X", "The optimizer's weight decay. Default 0."),
          new Setting("adam_beta1", TRAIN, "X", "Of adamw, adam and lion. Default 0.9."),
          new Setting("adam_beta2", TRAIN, "X", "Of these. Default 0.999, of lion 0.99."),
          new Setting("adam_epsilon", TRAIN, "X", "Of adamw and adam. Default 1e-8."),
          new Setting(
              "ema_decay",
              TRAIN,
              "X",
              "Evaluate and write an exponential moving average of the weights, of which an update"
                  + " leaves that share; usually 0.999. Default: the weights themselves."),
          flag("use_ema_warmup", TRAIN, "Let ema_decay come up from 0 over the first updates."),
          new Setting(
              "precision",
              TRAIN,
              "fp32|bf16|bf16-pure|fp16|auto",
              "What the model computes in; auto (default) is bf16 where it is measured faster;"
                  + " bf16-pure has no masters beside (--master-weights none)."),
          PrecisionSettings.fp32Modules(TRAIN),
          PrecisionSettings.INIT_SCALE,
          PrecisionSettings.GROWTH_FACTOR,
          PrecisionSettings.BACKOFF_FACTOR,
          PrecisionSettings.GROWTH_INTERVAL,
          GenerationSettings.weights(TRAIN),
          new Setting(
              "recompute",
              TRAIN,
              "none|blocks",
              "Keep activations (default), or compute each block again: slower, in less memory."),
          new Setting(
              "loss_chunk_size",
              TRAIN,
              "N",
              "Labelled tokens whose scores over the vocabulary are held at once. Default: as many"
                  + " as make 25 MB."),
          new Setting("seed", TRAIN, "N", "What everything random is a function of. Default 42."),
          new Setting("eval_strategy", TRAIN, "no|steps", "Whether to evaluate."),
          new Setting("eval_steps", TRAIN, "N", "Evaluate every so many updates and at the end."),
          new Setting("save_strategy", TRAIN, "no|steps", "Whether to write checkpoints."),
          new Setting(
              "save_steps", TRAIN, "N", "Write a checkpoint every so many updates and at the end."),
          new Setting("save_total_limit", TRAIN, "N", "Checkpoints that are kept. Default all."),
          new Setting(
              "metric_for_best_model",
              TRAIN,
              "NAME",
              "Value of the evaluation that decides. Default eval_loss, where one is needed."),
          flag(
              "greater_is_better",
              TRAIN,
              "Whether more of it is better. Default: unless its name ends in loss, perplexity or ter."),
          new Setting(
              "early_stopping_patience",
              TRAIN,
              "N",
              "Stop after so many evaluations without a better value."),
          new Setting(
              "early_stopping_threshold", TRAIN, "X", "By how much it must be better. Default 0."),
          flag("load_best_model_at_end", TRAIN, "End with the weights of the best evaluation."),
          new Setting(
              "loss_spike",
              TRAIN,
              "tell|skip",
              "What to do about a loss far above the last hundred. Default tell: it is learned"
                  + " from, and recorded."),
          new Setting(
              "report_to",
              TRAIN,
              "NAME,…",
              "Where the values of the run go besides its folder's metrics.jsonl: tensorboard"
                  + " (RUN/tensorboard), mlflow. Default none."),
          new Setting(
              "mlflow_tracking_uri",
              TRAIN,
              "URI",
              "The MLflow server to report to. Default: the variable MLFLOW_TRACKING_URI."),
          new Setting(
              "mlflow_experiment",
              TRAIN,
              "NAME",
              "Its experiment. Default: the variable MLFLOW_EXPERIMENT_NAME, or Default."),
          flag("resume", TRAIN, "Go on from the newest whole checkpoint in the run's folder."),
          new Setting(
              "device",
              TRAIN,
              "NAME",
              "cpu or cuda:N; cuda needs the Maven profile cuda. Default cpu."),
          ModelSettings.threads(TRAIN),
          flag(
              "autotune",
              TRAIN,
              "Try threads, micro-batches, chunks and packed lengths for up to a minute first, and"
                  + " take the fastest."),
          new Setting(
              "autotune_file",
              TRAIN,
              "FILE",
              "Where choices are kept for later runs. Default: ~/.cache/tune4j/autotune.json."),
          new Setting(
              "memory_limit",
              TRAIN,
              "SIZE",
              "The most memory to take, such as 2GiB. Default: what there is."));

  static final List<Setting> METHOD =
      Stream.of(ADAPTER, PeftSettings.TABLE, TRAINING).flatMap(List::stream).toList();

  static final List<Setting> TABLE =
      Stream.of(
              FILES,
              ReplaySettings.table(DATA),
              DataSettings.TABLE,
              METHOD,
              MemoryLadderSettings.table(TRAIN),
              List.of(MemoryLadderSettings.memory(TRAIN)),
              FullSettings.table(TRAIN),
              RateSettings.table(TRAIN),
              HeldSettings.table(TRAIN),
              DistillationSettings.TABLE)
          .flatMap(List::stream)
          .toList();

  private SftSettings() {}

  private static Setting flag(String name, String group, String meaning) {
    return new Setting(name, group, null, meaning);
  }
}
