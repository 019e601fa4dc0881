package org.tune4j.engine.model.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.model.DenseFeedForward;
import org.tune4j.engine.model.ExpertFeedForward;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.RoutingSpec;
import org.tune4j.engine.model.TensorSlot;

/**
 * Feed-forward parts of many experts, whose matrices a checkpoint has one by one.
 *
 * @param module module path of the part in a checkpoint
 * @param parameters module path of all experts together, as transformers 5 has them
 * @param hidden size of a token's vector
 * @param intermediate inner size of an expert
 * @param activation as kernel file {@code mlp.py} names it
 */
record Experts(String module, String parameters, int hidden, int intermediate, String activation) {
  /** With layers {@code experts.N.gate_proj, up_proj, down_proj} and the router {@code gate}. */
  ExpertFeedForward of(RoutingSpec routing) {
    return of(routing, "gate_proj", "up_proj", "down_proj");
  }

  /** With layers {@code experts.N.} and these names, and the router {@code gate}. */
  ExpertFeedForward of(RoutingSpec routing, String gate, String up, String down) {
    boolean corrected = routing.scoring() == RoutingSpec.Scoring.SIGMOID_CORRECTED;
    return new ExpertFeedForward(
        router(routing.experts()),
        corrected
            ? Optional.of(
                TensorSlot.whole(module + ".gate.e_score_correction_bias", routing.experts()))
            : Optional.empty(),
        routing,
        slot("gate_up_proj", routing.experts(), List.of(gate, up), intermediate, hidden),
        slot("down_proj", routing.experts(), List.of(down), hidden, intermediate),
        activation,
        Optional.empty(),
        Optional.empty());
  }

  private TensorSlot router(int experts) {
    List<Long> shape = List.of((long) experts, (long) hidden);
    String name = parameters.substring(0, parameters.lastIndexOf('.')) + ".gate.weight";
    return new TensorSlot(
        name, shape, List.of(new TensorSlot.Part(module + ".gate.weight", 0, shape)));
  }

  /** Beside a part that all tokens share, multiplied with a score where there is a gate. */
  static ExpertFeedForward beside(
      ExpertFeedForward experts, DenseFeedForward shared, Optional<LinearGroup> sharedGate) {
    return new ExpertFeedForward(
        experts.router(),
        experts.correction(),
        experts.routing(),
        experts.in(),
        experts.out(),
        experts.activation(),
        Optional.of(shared),
        sharedGate);
  }

  private TensorSlot slot(String name, int experts, List<String> layers, int rows, int columns) {
    List<TensorSlot.Part> parts = new ArrayList<>();
    List<Long> shape = List.of((long) rows, (long) columns);
    long row = 0;
    for (int expert = 0; expert < experts; expert++) {
      for (String layer : layers) {
        String tensor = module + ".experts." + expert + "." + layer + ".weight";
        parts.add(new TensorSlot.Part(tensor, row, shape));
        row += rows;
      }
    }
    return new TensorSlot(parameters + "." + name, List.of(row, (long) columns), parts);
  }
}
