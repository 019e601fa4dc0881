package org.tune4j.engine.kernel;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tune4j.engine.EngineBugException;
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
   */
  public List<Tensor> call(TensorScope results, String method, Object... arguments) {
    try (NativeGate.Pass pass = NativeGate.enter();
        Arguments inputs = new Arguments(results.marker(method))) {
      for (int i = 0; i < arguments.length; i++) {
        if (arguments[i] instanceof Tensor tensor) {
          inputs.add(tensor, null);
        } else if (arguments[i] instanceof List<?> list && !list.isEmpty()) {
          for (Object element : list) {
            inputs.add((Tensor) element, "a" + i + "[]");
          }
        } else {
          throw new EngineBugException(
              name + "." + method + ": argument " + i + " is no tensor and no non-empty list");
        }
      }
      NDList outputs = block.forward(parameters, inputs.list, true);
      List<Tensor> tensors = new ArrayList<>(outputs.size());
      for (NDArray output : outputs) {
        tensors.add(Tensor.of((PtNDArray) output));
      }
      return tensors;
    } catch (ai.djl.engine.EngineException e) {
      throw new EngineBugException(
          "Kernel "
              + name
              + "."
              + method
              + " failed on "
              + describe(arguments)
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /**
   * DJL takes the shape of the argument list from the arrays' names, so an array used twice needs a
   * second handle.
   */
  private static final class Arguments implements AutoCloseable {
    private final NDList list = new NDList();
    private final Map<PtNDArray, String> used = new IdentityHashMap<>();
    private final List<PtNDArray> aliases = new ArrayList<>();

    Arguments(PtNDArray marker) {
      list.add(marker);
    }

    void add(Tensor tensor, String argument) {
      PtNDArray array = tensor.array();
      if (used.containsKey(array) && !Objects.equals(used.get(array), argument)) {
        array = JniUtils.detachGradient(array);
        aliases.add(array);
      }
      used.put(array, argument);
      array.setName(argument);
      list.add(array);
    }

    @Override
    public void close() {
      aliases.forEach(PtNDArray::close);
    }
  }

  private static String describe(Object[] arguments) {
    String text = List.of(arguments).toString();
    return text.length() > 600 ? text.substring(0, 600) + " …" : text;
  }

  @Override
  public void close() {
    try (NativeGate.Pass pass = NativeGate.enterToRelease()) {
      if (pass != null) {
        model.close();
      }
    }
  }
}
