package org.tune4j.engine.tensor;

import org.tune4j.engine.EngineClosedException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TinyModel;

/**
 * Runs model steps without end, for {@link NativeExitTest} to stop. Prints {@code stepping} after
 * the first.
 *
 * <p>Arguments: {@code steps} leaves stopping to the caller, {@code exit MILLISECONDS} stops the
 * JVM from another thread, {@code closed} stops it and then tries everything behind the closed
 * gate.
 */
final class NativeExitProgram {
  private NativeExitProgram() {}

  public static void main(String[] arguments) throws InterruptedException {
    Thread[] steppers = {new Thread(NativeExitProgram::step), new Thread(NativeExitProgram::step)};
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
