package org.tune4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.objective.DistillationObjective;
import org.tune4j.engine.objective.TeacherLogits;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.trainer.Trainer;

/** The teacher of a run: in memory while the run is, or only until what it says is kept. */
final class Teaching implements AutoCloseable {
  private final DistillationSettings settings;
  private final DType dtype;
  private final String device;
  private final Optional<CausalLm> beside;

  private Teaching(
      DistillationSettings settings, DType dtype, String device, Optional<CausalLm> beside) {
    this.settings = settings;
    this.dtype = dtype;
    this.device = device;
    this.beside = beside;
  }

  /**
   * Tells a trainer of whom to learn, and loads the teacher if it stays in memory.
   *
   * @param student what learns
   * @param tokenizer the student's
   * @throws ConfigException if the models cannot learn of each other, before anything is loaded
   */
  static Teaching begin(
      DistillationSettings settings,
      Trainer<?, ?> trainer,
      Architecture student,
      Tokenizer tokenizer,
      DType dtype,
      String device) {
    settings.teacher().ifPresent(folder -> requireFit(settings, folder, student, tokenizer));
    if (settings.logits().isPresent()) {
      Path logits = settings.logits().get();
      if (settings.teacher().isEmpty() && Files.notExists(logits)) {
        throw new ConfigException(logits + ": is not there, and no teacher is given to make it");
      }
      trainer.distil(logits, settings.how());
      return new Teaching(settings, dtype, device, Optional.empty());
    }
    CausalLm teacher = CausalLm.load(settings.teacher().orElseThrow(), dtype, device);
    try {
      if (settings.match().isPresent()) {
        trainer.distil(teacher, settings.how(), settings.match().get());
      } else {
        trainer.distil(teacher, settings.how());
      }
      return new Teaching(settings, dtype, device, Optional.of(teacher));
    } catch (RuntimeException e) {
      teacher.close();
      throw e;
    }
  }

  private static void requireFit(
      DistillationSettings settings, Path folder, Architecture student, Tokenizer tokenizer) {
    Architecture teacher = Architectures.read(folder);
    DistillationObjective.requireSame(student, teacher);
    settings.match().ifPresent(match -> match.requireFor(student, teacher));
    SameTokens.require(tokenizer, folder, "the teacher");
  }

  /**
   * Keeps what the teacher says of a planned run's rows, if that is wanted and not there yet.
   *
   * @throws ConfigException if what is there was made otherwise
   */
  void keep(Trainer<?, ?>.Planned planned) {
    if (settings.logits().isEmpty()) {
      return;
    }
    Path logits = settings.logits().get();
    if (Files.notExists(logits)) {
      try (CausalLm teacher = CausalLm.load(settings.teacher().orElseThrow(), dtype, device)) {
        planned.writeTeacherLogits(teacher, logits, settings.topK());
      }
    } else if (settings.teacher().isPresent()) {
      try (CausalLm teacher = CausalLm.load(settings.teacher().get(), dtype, device);
          TeacherLogits kept = TeacherLogits.open(logits)) {
        kept.requireTeacher(teacher, settings.topK());
      }
    }
  }

  @Override
  public void close() {
    beside.ifPresent(CausalLm::close);
  }
}
