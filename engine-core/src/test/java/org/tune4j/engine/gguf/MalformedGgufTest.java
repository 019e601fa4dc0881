package org.tune4j.engine.gguf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.MalformedFile;

/** GGUF files that are refused, and what each is told. */
class MalformedGgufTest {
  @TempDir Path folder;

  static List<MalformedFile> files() {
    return List.of(
        MalformedFile.of("empty", "", "0 bytes are too few"),
        MalformedFile.of("shorter than its first part", "GGUF345", "7 bytes are too few"),
        MalformedFile.of(
            "an error page", "<!DOCTYPE html><html>...</html>", "first bytes 3c21444f", "GGUF"),
        MalformedFile.of("a pointer of git-lfs", "version https://git-lfs.githu", "git-lfs"),
        file("version 1", start(1), "GGUF version 1", "2 or 3"),
        file("version 4", start(4), "GGUF version 4", "2 or 3"),
        file("big-endian", start(3 << 24), "big-endian"),
        file("big-endian, version 2", start(2 << 24), "big-endian"),
        file(
            "2^64 - 1 tensors",
            GgufFixture.header(-1, 0),
            "the header",
            "found 18446744073709551615 tensors",
            "at most 0"),
        file("more tensors than bytes", GgufFixture.header(2, 0).data(1, 40), "found 2 tensors"),
        file(
            "more keys than bytes", GgufFixture.header(0, 2).data(1, 27), "found 2 keys", "most 1"),
        file(
            "more keys than there may be",
            GgufFixture.header(0, 10_001).data(1, 200_000),
            "found 10001 keys",
            "at most 10000"),
        file("a key of 2^63 bytes", key().int64(Long.MIN_VALUE).data(1, 9), "9223372036854775808"),
        file(
            "a key of 65,536 bytes",
            key().string("k".repeat(65_536)).int32(0).raw(1),
            "found 65536 bytes of a key",
            "at most 65535"),
        file(
            "a key without characters",
            key().string("").int32(4).int32(1).raw(0),
            "without a char"),
        file(
            "a key that is no UTF-8",
            key().int64(2).raw(0xC3, 0x28).int32(4).int32(0),
            "not UTF-8"),
        file(
            "a key twice",
            GgufFixture.header(0, 2)
                .string("general.name")
                .int32(0)
                .raw(1)
                .string("general.name")
                .int32(0)
                .raw(1),
            "metadata 'general.name'",
            "found the key twice"),
        value(
            "a type that does not exist", 13, new GgufFixture().int64(0), "of type 13", "0 to 12"),
        value("a type of 2^32 - 1", -1, new GgufFixture().int64(0), "of type 4294967295"),
        value(
            "a number that is cut", 10, new GgufFixture().int32(0), "8 bytes are wanted", "4 are"),
        value("a flag of 2", 7, new GgufFixture().raw(2), "a BOOL of 2", "0 or 1"),
        value(
            "a text beyond the file",
            8,
            new GgufFixture().int64(10).text("short"),
            "found 10 bytes of a text",
            "at most 5"),
        value("a text that is no UTF-8", 8, new GgufFixture().int64(1).raw(0xFF), "not UTF-8"),
        value(
            "half of a surrogate pair",
            8,
            new GgufFixture().int64(3).raw(0xED, 0xA0, 0x80),
            "not UTF-8"),
        value(
            "an array beyond the file",
            9,
            new GgufFixture().int32(11).int64(3).int64(0).int64(0),
            "found 3 elements of an array",
            "at most 2"),
        value(
            "an array of 2^61 numbers, whose size overflows",
            9,
            new GgufFixture().int32(11).int64(1L << 61).int64(0),
            "found 2305843009213693952 elements"),
        value("an array of no type", 9, new GgufFixture().int32(99).int64(0), "of type 99"),
        value("arrays nested too deep", 9, nested(9), "nested more than 8 deep"),
        value(
            "a text in an array that is cut",
            9,
            new GgufFixture().int32(8).int64(2).string("ab").int64(9).raw(0),
            "found 9 bytes of a text"),
        metadata("an alignment of 0", 4, 0, "general.alignment", "power of two"),
        metadata("an alignment of 24", 4, 24, "general.alignment", "UINT32 24"),
        metadata("an alignment with a sign", 5, 32, "general.alignment", "INT32 32"),
        tensor("a tensor without a name", one("", 0, 0, 8), "without a name"),
        tensor(
            "a name of 256 bytes", one("w".repeat(256), 0, 0, 8), "256 bytes of a tensor's name"),
        tensor(
            "a name twice",
            GgufFixture.header(2, 0).tensor("w", 0, 0, 8).tensor("w", 0, 32, 8),
            "tensor 'w'",
            "found the name twice"),
        tensor("five dimensions", one("w", 0, 0, 1, 1, 1, 1, 8), "found 5 dimensions", "most 4"),
        tensor("2^32 - 1 dimensions", header().string("w").int32(-1), "found 4294967295 dim"),
        tensor("a negative dimension", one("w", 0, 0, -8), "dimension is beyond 63 bits"),
        tensor("a size that overflows", one("w", 0, 0, 1L << 40, 1L << 40), "beyond 63 bits"),
        tensor("bytes that overflow", one("w", 0, 0, 1L << 62), "beyond 63 bits"),
        tensor("whole numbers", one("w", 26, 0, 8), "tensor 'w'", "26 (I32)", "Q4_K"),
        tensor("numbers of 64 bits", one("w", 28, 0, 8), "28 (F64)"),
        tensor("a type that ggml dropped", one("w", 4, 0, 32), "4 (unknown)"),
        tensor("a type of an importance matrix", one("w", 19, 0, 256), "19 (IQ1_S)"),
        tensor("rows of no whole blocks", one("w", 8, 0, 33, 2), "rows have 33 elements", "of 32"),
        tensor("rows of no whole K blocks", one("w", 12, 0, 128, 2), "multiples of 256"),
        tensor(
            "data that is cut", one("w", 0, 0, 65), "260 bytes from offset 0", "256 bytes follow"),
        tensor("data behind the file", one("w", 0, 256, 8), "offset 256", "256 bytes follow"),
        tensor("an offset of 2^63", one("w", 0, Long.MIN_VALUE, 8), "offset 9223372036854775808"),
        tensor("an offset that overflows", one("w", 0, Long.MAX_VALUE - 31, 8), "256 bytes follow"),
        tensor("an offset between", one("w", 0, 16, 8), "not aligned to 32"),
        tensor(
            "tensors over each other",
            GgufFixture.header(2, 0).tensor("b", 0, 32, 8).tensor("a", 0, 0, 9),
            "tensor 'b'",
            "the tensor before it ends at 36"),
        tensor(
            "one tensor inside the other",
            GgufFixture.header(2, 0).tensor("a", 0, 0, 64).tensor("b", 0, 32, 8),
            "tensor 'b'",
            "ends at 256"),
        file("no data", one("w", 0, 0, 8), "but 0 bytes follow the header"));
  }

