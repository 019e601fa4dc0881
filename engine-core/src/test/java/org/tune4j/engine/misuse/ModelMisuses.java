package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.argument;
import static org.tune4j.engine.misuse.Misuse.bug;
import static org.tune4j.engine.misuse.Misuse.config;
import static org.tune4j.engine.misuse.Misuse.data;
import static org.tune4j.engine.misuse.Misuse.format;
import static org.tune4j.engine.misuse.Misuse.harmless;
import static org.tune4j.engine.misuse.Misuse.memory;
import static org.tune4j.engine.misuse.Misuse.missing;
import static org.tune4j.engine.misuse.Misuse.state;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ForwardActivations;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Models loaded from what is none, and passes with tensors that do not belong together. */
final class ModelMisuses {
  private static final TensorSlot FOREIGN = TensorSlot.whole("foreign.weight", 2, 2);
  private final Path folder;
  private final Subject subject = new Subject();
  private final Subject other = new Subject();
  private final BoundModel bound = subject.bound;
  private final TensorScope scope = subject.scope;
  private final Tensor hidden = subject.hidden();
  private final Tensor rows = scope.longs(new long[] {0, 4});

  ModelMisuses(Path folder) {
    this.folder = folder;
  }

  List<Misuse> all() {
    return List.of(
        missing("model from no folder", "folder", () -> CausalLm.load(null, DType.FLOAT32)),
        format("model from a folder that is not there", "nowhere", () -> load("nowhere")),
        format("model from an empty folder", "config.json", this::loadEmpty),
        format("model from a file", "config.json", this::loadFile),
        format("model from a folder without weights", "unweighted", this::loadUnweighted),
        config("model in int64", "INT64", () -> CausalLm.load(folder, DType.INT64)),
        config("model in no type", "found null", () -> CausalLm.load(folder, null)),
        missing(
            "model in no format",
            "format",
            () -> CausalLm.load(folder, DType.FLOAT32, "cpu", null)),
        argument(
            "numbers of a matrix that is plain",
            "not held in fewer bytes",
            () -> subject.model.dequantised(subject.model.architecture().embeddingSlot(), scope)),
        config("empty model in bool", "BOOL", () -> empty(DType.BOOL)),
        missing(
            "empty model of no kind", "architecture", () -> CausalLm.empty(null, DType.FLOAT32)),
        format("model on another maker's device", "config.json", () -> loadOn("tpu")),
        memory("model of absurd size", "tensor.zeros", ModelMisuses::absurd),
        argument("weight that is not there", "foreign", () -> subject.model.weight(FOREIGN)),
        missing("weight null", "slot", () -> subject.model.weight(null)),
        state("weight read after the model", "closed", () -> embeddingOfClosed().toFloats()),
        harmless("model closed twice", Subject::closed),
        state("binding a closed model", "closed", () -> bind(Subject.closed().model)),
        missing("binding no model", "model", () -> bind(null)),
        argument("binding what it does not train", "foreign.weight", this::bindForeign),
        argument("binding a weight of another shape", "must have the shape", this::bindMisshapen),
        argument("binding weights of another type", "FLOAT64", this::bindOtherType),
        missing("upload of nothing", "batch", () -> bound.upload(null, scope)),
        missing("upload into nothing", "scope", () -> bound.upload(Subject.batch(1, 2), null)),
        data("upload of a token beyond the vocabulary", "Token id 97", () -> upload(1, 97)),
        data("upload of an absurd token", "2147483647", () -> upload(Integer.MAX_VALUE)),
        data("upload of an empty batch", "no token", () -> upload(Batch.of(List.of()))),
        state("upload into a closed scope", "closed", () -> bound.upload(batch(), closedScope())),
        state(
            "upload to a closed model",
            "closed",
            () -> Subject.closed().bound.upload(batch(), scope)),
        missing("forward of nothing", "batch", () -> bound.hidden(null, scope)),
        argument("forward of another model's batch", "another", () -> hidden(other)),
        argument("training pass of another's batch", "another", this::forwardOther),
        state("forward after the batch", "closed", this::forwardAfterBatch),
        state("forward into a closed scope", "closed", this::forwardIntoClosed),
        state("forward of a closed model", "closed", this::forwardClosed),
        state("forward after the base", "closed", this::forwardAfterBase),
        missing("forward into nothing", "into", () -> bound.hidden(subject.batch, null)),
        missing("backward of nothing", "", () -> bound.backward(null, hidden)),
        missing("backward without a gradient", "gradient", () -> backward(null)),
        argument("backward of a narrow gradient", "[5, 3]", () -> backward(zeros(5, 3))),
        argument("backward of a short gradient", "[4, 32]", () -> backward(zeros(4, 32))),
        argument("backward of a gradient in fp64", "FLOAT64[5, 32]", () -> backward(doubles())),
        state("backward of a closed gradient", "closed", () -> backward(closedTensor())),
        state("backward twice", "already", this::backwardTwice),
        argument(
            "vectors of no layer", "wanted 1 to", () -> subject.forward().hidden(0, subject.scope)),
        argument(
            "vectors of a layer beyond",
            "Layer 99",
            () -> subject.forward().hidden(99, subject.scope)),
        argument(
            "short gradient of a layer",
            "does not go",
            () -> subject.forward().addGradient(1, zeros(4, 32))),
        missing(
            "gradient of a layer that is none", "", () -> subject.forward().addGradient(1, null)),
        argument("backward of another's pass", "another", this::backwardOther),
        state("backward after the scope", "closed", this::backwardAfterScope),
        bug("scores of rows beyond the end", "logits", () -> logits(hidden, longs(0, 5))),
        bug("scores of rows below 0", "logits", () -> logits(hidden, longs(-6))),
        bug("scores of rows in fp32", "logits", () -> logits(hidden, zeros(2))),
        bug("scores of narrow vectors", "logits", () -> logits(zeros(5, 3), rows)),
        bug("scores of vectors in fp64", "logits", () -> logits(doubles(), rows)),
        harmless("scores of no rows", () -> logits(hidden, scope.longs(new long[0]))),
        state("scores of closed vectors", "closed", () -> logits(closedTensor(), rows)),
        argument("scores of nothing", "argument 0", () -> logits(null, rows)),
        bug("loss of a label beyond the vocabulary", "losses", () -> losses(longs(1, 97))),
        bug("loss of label -100", "losses", () -> losses(longs(1, -100))),
        argument("loss of too few labels", "INT64[1] does not", () -> losses(longs(1))),
        bug("loss of labels in fp32", "losses", () -> losses(zeros(2))),
        bug(
            "gradient of a label beyond the vocabulary",
            "losses_backward",
            () -> lossesBackward(longs(1, 97), zeros(2), zeros(5, 32))),
        argument(
            "gradient of too many weights",
            "does not go",
            () -> lossesBackward(longs(1, 2), zeros(3), zeros(5, 32))),
        argument(
            "gradient into a narrow tensor",
            "does not go",
            () -> lossesBackward(longs(1, 2), zeros(2), zeros(5, 3))),
        argument(
            "gradient into a short tensor",
            "does not go",
            () -> lossesBackward(longs(1, 2), zeros(2), zeros(1, 32))),
        harmless("bound model closed twice", () -> Subject.closed().bound.close()));
  }

