package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.argument;
import static org.tune4j.engine.misuse.Misuse.config;
import static org.tune4j.engine.misuse.Misuse.format;
import static org.tune4j.engine.misuse.Misuse.harmless;
import static org.tune4j.engine.misuse.Misuse.missing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.tune4j.engine.EngineClosedException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

/** Files read beyond their ends, after closing, or from an interrupted thread. */
final class FileMisuses {
  private static final String HEADER =
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
  private final Path folder;

  FileMisuses(Path folder) {
    this.folder = folder;
  }

  List<Misuse> all() {
    return List.of(
        missing("weights at null", "path", () -> SafetensorsFile.open(null)),
        format("weights that are not there", "no such file", () -> open("none.safetensors")),
        format("weights that are a folder", "is not a file", () -> SafetensorsFile.open(folder)),
        format("weights of no bytes", "0 bytes", () -> opened("empty.safetensors", new byte[0])),
        format(
            "weights of another kind",
            "other.safetensors",
            () -> opened("other.safetensors", new byte[64])),
        format("weights that are a pickle", "old.bin", () -> opened("old.bin", new byte[64])),
        format("tensor that is not in the file", "'b'", () -> read("b", 0, ByteBuffer.allocate(4))),
        format("tensor null", "null", () -> read(null, 0, ByteBuffer.allocate(4))),
        config("bytes beyond the tensor", "8 bytes", () -> read("a", 4, ByteBuffer.allocate(8))),
        config(
            "bytes from before the tensor", "byte -4", () -> read("a", -4, ByteBuffer.allocate(4))),
        config(
            "bytes from an absurd place",
            "9223372036854775807",
            () -> read("a", Long.MAX_VALUE, ByteBuffer.allocate(1))),
        missing("weights read into nothing", "dst", () -> read("a", 0, null)),
        argument(
            "weights read into a read-only buffer",
            "ead-only",
            () -> read("a", 0, ByteBuffer.allocate(4).asReadOnlyBuffer())),
        new Misuse(
            "weights read after closing", this::readClosed, StorageException.class, "closed"),
        harmless("weights closed twice", this::closedTwice),
        new Misuse(
            "weights read by an interrupted thread",
            this::readInterrupted,
            StorageException.class,
            "interrupted"),
        missing("model folder null", "", () -> SafetensorsFolder.open(null)),
        format(
            "model folder that is not there",
            "nowhere",
            () -> SafetensorsFolder.open(folder.resolve("nowhere"))),
        missing("tokenizer at null", "", () -> Tokenizer.load(null)),
        format(
            "tokenizer that is not there",
            "tokenizer.json",
            () -> Tokenizer.load(folder.resolve("nowhere"))),
        format("tokenizer that is none", "tokenizer.json", this::tokenizerOfText),
        new Misuse(
            "tokenizer used after closing",
            this::tokenizerClosed,
            EngineClosedException.class,
            "closed"),
        missing("text null", "", () -> tokenizer(tokenizer -> tokenizer.encode(null, false))),
        missing("ids null", "", () -> tokenizer(tokenizer -> tokenizer.decode(null, false))),
        config("id below 0", "-1", () -> tokenizer(t -> t.decode(new int[] {-1}, false))),
        harmless("id beyond the vocabulary", this::decodeBeyond),
        harmless("tokenizer closed twice", () -> tokenizer(Tokenizer::close)));
  }

  private void open(String name) {
    SafetensorsFile.open(folder.resolve(name)).close();
  }

  private void opened(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
    open(name);
  }

  private SafetensorsFile sound() throws IOException {
    byte[] header = HEADER.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(16 + header.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    return SafetensorsFile.open(Files.write(folder.resolve("a.safetensors"), bytes.array()));
  }

  private void read(String name, long offset, ByteBuffer into) throws IOException {
    try (SafetensorsFile file = sound()) {
      file.read(name, offset, into);
    }
  }

  private void readClosed() throws IOException {
    SafetensorsFile file = sound();
    file.close();
    file.read("a", 0, ByteBuffer.allocate(4));
  }

  private void closedTwice() throws IOException {
    SafetensorsFile file = sound();
    file.close();
    file.close();
  }

  private void readInterrupted() throws IOException {
    try (SafetensorsFile file = sound()) {
      Thread.currentThread().interrupt();
      file.read("a", 0, ByteBuffer.allocate(4));
    } finally {
      Thread.interrupted();
    }
  }

  private void tokenizerOfText() throws IOException {
    Path text = Files.createDirectories(folder.resolve("text"));
    Files.writeString(text.resolve("tokenizer.json"), "no tokenizer");
    Tokenizer.load(text).close();
  }

  private void tokenizer(Consumer<Tokenizer> use) throws IOException {
    Path sound = Files.createDirectories(folder.resolve("tokenizer"));
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(sound, false))) {
      use.accept(tokenizer);
    }
  }

  private void decodeBeyond() throws IOException {
    tokenizer(tokenizer -> tokenizer.decode(new int[] {Integer.MAX_VALUE}, false));
  }

  private void tokenizerClosed() throws IOException {
    tokenizer(
        tokenizer -> {
          tokenizer.close();
          tokenizer.encode("text", false);
        });
  }
}
