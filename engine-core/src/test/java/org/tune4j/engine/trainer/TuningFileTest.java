package org.tune4j.engine.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.train.Tuning;
import org.tune4j.engine.train.TuningReport.Tried;
import org.tune4j.engine.trainer.TuningFile.Choice;

class TuningFileTest {
  private static final Tuning TUNING = new Tuning(2, 4, Recompute.BLOCKS, 0, 512);

  @TempDir Path folder;

  private static Choice choice(String model, Tuning chosen) {
    Tried tooLarge = new Tried(TUNING.withDivision(8, Recompute.NONE), Double.NaN, 0);
    return new Choice(
        Map.of("cpu", "any", "model", model),
        chosen,
        List.of(tooLarge, new Tried(chosen, 12.5, 1)));
  }

  @Test
  void whatIsKeptIsFoundAgainAndReplacedByItsLike() {
    TuningFile file = new TuningFile(folder.resolve("a").resolve("b.json"));
    Choice one = choice("one", TUNING);
    Choice other = choice("other", TUNING);
    assertThat(file.find(one.of())).isEmpty();
    file.keep(one);
    file.keep(other);
    assertThat(file.find(one.of())).contains(one);
    Choice better = choice("one", TUNING.withThreads(1));
    file.keep(better);
    assertThat(file.find(one.of())).contains(better);
    assertThat(file.find(other.of())).contains(other);
    assertThat(file.find(Map.of("cpu", "any"))).isEmpty();
  }

  @Test
  void valuesThatNoRunCanHaveAreRefused() throws IOException {
    Path path = folder.resolve("choices.json");
    TuningFile file = new TuningFile(path);
    file.keep(choice("one", TUNING));
    String text = Files.readString(path);
    for (String name : List.of("threads", "per_device_train_batch_size", "max_length")) {
      Files.writeString(path, text.replaceFirst("(\"" + name + "\" : )\\d+", "$10"));
      assertThatThrownBy(() -> file.find(Map.of()))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContainingAll(path.toString(), "not a tuning");
    }
  }
}
