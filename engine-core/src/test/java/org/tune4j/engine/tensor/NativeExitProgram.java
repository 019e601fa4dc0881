package org.tune4j.engine.tensor;

import java.util.Map;
import org.tune4j.engine.EngineClosedException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TinyModel;

/**
 * Runs model steps without end, for {@link NativeExitTest} to stop, and beside them native calls of
 * many small operations, which are what dies most easily when the JVM exits under it. Prints {@code
 * stepping} after the first step.
 *
 * <p>Arguments: {@code steps} leaves stopping to the caller, {@code exit MILLISECONDS} stops the
 * JVM from another thread, {@code closed} stops it and then tries everything behind the closed
 * gate.
 */
final class NativeExitProgram {
  private NativeExitProgram() {}

  public static void main(String[] arguments) throws InterruptedException {
    Thread[] steppers = {
      new Thread(NativeExitProgram::step), new Thread(NativeExitProgram::longCalls)
    };
    for (Thread stepper : steppers) {
      stepper.start();
    }
    if (arguments[0].equals("exit")) {
      ready();
      Thread.sleep(Long.parseLong(arguments[1]));
      System.exit(7);
    } else if (arguments[0].equals("closed")) {
      ready();
      tryEverythingBehindTheGate();
      System.exit(0);
    }
  }

  private static volatile boolean stepped;

  private static void ready() throws InterruptedException {
    while (!stepped) {
      Thread.sleep(1);
    }
  }

  private static void step() {
    Batch batch = TinyModel.batch(100, 100, 90, 90, 30);
    try (TinyModel model = new TinyModel(128, 3, DType.FLOAT32, Recompute.BLOCKS)) {
      while (true) {
        model.step(batch);
        if (!stepped) {
          stepped = true;
          System.out.println("stepping");
        }
      }
    } catch (EngineClosedException stopped) {
      // What a program sees that is stopped while it works.
    }
  }

  private static void longCalls() {
    try (TensorScope scope = TensorScope.open();
        KernelModule module =
            KernelModule.load(
                "long",
                Map.of(),
                """
                  def run(self: __torch__.Root, x: Tensor) -> Tensor:
                    torch.set_grad_enabled(True)
                    y = x
                    for i in range(2000):
                      z = torch.requires_grad_(y.detach(), True)
                      p = torch.softmax(torch.matmul(z, torch.silu(z)), -1)
                      g = torch.grad([torch.sum(torch.mul(p, p))], [z], None, None, False, False)
                      y = torch.add(unchecked_cast(Tensor, g[0]).mul(0.001), y)
                    return y
                """)) {
      Tensor x = TensorOps.zeros(scope, DType.FLOAT32, 64, 64);
      while (true) {
        try (TensorScope work = scope.nested()) {
          module.call(work, "run", x);
        }
      }
    } catch (EngineClosedException stopped) {
      // As above.
    }
  }

  /** In a shutdown hook, since the gate closes in no other way. */
  private static void tryEverythingBehindTheGate() {
    TensorScope scope = TensorScope.open();
    Tensor tensor = scope.floats(new float[] {1, 2});
    Tensor unknown = TensorOps.zeros(scope, DType.FLOAT32, 2);
    TensorScope nested = scope.nested();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  waitForTheGate();
                  refused("enter", NativeGate::enter);
                  refused("open", TensorScope::open);
                  refused("nested", scope::nested);
                  refused("empty", () -> scope.empty(DType.FLOAT32, 1));
                  refused("floats", () -> scope.floats(new float[] {1}));
                  refused("adopt", () -> nested.adopt(tensor));
                  refused("read", tensor::toFloats);
                  refused("shape", unknown::shape);
                  refused("call", () -> TensorOps.cast(scope, tensor, DType.FLOAT64));
                  refused("threads", NativeGate::threads);
                  tensor.close();
                  unknown.close();
                  nested.close();
                  scope.close();
                  scope.close();
                  System.out.println("closing is silent");
                }));
  }

  private static void waitForTheGate() {
    while (true) {
      try {
        NativeGate.enter().close();
        Thread.sleep(1);
      } catch (EngineClosedException closed) {
        return;
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void refused(String what, Runnable call) {
    try {
      call.run();
      System.out.println(what + " was let through");
    } catch (EngineClosedException expected) {
      System.out.println(what + " is refused");
    } catch (RuntimeException e) {
      System.out.println(what + " fails with " + e);
    }
  }
}
