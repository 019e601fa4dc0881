package org.tune4j.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.EngineClosedException;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.StepResult;
import org.tune4j.rlhf.TinyPolicy;
import org.tune4j.rlhf.ToyTask;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.rlhf.rollout.RolloutSampler;
import org.tune4j.rlhf.rollout.ScoredRollout;

class RolloutPlanTest {
  private static final DataConfig DATA = DataConfig.builder().maxLength(64).build();

  /** One whose second update is cut off once, after it has begun to change. */
  private static final class CutOff implements RolloutUpdate {
    private int number = -1;
    private boolean cut;

    @Override
    public int number() {
      return number;
    }

    @Override
    public boolean isOver() {
      return false;
    }

    @Override
    public boolean isDone() {
      return true;
    }

    @Override
    public int steps() {
      return 1;
    }

    @Override
    public void begin(int update, List<ScoredRollout> rollouts, double[] greedyScores) {
      number = update;
      if (update == 1 && !cut) {
        cut = true;
        throw new EngineClosedException("The JVM is shutting down");
      }
    }

    @Override
    public List<List<EncodedExample>> documents() {
      return List.of();
    }

    @Override
    public void after(StepResult result) {}

    @Override
    public Map<String, Double> told() {
      return new HashMap<>();
    }

    @Override
    public String state() {
      return String.valueOf(number);
    }

    @Override
    public void restore(String state) {
      number = Integer.parseInt(state);
    }
  }

  @Test
  void anUpdateThatIsCutOffAsItBeginsIsBegunAnew(@TempDir Path folder) throws IOException {
    CutOff update = new CutOff();
    ToyTask.Told told = new ToyTask.Told();
    try (Tokenizer bytes = Tokenizer.load(ByteTokenizer.write(folder, false));
        CausalLm base = TinyPolicy.base(DType.FLOAT32);
        BoundModel policy = new BoundModel(base, null, null)) {
      Prompts prompts = Prompts.of(ToyTask.prompts(), bytes, DATA, 32, 0);
      RolloutPlan plan =
          new RolloutPlan(
              new BatchConfig(0, 1, 1, Optional.empty(), 64, false),
              4,
              2,
              new RolloutPlan.Source(
                  prompts, 1, new RolloutSampler(policy, 4, 1, 0), null, bytes, ToyTask.LETTERS),
              update,
              List.of(told));
      plan.window(0, 0);
      String before = plan.state();
      assertThatThrownBy(() -> plan.window(1, 0)).isInstanceOf(EngineClosedException.class);
      assertThat(plan.state()).isEqualTo(before);
      plan.window(1, 0);
      assertThat(update.number()).isEqualTo(1);
      assertThat(told.rollouts).hasSize(2);
    }
  }
}