  private static GgufFixture start(int version) {
    return new GgufFixture().text("GGUF").int32(version).int64(0).int64(0);
  }

  private static GgufFixture key() {
    return GgufFixture.header(0, 1);
  }

  private static GgufFixture header() {
    return GgufFixture.header(1, 0);
  }

  private static GgufFixture one(String name, int type, long offset, long... dimensions) {
    return header().tensor(name, type, offset, dimensions);
  }

  private static GgufFixture nested(int depth) {
    GgufFixture value = new GgufFixture();
    for (int i = 1; i < depth; i++) {
      value.int32(9).int64(1);
    }
    return value.int32(0).int64(0);
  }

  private static MalformedFile file(String what, GgufFixture content, String... parts) {
    return MalformedFile.of(what, content.bytes(), parts);
  }

  private static MalformedFile value(String what, int type, GgufFixture value, String... parts) {
    GgufFixture content = key().string("tokenizer.ggml.tokens").int32(type);
    for (byte b : value.bytes()) {
      content.raw(b);
    }
    return MalformedFile.of(
        what,
        content.bytes(),
        Stream.concat(Stream.of("metadata 'tokenizer.ggml.tokens'"), Arrays.stream(parts))
            .toArray(String[]::new));
  }

  private static MalformedFile metadata(String what, int type, int value, String... parts) {
    return file(what, key().string("general.alignment").int32(type).int32(value), parts);
  }

  private static MalformedFile tensor(String what, GgufFixture header, String... parts) {
    return file(what, header.data(32, 256), parts);
  }

  @ParameterizedTest
  @MethodSource("files")
  void isRefused(MalformedFile file) throws IOException {
    Path path = Files.write(folder.resolve("model.gguf"), file.content());
    file.assertRefused(path, () -> GgufFile.open(path).close());
  }

  @Test
  void aFolderInPlaceOfAFileIsRefused() throws IOException {
    Path path = Files.createDirectory(folder.resolve("model.gguf"));
    MalformedFile.of("a folder", "", "is not a file", ".gguf")
        .assertRefused(path, () -> GgufFile.open(path).close());
  }

  @Test
  void aFileThatIsNotThereIsRefused() {
    Path path = folder.resolve("model.gguf");
    MalformedFile.of("no file", "", "no such file", ".gguf")
        .assertRefused(path, () -> GgufFile.open(path).close());
  }
}
