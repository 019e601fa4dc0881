package org.tune4j.engine.trainer;

import java.util.Optional;
import java.util.function.Supplier;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.LookedAt;
import org.tune4j.engine.data.RowEncoder;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;

/** A loss that a module beside brings: which rows it is of, and what is learned of them. */
public interface LossOrder {
  /** What the numbers of a run depend on, in words. */
  String identity();

  /**
   * Refuses what it cannot learn by, before anything is loaded.
   *
   * @throws ConfigException naming the setting
   */
  void requireFor(Architecture model, Adapter adapter, TrainConfig config);

  /** Whether rows are learned token by token, which the pre-flight report then looks at. */
  default boolean learnsTokens() {
    return true;
  }

  /** From its rows to tokens. */
  RowEncoder encoder(Tokenizer tokenizer, DataConfig data);

  /** Memory that it takes besides what training takes, in bytes. */
  long bytes(LookedAt rows, Adapter adapter);

  /** What is there when a run begins. */
  Begun begin(Start start);

  /**
   * Where a run begins.
   *
   * @param model as training starts, whichever step it goes on from
   * @param data from rows to what is learned
   * @param plan the rows; empty for a probe, which has batches of its own
   */
  record Start(BoundModel model, DataConfig data, Optional<Supplier<BatchPlan>> plan) {}

  /**
   * A loss that can be asked.
   *
   * @param resources are closed with this
   */
  record Begun(Objective objective, Runnable resources) implements AutoCloseable {
    @Override
    public void close() {
      resources.run();
    }
  }
}
