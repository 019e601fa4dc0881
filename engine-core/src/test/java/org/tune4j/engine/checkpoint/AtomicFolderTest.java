package org.tune4j.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;

class AtomicFolderTest {
  @TempDir Path parent;
  private Path target;

  @BeforeEach
  void write() {
    target = parent.resolve("runs/checkpoint-1");
    AtomicFolder.write(target, AtomicFolderTest::twoFiles);
  }

  private static void twoFiles(NewFolder folder) throws IOException {
    folder.write("a.txt", "abc".getBytes(StandardCharsets.UTF_8));
    folder.write("b.txt", new byte[0]);
  }

  @Test
  void listsEveryFileWithItsHash() {
    assertThat(Manifest.verified(target).files())
        .containsExactly(
            new Manifest.Entry(
                "a.txt", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            new Manifest.Entry(
                "b.txt", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  }

  @Test
  void doesNotOverwrite() {
    assertThatThrownBy(() -> AtomicFolder.write(target, AtomicFolderTest::twoFiles))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(target.toString());
  }

  @Test
  void failureLeavesNothingBehind() throws IOException {
    Path other = parent.resolve("runs/checkpoint-2");
    assertThatThrownBy(
            () ->
                AtomicFolder.write(
                    other,
                    folder -> {
                      twoFiles(folder);
                      throw new IOException("disk full");
                    }))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("disk full");
    try (Stream<Path> entries = Files.list(parent.resolve("runs"))) {
      assertThat(entries).containsExactly(target);
    }
  }

  @Test
  void aFileThatDoesNotHoldWhatWasWrittenIsRefused() throws IOException {
    Path other = parent.resolve("runs/checkpoint-2");
    assertThatThrownBy(
            () ->
                AtomicFolder.write(
                    other,
                    folder -> {
                      twoFiles(folder);
                      Files.writeString(folder.path().resolve("a.txt"), "abd");
                    }))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("checkpoint-2")
        .hasMessageContaining("a.txt read back differs");
    try (Stream<Path> entries = Files.list(parent.resolve("runs"))) {
      assertThat(entries).containsExactly(target);
    }
  }

  @Test
  void replacingKeepsTheOldFolderUntilTheNewOneIsWhole() throws IOException {
    assertThatThrownBy(
            () ->
                AtomicFolder.replace(
                    target,
                    folder -> {
                      throw new IOException("disk full");
                    }))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("disk full");
    assertThat(target.resolve("a.txt")).hasContent("abc");
    AtomicFolder.replace(target, folder -> folder.write("c.txt", new byte[] {1}));
    assertThat(Manifest.verified(target).files())
        .extracting(Manifest.Entry::name)
        .containsExactly("c.txt");
    try (Stream<Path> entries = Files.list(parent.resolve("runs"))) {
      assertThat(entries).containsExactly(target);
    }
  }

  @Test
  void everyChangeIsFound() throws IOException {
    Files.writeString(target.resolve("a.txt"), "abd");
    assertDamaged("a.txt has another content");
    Files.writeString(target.resolve("a.txt"), "ab");
    assertDamaged("a.txt has 2 bytes instead of 3");
    Files.delete(target.resolve("a.txt"));
    assertDamaged("a.txt is missing");
    Files.writeString(target.resolve("a.txt"), "abc");
    Files.writeString(target.resolve("c.txt"), "abc");
    assertDamaged("c.txt is not listed");
  }

  @Test
  void aBrokenOrMissingManifestIsRefused() throws IOException {
    Path manifest = target.resolve("manifest.json");
    for (String text :
        List.of("", "{}", "[]", "{\"files\":null}", "{\"files\":[{}]}", "{\"x\":1}")) {
      Files.writeString(manifest, text);
      assertDamaged("manifest.json");
    }
    Files.delete(manifest);
    assertDamaged("manifest.json");
  }

  private void assertDamaged(String inMessage) {
    assertThatThrownBy(() -> Manifest.verified(target))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(inMessage);
  }
}
