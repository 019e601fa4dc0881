package org.tune4j.engine.kernel;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.NativeMemoryException;
import org.tune4j.engine.tensor.Loan;
import org.tune4j.engine.tensor.MemoryShortage;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Kernel texts, compiled: a TorchScript archive composed in memory and loaded through DJL. Its
 * methods are called by name with tensors and lists of tensors and return tensors.
 */
public final class KernelModule implements AutoCloseable {
  private final String name;
  // Held in a field: DJL's model has a finalizer that would free the module under us.
  private final Model model;
  private final PtSymbolBlock block;
  private final ParameterStore parameters;
  private int calls;
  private boolean closed;

  private KernelModule(String name, Model model) {
    this.name = name;
    this.model = model;
    this.block = (PtSymbolBlock) model.getBlock();
    this.parameters = new ParameterStore(model.getNDManager(), false);
  }

  /**
   * Compiles kernel files and a root class.
   *
   * @param name what error messages call this module
   * @param sources the kernel files, file name (without {@code .py}) to text
   * @param rootMethods the methods of the root class, each indented by two blanks, {@code self}
   *     typed {@code __torch__.Root}
   */
  public static KernelModule load(String name, Map<String, String> sources, String rootMethods) {
    byte[] archive = TorchScriptArchive.compose(sources, rootMethods);
    try (NativeGate.Pass pass = NativeGate.enter()) {
      Model model = Model.newInstance(name, Device.cpu(), "PyTorch");
      try {
        model.load(new ByteArrayInputStream(archive));
        return new KernelModule(name, model);
      } catch (IOException | MalformedModelException | RuntimeException e) {
        model.close();
        throw new EngineBugException(
            "The kernels of " + name + " do not compile: " + e.getMessage(), e);
      }
    }
  }

  /**
   * Runs a method.
   *
   * @param results the scope that owns what is returned
   * @param method a method of the root class
   * @param arguments a {@link Tensor} or a non-empty {@code List<Tensor>} for each parameter
   * @return the tensor, or the tensors of the list or tuple, that the method returned
   * @throws IllegalArgumentException if an argument is neither
   * @throws IllegalStateException if the module, the scope or a tensor is closed
   * @throws NativeMemoryException if the system does not give the memory that it takes
   * @throws EngineBugException if the kernel fails otherwise
   */
  public List<Tensor> call(TensorScope results, String method, Object... arguments) {
    NDList inputs = new NDList();
    try (NativeGate.Pass pass = NativeGate.enter();
        Loan loan = new Loan()) {
      begin(method);
      try {
        inputs.add(loan.take(results.marker(), "module_method:" + method));
        for (int i = 0; i < arguments.length; i++) {
          add(inputs, loan, method, i, arguments[i]);
        }
        NDList outputs = block.forward(parameters, inputs, true);
        List<Tensor> tensors = new ArrayList<>(outputs.size());
        for (NDArray output : outputs) {
          tensors.add(results.own((PtNDArray) output));
        }
        return tensors;
      } finally {
        end();
      }
    } catch (EngineException | UnsupportedOperationException e) {
      if (e instanceof EngineException failure) {
        MemoryShortage.throwIf(failure, () -> called(method) + " on " + describe(arguments));
      }
      throw new EngineBugException(
          called(method) + " failed on " + describe(arguments) + ": " + e.getMessage(), e);
    }
  }

  private synchronized void begin(String method) {
    if (closed) {
      throw new IllegalStateException(called(method) + " was called after its module was closed");
    }
    calls++;
  }

  /** The last of the calls under way frees a module that was closed meanwhile. */
  private synchronized void end() {
    calls--;
    if (closed && calls == 0) {
      model.close();
    }
  }

  private void add(NDList inputs, Loan loan, String method, int index, Object argument) {
    if (argument instanceof Tensor tensor) {
      inputs.add(loan.take(tensor, null));
      return;
    }
    if (argument instanceof List<?> list
        && !list.isEmpty()
        && list.stream().allMatch(Tensor.class::isInstance)) {
      list.forEach(element -> inputs.add(loan.take((Tensor) element, "a" + index + "[]")));
      return;
    }
    throw new IllegalArgumentException(
        called(method)
            + ": argument "
            + index
            + ": wanted a tensor or a non-empty list of tensors, found "
            + argument);
  }

  private String called(String method) {
    return "Kernel " + name + "." + method;
  }

  private static String describe(Object[] arguments) {
    String text = List.of(arguments).toString();
    return text.length() > 600 ? text.substring(0, 600) + " …" : text;
  }

  @Override
  public void close() {
    try (NativeGate.Pass pass = NativeGate.enterToRelease()) {
      if (pass != null) {
        closeUnlessInUse();
      }
    }
  }

  private synchronized void closeUnlessInUse() {
    if (!closed && calls == 0) {
      model.close();
    }
    closed = true;
  }
}
