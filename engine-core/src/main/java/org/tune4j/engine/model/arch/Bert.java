package org.tune4j.engine.model.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.BlockSpec.Norms;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.DenseFeedForward;
import org.tune4j.engine.model.EmbeddingSpec;
import org.tune4j.engine.model.EmbeddingSpec.Table;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.MultiHeadAttention;
import org.tune4j.engine.model.NormSpec;
import org.tune4j.engine.model.ScoreRule;

/**
 * BERT, RoBERTa and XLM-R: encoders, whose tokens see the whole text, with a head that classifies
 * texts or tokens. Source: transformers' {@code modeling_bert} and {@code modeling_roberta}.
 */
final class Bert {
  private static final List<String> IGNORED =
      List.of(
          "(.*\\.)?embeddings\\.position_ids", "cls\\..*", "lm_head\\..*", "(.*\\.)?pooler\\..*");
  private final ConfigJson config;
  private final String prefix;
  private final int hidden;

  private Bert(ConfigJson config, String prefix) {
    this.config = config;
    this.prefix = prefix;
    this.hidden = config.size("hidden_size");
  }

  static Architecture describe(ConfigJson config) {
    Bert bert = new Bert(config, "bert.");
    return bert.architecture(0, bert.pooled());
  }

  /** Positions count from the number after that of padding. */
  static Architecture describeRoberta(ConfigJson config) {
    Bert roberta = new Bert(config, "roberta.");
    int padding = config.count("pad_token_id", 1);
    return roberta.architecture(padding + 1, roberta.unpooled());
  }

  private Architecture architecture(int firstPosition, ClassificationHead head) {
    config.requireOneOf("position_embedding_type", "absolute");
    int positions = config.size("max_position_embeddings", 512);
    if (firstPosition >= positions) {
      config.refuse("max_position_embeddings", "no position is left after " + firstPosition);
    }
    String embeddings = prefix + "embeddings.";
    List<BlockSpec> blocks = new ArrayList<>();
    for (int i = 0; i < config.size("num_hidden_layers"); i++) {
      blocks.add(block(prefix + "encoder.layer." + i + "."));
    }
    return new Architecture(
        config.text("model_type"),
        config.size("vocab_size"),
        hidden,
        positions - firstPosition,
        new EmbeddingSpec(
            embeddings + "word_embeddings",
            1,
            Optional.of(new Table(embeddings + "position_embeddings", positions, firstPosition)),
            Optional.of(
                new Table(
                    embeddings + "token_type_embeddings", config.size("type_vocab_size", 2), 0)),
            Optional.of(norm(embeddings + "LayerNorm"))),
        blocks,
        Optional.empty(),
        head,
        IGNORED,
        List.of());
  }

  private BlockSpec block(String layer) {
    int heads = config.size("num_attention_heads");
    int headSize = config.divided("num_attention_heads", heads, "hidden_size", hidden);
    int intermediate = config.size("intermediate_size");
    String self = layer + "attention.self.";
    return new BlockSpec(
        sum(layer + "attention.output.LayerNorm"),
        new MultiHeadAttention(
            new LinearGroup(
                self + "qkv",
                List.of(layer(self + "query"), layer(self + "key"), layer(self + "value"))),
            heads,
            heads,
            headSize,
            MultiHeadAttention.Layout.CONCATENATED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            new ScoreRule(1 / Math.sqrt(headSize), false, 0, 0),
            LinearGroup.of(layer(layer + "attention.output.dense"))),
        sum(layer + "output.LayerNorm"),
        new DenseFeedForward(
            LinearGroup.of(
                new LinearLayer(layer + "intermediate.dense", hidden, intermediate, true)),
            false,
            Activations.read(config, "hidden_act", "gelu"),
            LinearGroup.of(new LinearLayer(layer + "output.dense", intermediate, hidden, true))),
        BlockSpec.Residual.SEQUENTIAL);
  }

  private LinearLayer layer(String module) {
    return new LinearLayer(module, hidden, hidden, true);
  }

  private Norms sum(String module) {
    return new Norms(Optional.empty(), Optional.empty(), Optional.of(norm(module)));
  }

  private NormSpec norm(String module) {
    double epsilon = config.number("layer_norm_eps", 1e-12, true);
    return new NormSpec(module, hidden, NormSpec.Kind.LAYER, epsilon);
  }

  /** BERT's head of texts reads its pooler. */
  private ClassificationHead pooled() {
    return Heads.ofTokens(config)
        ? head(Optional.empty(), "classifier", Reads.EACH)
        : head(Optional.of(layer("bert.pooler.dense")), "classifier", Reads.FIRST);
  }

  private ClassificationHead unpooled() {
    return Heads.ofTokens(config)
        ? head(Optional.empty(), "classifier", Reads.EACH)
        : head(Optional.of(layer("classifier.dense")), "classifier.out_proj", Reads.FIRST);
  }

  private ClassificationHead head(Optional<LinearLayer> dense, String module, Reads reads) {
    List<String> labels = Heads.read(config);
    LinearLayer out = new LinearLayer(module, hidden, labels.size(), true);
    return new ClassificationHead(dense, out, reads, labels);
  }
}
