package org.tune4j.engine.misuse;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Runs every misuse of the engine; the argument is a folder for files. */
final class MisuseProgram {
  private MisuseProgram() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    MisuseRun.all(
        Stream.of(
                new TensorMisuses().all(),
                new ScopeMisuses().all(),
                new KernelMisuses().all(),
                new TextMisuses().all(),
                new OpsMisuses().all(),
                new ModelMisuses(folder).all(),
                new DecodeMisuses().all(),
                new GenerateMisuses().all(),
                new TrainMisuses().all(),
                new FileMisuses(folder).all(),
                new BatchMisuses().all(),
                new ThreadMisuses().all())
            .flatMap(List::stream)
            .toList());
  }
}
