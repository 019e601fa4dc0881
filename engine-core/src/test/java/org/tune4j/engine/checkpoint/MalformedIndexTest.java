package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.Fuzz;
import org.tune4j.engine.MalformedFile;
import org.tune4j.engine.StorageException;

/** Shard indexes that are refused, and what each is told. */
class MalformedIndexTest {
  private static final String NAME = "model.safetensors.index.json";

  @TempDir Path folder;

  static List<MalformedFile> files() {
    String plain = "a plain file name that ends in .safetensors, in this folder";
    return List.of(
        MalformedFile.of("empty", "", "is empty"),
        MalformedFile.of("cut", "{\"weight_map\":{\"a\":", "not valid JSON at line 1"),
        MalformedFile.of("a list", "[]", "wanted a JSON object, found array"),
        MalformedFile.of("no map", "{}", "weight_map", "wanted an object with tensors"),
        MalformedFile.of("a map of nothing", "{\"weight_map\":{}}", "weight_map", "found {}"),
        MalformedFile.of("a map that is a text", "{\"weight_map\":\"x\"}", "weight_map", "\"x\""),
        map("an absolute path", "\"/etc/passwd.safetensors\"", plain),
        map("a path upwards", "\"../../secret.safetensors\"", "../../secret", plain),
        map("a path of Windows", "\"C:\\\\x.safetensors\"", plain),
        map("a URL", "\"https://example.org/x.safetensors\"", plain),
        map("a folder", "\"sub/x.safetensors\"", plain),
        map("a NUL", "\"x\\u0000.safetensors\"", plain),
        map("a number", "5", plain),
        map("another ending", "\"config.json\"", plain),
        map("a pickle", "\"pytorch_model.bin\"", "names a pickle"),
        map("a shard that is not there", "\"x.safetensors\"", "shard x.safetensors is listed"),
        map("a name twice", "\"x.safetensors\",\"t\":\"x.safetensors\"", "Duplicate field 't'"),
        MalformedFile.of("deep nesting", "{\"a\":".repeat(5000), "nesting depth"),
        MalformedFile.of("a number without end", "{\"a\":" + "9".repeat(5000) + "}", "length"),
        MalformedFile.of("text behind the object", "{} {}", "not valid JSON"),
        MalformedFile.of("a byte order mark", "\uFEFF{}", "byte order mark"),
        MalformedFile.of(
            "no UTF-8", "{\"\u00ff\":1}".getBytes(StandardCharsets.ISO_8859_1), "wanted UTF-8"),
        MalformedFile.of("UTF-16", "{}".getBytes(StandardCharsets.UTF_16), "wanted UTF-8"));
  }

  private static MalformedFile map(String what, String value, String... parts) {
    return MalformedFile.of(what, "{\"weight_map\":{\"t\":" + value + "}}", parts);
  }

  @ParameterizedTest
  @MethodSource("files")
  void isRefused(MalformedFile file) throws IOException {
    Path path = Files.write(folder.resolve(NAME), file.content());
    file.assertRefused(path, () -> SafetensorsFolder.open(folder).close());
  }

  @Test
  void aFolderInPlaceOfAFileIsRefused() throws IOException {
    Path path = Files.createDirectory(folder.resolve(NAME));
    MalformedFile.of("a folder", "", "is not a file")
        .assertRefused(path, () -> SafetensorsFolder.open(folder).close());
  }

  @Test
  void aShardWithOtherTensorsIsRefused() throws IOException {
    Path shard =
        SafetensorsFixture.raw(
            folder.resolve("x.safetensors"), "{\"other\":[\"U8\",[0],[0,0]]}", 0);
    Files.writeString(folder.resolve(NAME), "{\"weight_map\":{\"t\":\"x.safetensors\"}}");
    MalformedFile.of("other tensors", "", "differs from " + NAME, "1 [t]", "1 [other]")
        .assertRefused(shard, () -> SafetensorsFolder.open(folder).close());
  }

  @Test
  void damagedIndexesGiveOurExceptions() {
    String valid =
        "{\"metadata\":{\"total_size\":8},\"weight_map\":{\"a.weight\":\"x.safetensors\","
            + "\"b.weight\":\"y.safetensors\"}}";
    Path path = folder.resolve(NAME);
    Fuzz.check(
        500,
        valid.getBytes(StandardCharsets.UTF_8),
        content -> {
          try {
            Files.write(path, content);
          } catch (IOException e) {
            throw new StorageException(path.toString(), e);
          }
          ShardIndex.read(path).shards();
        });
  }
}
