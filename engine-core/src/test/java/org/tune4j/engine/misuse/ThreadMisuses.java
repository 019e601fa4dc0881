package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.harmless;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Things closed by one thread while another computes with them: the call under way ends as if
 * nothing was, and the next one is refused. Each is tried many times, at different instants.
 */
final class ThreadMisuses {
  private static final int TIMES = 60;
  private static final String ROOT =
      """
        def run(self: __torch__.Root, x: Tensor, all: List[Tensor]) -> Tensor:
          y = x
          for t in all:
            y = torch.add(torch.mm(y, t), y)
          return y
      """;

  List<Misuse> all() {
    return List.of(
        harmless("tensor closed in the middle of calls", () -> repeat(this::tensorInCalls)),
        harmless("scope closed in the middle of calls", () -> repeat(this::scopeInCalls)),
        harmless("results closed in the middle of calls", () -> repeat(this::resultsInCalls)),
        harmless("module closed in the middle of calls", () -> repeat(this::moduleInCalls)),
        harmless("tensor closed in the middle of reads", () -> repeat(this::tensorInReads)),
        harmless("scope closed while tensors are made", () -> repeat(this::scopeInMaking)),
        harmless("scope closed while scopes are opened", () -> repeat(this::scopeInNesting)),
        harmless("scope closed while tensors move", () -> repeat(this::scopeInAdopting)),
        harmless("two threads close at once", () -> repeat(this::closedByTwo)),
        harmless("model closed in the middle of training", () -> few(this::modelInTraining)),
        harmless("binding closed in the middle of training", () -> few(this::bindingInTraining)),
        harmless("trainables closed in the middle of updates", () -> few(this::updates)),
        harmless("model closed in the middle of generation", () -> few(this::generation)),
        harmless("two threads train one model", () -> few(this::twoTrain)),
        harmless("one scope for the calls of two threads", () -> repeat(this::oneScopeForTwo)),
        harmless("work in a fresh thread", ThreadMisuses::inFreshThread),
        harmless("work in an interrupted thread", ThreadMisuses::interrupted));
  }

  private interface Attempt {
    void run(int attempt) throws Exception;
  }

  private static void repeat(Attempt attempt) throws Exception {
    for (int i = 0; i < TIMES; i++) {
      attempt.run(i);
    }
  }

  private static void few(Attempt attempt) throws Exception {
    for (int i = 0; i < 6; i++) {
      attempt.run(7 * i);
    }
  }

