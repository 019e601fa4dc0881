package org.tune4j.examples.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.Goldens;

class SafetensorsConformanceTest {
  @Test
  void readerAgreesWithTheReferenceParser() {
    CollectedChecks checks = new CollectedChecks();
    new SafetensorsConformance().check(Goldens.folder("safetensors"), checks);
    checks.assertAllHold(112 + 3);
  }

  /** Verdicts and checksums of safetensors 0.8.0 on 64 files of another seed. */
  @Test
  void aFolderMayHaveASeedAndACountOfItsOwn(@TempDir Path folder) throws IOException {
    Path base = Files.createDirectory(folder.resolve("base"));
    for (int i = 0; i < 8; i++) {
      String name = i + ".safetensors";
      Files.copy(Goldens.folder("safetensors").resolve("base").resolve(name), base.resolve(name));
    }
    Files.write(folder.resolve("verdicts.bin"), HexFormat.of().parseHex("2080000000000118"));
    Files.write(
        folder.resolve("accepted_crc.bin"),
        HexFormat.of().parseHex("00000000bff3390b88014efbbdfe8a0b00000000"));
    Files.writeString(folder.resolve("hostile.json"), "[]");
    Files.writeString(
        folder.resolve("counts.json"),
        """
        {"files": 64, "seed": "0x0123456789ABCDEF",
         "sha256_all": "a4f8ad59282f9f6a2da206808ba08bc38e2a2c832ef7c3e14b163ab1e1b5f0bb"}
        """);
    CollectedChecks checks = new CollectedChecks();
    new SafetensorsConformance().check(folder, checks);
    checks.assertAllHold(3);
  }
}