  private void load(String name) {
    CausalLm.load(folder.resolve(name), DType.FLOAT32).close();
  }

  private void loadOn(String device) {
    CausalLm.load(folder, DType.FLOAT32, device).close();
  }

  private void loadEmpty() throws IOException {
    Files.createDirectories(folder.resolve("empty"));
    load("empty");
  }

  private void loadFile() throws IOException {
    Files.writeString(folder.resolve("file"), "no model");
    load("file");
  }

  private void loadUnweighted() throws IOException {
    Path unweighted = Files.createDirectories(folder.resolve("unweighted"));
    Files.writeString(unweighted.resolve("config.json"), RandomModels.LLAMA);
    load("unweighted");
  }

  private void empty(DType dtype) {
    CausalLm.empty(subject.model.architecture(), dtype).close();
  }

  private static void absurd() throws IOException {
    String config =
        RandomModels.LLAMA
            .replace("\"vocab_size\":97", "\"vocab_size\":16777216")
            .replace("\"hidden_size\":32", "\"hidden_size\":131072");
    CausalLm.empty(
            Architectures.describe(Path.of("config.json"), new ObjectMapper().readTree(config)),
            DType.FLOAT32)
        .close();
  }

  private static Tensor embeddingOfClosed() {
    CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3);
    model.close();
    return model.weight(model.architecture().embeddingSlot());
  }

  private static void bind(CausalLm model) {
    new BoundModel(model, null, null).close();
  }

  private void bind(TensorSlot slot, DType dtype) {
    try (TrainableTensors trained =
        new TrainableTensors(List.of(new Trainable(slot, true)), dtype, scope)) {
      new BoundModel(subject.model, null, trained).close();
    }
  }

  private void bindForeign() {
    bind(FOREIGN, DType.FLOAT32);
  }

  private void bindMisshapen() {
    TensorSlot embedding = subject.model.architecture().embeddingSlot();
    bind(TensorSlot.whole(embedding.name(), 2, 2), DType.FLOAT32);
  }

  private void bindOtherType() {
    bind(subject.model.architecture().embeddingSlot(), DType.FLOAT64);
  }

  private static Batch batch() {
    return Subject.batch(1, 2);
  }

  private void upload(int... ids) {
    upload(Subject.batch(ids));
  }

  private void upload(Batch batch) {
    bound.upload(batch, scope);
  }

  private static TensorScope closedScope() {
    TensorScope closed = TensorScope.open();
    closed.close();
    return closed;
  }

  private Tensor closedTensor() {
    Tensor tensor = zeros(5, 32);
    tensor.close();
    return tensor;
  }

  private void hidden(Subject of) {
    bound.hidden(of.batch, scope);
  }

  private void forwardOther() {
    bound.forward(other.batch, Recompute.NONE, null, scope);
  }

  private void forwardAfterBatch() {
    TensorScope own = TensorScope.open();
    var uploaded = bound.upload(batch(), own);
    own.close();
    bound.hidden(uploaded, scope);
  }

  private void forwardIntoClosed() {
    bound.forward(subject.batch, Recompute.NONE, null, closedScope());
  }

  private void forwardClosed() {
    Subject closed = new Subject();
    closed.bound.close();
    closed.bound.hidden(closed.batch, scope);
  }

  private void forwardAfterBase() {
    Subject closed = new Subject();
    closed.model.close();
    closed.bound.hidden(closed.batch, scope);
  }

  private void backward(Tensor gradient) {
    bound.backward(subject.forward(), gradient);
  }

  private void backwardTwice() {
    ForwardActivations activations = subject.forward();
    bound.backward(activations, zeros(5, 32));
    bound.backward(activations, zeros(5, 32));
  }

  private void backwardOther() {
    bound.backward(other.forward(), zeros(5, 32));
  }

  private void backwardAfterScope() {
    TensorScope own = TensorScope.open();
    ForwardActivations activations = bound.forward(subject.batch, Recompute.BLOCKS, null, own);
    own.close();
    bound.backward(activations, zeros(5, 32));
  }

  private void logits(Tensor vectors, Tensor at) {
    bound.output().logits(vectors, at, scope);
  }

  private void losses(Tensor targets) {
    bound.output().losses(hidden, rows, targets, scope);
  }

  private void lossesBackward(Tensor targets, Tensor weights, Tensor gradient) {
    bound.output().lossesBackward(hidden, rows, targets, weights, 0.1, gradient, null, scope);
  }

  private Tensor zeros(long... shape) {
    return TensorOps.zeros(scope, DType.FLOAT32, shape);
  }

  private Tensor doubles() {
    return TensorOps.zeros(scope, DType.FLOAT64, 5, 32);
  }

  private Tensor longs(long... values) {
    return scope.longs(values);
  }
}
