package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Losses and gradients in fp64 beside those that {@code make_distillation.py} had the peers say.
 */
class DistillationPeersTest {
  private static final double ROUNDING = 1e-13;
  private static final double[] WEIGHTS = {0.5, 2, 1.25};
  private static JsonNode golden;
  private static KernelModule module;

  @BeforeAll
  static void load() throws IOException {
    golden =
        new ObjectMapper()
            .readTree(DistillationPeersTest.class.getResource("distillation_peers.json"));
    module =
        KernelModule.load(
            "peers",
            KernelSources.read(
                DistillationPeersTest.class,
                "/org/tune4j/engine/kernels",
                "hidden_match",
                "distillation",
                "cross_entropy"),
            """
              def match(self: __torch__.Root, h: Tensor, rows: Tensor, taught: Tensor, weight: Tensor, projection: List[Tensor], gh: Tensor) -> Tensor:
                return __torch__.hidden_match.match(h, rows, taught, weight, projection, gh)
              def topk(self: __torch__.Root, t: Tensor, settings: Tensor) -> List[Tensor]:
                return __torch__.distillation.topk(t, settings)
              def distance(self: __torch__.Root, z: Tensor, t: List[Tensor], settings: Tensor) -> List[Tensor]:
                (loss, gz) = __torch__.distillation.topk_forward_backward(z, t[0], t[1], float(settings[0]), float(settings[1]))
                return [loss, gz]
            """);
  }

  @AfterAll
  static void close() {
    module.close();
  }

  private static double[] numbers(JsonNode of, String name) {
    return StreamSupport.stream(of.get(name).spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private static Tensor tensor(TensorScope scope, JsonNode of, String name, long rows) {
    double[] all = numbers(of, name);
    return scope.doubles(all, rows, all.length / rows);
  }

  private static void requireSame(Tensor found, JsonNode of, String name) {
    assertThat(found.toDoubles()).as(name).containsExactly(numbers(of, name), within(ROUNDING));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cosine", "mse"})
  void vectorsAreMatchedAsByTorch(String kind) {
    JsonNode wanted = golden.get(kind);
    try (TensorScope scope = TensorScope.open()) {
      Tensor student = tensor(scope, wanted, "student", 3);
      Tensor gradient = TensorOps.zeros(scope, DType.FLOAT64, 3, 4);
      Tensor projectionGradient = TensorOps.zeros(scope, DType.FLOAT64, 5, 4);
      boolean projects = kind.equals("mse");
      Tensor losses =
          module
              .call(
                  scope,
                  "match",
                  student,
                  scope.longs(new long[] {0, 1, 2}),
                  tensor(scope, wanted, "teacher", 3),
                  scope.doubles(WEIGHTS),
                  projects
                      ? List.of(tensor(scope, wanted, "projection", 5), projectionGradient)
                      : List.of(student),
                  gradient)
              .get(0);
      requireSame(losses, wanted, "losses");
      requireSame(gradient, wanted, "student_grad");
      if (projects) {
        requireSame(projectionGradient, wanted, "projection_grad");
      }
    }
  }

  @Test
  void otherTokensThanTheLikeliestAreOneClassAsInTrl() {
    JsonNode wanted = golden.get("topk");
    double temperature = wanted.get("temperature").asDouble();
    try (TensorScope scope = TensorScope.open()) {
      List<Tensor> taught =
          module.call(
              scope,
              "topk",
              tensor(scope, wanted, "teacher", 2),
              scope.doubles(new double[] {wanted.get("k").asInt(), temperature}));
      assertThat(taught.get(0).toLongs()).containsExactly(1, 2, 3, 2, 3, 5);
      requireSame(taught.get(1), wanted, "log_probs");
      wanted
          .get("by_beta")
          .fields()
          .forEachRemaining(
              each -> {
                double beta = Double.parseDouble(each.getKey());
                List<Tensor> out =
                    module.call(
                        scope,
                        "distance",
                        tensor(scope, wanted, "student", 2),
                        taught,
                        scope.doubles(new double[] {beta, temperature}));
                requireSame(out.get(0), each.getValue(), "losses");
                requireSame(out.get(1), each.getValue(), "student_grad");
              });
    }
  }
}
