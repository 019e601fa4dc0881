package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.gguf.EditedGguf;
import org.tune4j.engine.gguf.GgufFile;
import org.tune4j.engine.gguf.GgufValue;
import org.tune4j.engine.model.arch.Architectures;

/** Whatever stands in the place of a value, a file is taken or refused with a typed exception. */
class StrangeGgufModelTest {
  private static final List<GgufValue> VALUES =
      List.of(
          GgufValue.int32(-1),
          GgufValue.int32(0),
          GgufValue.int32(3),
          GgufValue.int32(Integer.MAX_VALUE),
          GgufValue.int64(Long.MAX_VALUE),
          GgufValue.float32(0),
          GgufValue.float32(Float.NaN),
          GgufValue.text("yarn"),
          GgufValue.flag(true),
          GgufValue.int32s(new int[] {1, 2}));

  @TempDir private static Path folder;

  static List<String> families() {
    return List.of(RandomModels.PHI3, RandomModels.DEEPSEEK_V3);
  }

  @ParameterizedTest
  @MethodSource("families")
  void nothingElseIsThrown(String config) throws IOException {
    Path sound = GgufFiles.random(folder, config);
    List<String> keys;
    try (GgufFile file = GgufFile.open(sound)) {
      keys = new ArrayList<>(file.metadata().values().keySet());
    }
    int refused = 0;
    for (String key : keys) {
      for (GgufValue value : VALUES) {
        Path changed =
            EditedGguf.of(
                sound, folder.resolve("strange.gguf"), m -> m.put(key, value), tensors -> {});
        try {
          HubFolder.storedTypes(changed, Architectures.read(changed));
        } catch (Tune4jException e) {
          assertThat(e).as(key + " = " + value).isNotInstanceOf(EngineBugException.class);
          assertThat(e.getMessage()).contains("strange.gguf");
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(5 * VALUES.size());
  }
}
