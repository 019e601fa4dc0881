package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.HeadSpec;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.HeadLoss.BinaryCrossEntropy;
import org.tune4j.engine.objective.HeadLoss.CrossEntropy;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Objectives that do not fit the head of a model. */
class HeadFitTest {
  private static final HeadTask TEXTS = new HeadTask.SingleLabel(Labels.numbered(2));
  private static final HeadTask WORDS = new HeadTask.WordLabels(Labels.numbered(2), false);
  private static final Target LABEL = new Target.OneLabel(1);
  private static final Target LABELS = new Target.TokenLabels(new int[] {0, 1});

  private static CausalLm decoder(String head) {
    return RandomModels.create(
        RandomModels.QWEN2.replace(
            "\"vocab_size\"", "\"architectures\":[\"Qwen2For" + head + "\"],\"vocab_size\""),
        DType.FLOAT32,
        3);
  }

  private static void judge(CausalLm base, HeadObjective objective, Target target) {
    Batch batch = Batch.of(List.of(EncodedExample.of(0, "f", new int[] {5, 6}, target)));
    try (BoundModel model = new BoundModel(base, null, null);
        TensorScope work = model.workScope()) {
      objective.judge(model, model.upload(batch, work));
    }
  }

  private static void learn(CausalLm base, HeadObjective objective, Target target) {
    Batch batch = Batch.of(List.of(EncodedExample.of(0, "f", new int[] {5, 6}, target)));
    try (TrainableTensors weights =
            new TrainableTensors(
                TrainableWeights.all(base.architecture()), base.dtype(), base.scope());
        BoundModel model = new BoundModel(base, null, weights);
        TensorScope work = model.workScope()) {
      objective.lossAndGradients(model, model.upload(batch, work), 1, Recompute.NONE, null);
    }
  }

  @Test
  void anObjectiveJudgesByTheVectorsThatTheHeadReads() {
    HeadObjective first = new SequenceClassification(Reads.FIRST, CrossEntropy.PLAIN);
    HeadObjective last = new SequenceClassification(Reads.LAST, CrossEntropy.PLAIN);
    HeadObjective each = new TokenClassification(CrossEntropy.PLAIN);
    try (CausalLm texts = decoder("SequenceClassification");
        CausalLm words = decoder("TokenClassification")) {
      judge(texts, last, LABEL);
      judge(words, each, LABELS);
      assertThatThrownBy(() -> judge(texts, first, LABEL))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("by the first token")
          .hasMessageContaining("score reads the last token")
          .hasMessageContaining("LAST");
      assertThatThrownBy(() -> learn(texts, each, LABELS))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("by each token");
      assertThatThrownBy(() -> learn(words, last, LABEL))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("reads each token");
    }
  }

  @Test
  void theObjectiveOfATaskIsThatOfTheHead() {
    try (CausalLm texts = decoder("SequenceClassification");
        CausalLm words = decoder("TokenClassification");
        CausalLm language = RandomModels.create(RandomModels.QWEN2, DType.FLOAT32, 3)) {
      HeadSpec textHead = texts.architecture().head();
      HeadSpec wordHead = words.architecture().head();
      assertThat(HeadObjective.of(TEXTS, CrossEntropy.PLAIN, textHead))
          .isEqualTo(new SequenceClassification(Reads.LAST, CrossEntropy.PLAIN));
      assertThat(HeadObjective.of(WORDS, CrossEntropy.PLAIN, wordHead))
          .isEqualTo(new TokenClassification(CrossEntropy.PLAIN));
      refused(TEXTS, CrossEntropy.PLAIN, language.architecture().head(), "has no head");
      refused(TEXTS, new BinaryCrossEntropy(), textHead, "learned by CrossEntropy");
      refused(TEXTS, CrossEntropy.PLAIN, wordHead, "of each token");
      refused(WORDS, CrossEntropy.PLAIN, textHead, "of a text");
      refused(
          new HeadTask.SingleLabel(Labels.numbered(3)),
          CrossEntropy.PLAIN,
          textHead,
          "gives 2 numbers");
    }
  }

  private static void refused(HeadTask task, HeadLoss loss, HeadSpec head, String why) {
    assertThatThrownBy(() -> HeadObjective.of(task, loss, head))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(why);
  }
}