  /** Works in another thread until it is refused, and closes meanwhile. */
  private static void meanwhile(int attempt, Runnable work, Runnable closing) throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<?> refused = thread.submit(() -> untilRefused(work));
      spin(attempt);
      closing.run();
      refused.get();
    } finally {
      thread.shutdownNow();
    }
  }

  private static void untilRefused(Runnable work) {
    try {
      while (true) {
        work.run();
      }
    } catch (IllegalStateException refused) {
      // What a thread sees whose tensors another one closed.
    }
  }

  private static void spin(int attempt) {
    long end = System.nanoTime() + 41_000L * attempt;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private void tensorInCalls(int attempt) throws Exception {
    try (KernelModule module = KernelModule.load("run", Map.of(), ROOT);
        TensorScope scope = TensorScope.open()) {
      Tensor x = TensorOps.zeros(scope, DType.FLOAT32, 64, 64);
      Tensor y = TensorOps.zeros(scope, DType.FLOAT32, 64, 64);
      meanwhile(attempt, () -> run(module, x, y), y::close);
    }
  }

  private void scopeInCalls(int attempt) throws Exception {
    try (KernelModule module = KernelModule.load("run", Map.of(), ROOT)) {
      TensorScope scope = TensorScope.open();
      Tensor x = TensorOps.zeros(scope, DType.FLOAT32, 64, 64);
      meanwhile(attempt, () -> run(module, x, x), scope::close);
    }
  }

  private static void run(KernelModule module, Tensor x, Tensor y) {
    try (TensorScope results = TensorScope.open()) {
      module.call(results, "run", x, List.of(y, x, y)).get(0).toFloats();
    }
  }

  private void resultsInCalls(int attempt) throws Exception {
    try (KernelModule module = KernelModule.load("run", Map.of(), ROOT);
        TensorScope scope = TensorScope.open()) {
      Tensor x = TensorOps.zeros(scope, DType.FLOAT32, 64, 64);
      TensorScope results = TensorScope.open();
      meanwhile(
          attempt, () -> module.call(results, "run", x, List.of(x)).get(0).close(), results::close);
    }
  }

  private void moduleInCalls(int attempt) throws Exception {
    KernelModule module = KernelModule.load("run", Map.of(), ROOT);
    try (TensorScope scope = TensorScope.open()) {
      Tensor x = TensorOps.zeros(scope, DType.FLOAT32, 64, 64);
      meanwhile(attempt, () -> run(module, x, x), module::close);
    }
  }

  private void tensorInReads(int attempt) throws Exception {
    try (TensorScope scope = TensorScope.open()) {
      Tensor x = TensorOps.zeros(scope, DType.FLOAT32, 512, 512);
      meanwhile(attempt, x::toFloats, x::close);
    }
  }

  private void scopeInMaking(int attempt) throws Exception {
    TensorScope scope = TensorScope.open();
    float[] numbers = new float[1 << 16];
    meanwhile(attempt, () -> scope.floats(numbers).close(), scope::close);
  }

  private void scopeInNesting(int attempt) throws Exception {
    TensorScope scope = TensorScope.open();
    meanwhile(attempt, () -> scope.nested().close(), scope::close);
  }

  private void scopeInAdopting(int attempt) throws Exception {
    try (TensorScope other = TensorScope.open()) {
      TensorScope scope = TensorScope.open();
      meanwhile(attempt, () -> other.adopt(scope.floats(new float[9])).close(), scope::close);
    }
  }

  private void closedByTwo(int attempt) throws Exception {
    TensorScope scope = TensorScope.open();
    Tensor x = scope.floats(new float[9]);
    scope.nested().nested().floats(new float[9]);
    meanwhile(
        attempt,
        () -> {
          scope.close();
          x.close();
          x.toFloats();
        },
        scope::close);
  }

  private static void train(Subject subject) {
    new CausalLmObjective()
        .lossAndGradients(subject.bound, subject.batch, 1, Recompute.BLOCKS, null);
  }

  private void modelInTraining(int attempt) throws Exception {
    Subject subject = new Subject();
    meanwhile(attempt, () -> train(subject), subject.model::close);
    subject.close();
  }

  private void bindingInTraining(int attempt) throws Exception {
    Subject subject = new Subject();
    meanwhile(attempt, () -> train(subject), subject.bound::close);
    subject.close();
  }

  private void updates(int attempt) throws Exception {
    Subject subject = new Subject();
    AdamW optimizer = new AdamW(subject.trainables, AdamW.Settings.DEFAULT, subject.scope);
    meanwhile(attempt, () -> optimizer.step(1e-3, 1), subject.trainables::close);
    subject.close();
  }

  private void generation(int attempt) throws Exception {
    Subject subject = new Subject();
    Generator generator = new Generator(subject.bound);
    GenerationConfig config = GenerationConfig.builder().maxNewTokens(9).build();
    meanwhile(
        attempt,
        () -> generator.generate(List.of(new int[] {1, 2}, new int[] {3}), config),
        subject::close);
  }

  private void twoTrain(int attempt) throws Exception {
    Subject subject = new Subject();
    meanwhile(
        attempt,
        () -> train(subject),
        () -> {
          train(subject);
          subject.close();
        });
  }

  private void oneScopeForTwo(int attempt) throws Exception {
    TensorScope scope = TensorScope.open();
    Tensor x = scope.floats(new float[] {1, 2});
    meanwhile(
        attempt,
        () -> expect(TensorOps.cast(scope, x, DType.FLOAT64).toDoubles()[1] == 2),
        () -> {
          for (int i = 0; i < 20; i++) {
            expect(TensorOps.rows(scope, x, 1, 1).toFloats()[0] == 2);
          }
          scope.close();
        });
  }

  private static void expect(boolean holds) {
    if (!holds) {
      throw new AssertionError("a call of one thread became that of another");
    }
  }

  private static void inFreshThread() throws Exception {
    Subject subject = new Subject();
    Thread thread = new Thread(() -> train(subject));
    Throwable[] thrown = new Throwable[1];
    thread.setUncaughtExceptionHandler((t, e) -> thrown[0] = e);
    thread.start();
    thread.join();
    subject.close();
    expect(thrown[0] == null);
  }

  private static void interrupted() {
    Subject subject = new Subject();
    Thread.currentThread().interrupt();
    try {
      train(subject);
      expect(Thread.currentThread().isInterrupted());
    } finally {
      Thread.interrupted();
      subject.close();
    }
  }
}
