package org.tune4j.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.MalformedFile;

/** Safetensors files that are refused, and what each is told. */
class MalformedSafetensorsTest {
  @TempDir Path folder;

  static List<MalformedFile> files() {
    return List.of(
        MalformedFile.of("empty", "", "0 bytes are too few"),
        MalformedFile.of("shorter than its prefix", "1234567", "7 bytes are too few"),
        MalformedFile.of("a zip of torch.save", "PK\3\4\0\0\0\0data", "zip archive", "pickles"),
        MalformedFile.of(
            "a pickle",
            new byte[] {(byte) 0x80, 2, 'c', 'o', 's', 10, 's', 'y'},
            "begins like a pickle"),
        MalformedFile.of("an error page", "<!DOCTYPE html>", "looks like text"),
        MalformedFile.of("a pointer of git-lfs", "version https://git-lfs", "git-lfs"),
        MalformedFile.of("a header beyond the file", prefix(1000, "{}"), "a header of 1000 bytes"),
        MalformedFile.of(
            "a header of 2^63 bytes",
            prefix(Long.MIN_VALUE, "{}"),
            "a header of 9223372036854775808 bytes",
            "below 100000000"),
        header("no header", "", "expected an object"),
        header("an array", "[]", "expected an object"),
        header("text behind the object", "{} x", "something follows the closing brace"),
        header("a comma at the end", "{\"a\":[\"U8\",[0],[0,0]],}", "expected a name"),
        header("no quotes", "{a:1}", "expected a name in double quotes"),
        header("an entry that is a number", "{\"a\":1}", "expected an object"),
        header(
            "an entry without offsets",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[0]}}",
            "tensor 'a' lacks one of dtype, shape and data_offsets"),
        header("a type that does not exist", entry("F31", "[0]", "[0,0]"), "unknown dtype 'F31'"),
        header("a field twice", "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", "has dtype twice"),
        header(
            "two metadata",
            "{\"__metadata__\":{},\"__metadata__\":{}}",
            "__metadata__ is there twice"),
        header("metadata of a number", "{\"__metadata__\":{\"a\":1}}", "a metadata value"),
        header("a negative size", entry("U8", "[-1]", "[0,0]"), "that is not negative"),
        header("a fraction", entry("U8", "[1.0]", "[0,1]"), "a fraction or an exponent"),
        header(
            "a number above 64 bits",
            entry("U8", "[18446744073709551616]", "[0,0]"),
            "exceeds 2^64 - 1"),
        header("one offset", entry("U8", "[0]", "[0]"), "an array has too few values"),
        header("three offsets", entry("U8", "[0]", "[0,0,0]"), "more than two numbers"),
        header(
            "a size that overflows",
            entry("F32", "[4294967296,4294967296]", "[0,0]"),
            "tensor 'a'",
            "its size overflows 64 bits"),
        header(
            "a span that does not fit the shape",
            entry("F32", "[2]", "[0,0]"),
            "need 8 bytes, data_offsets give it 0"),
        header("a hole", entry("U8", "[0]", "[4,4]"), "do not start at 0"),
        header("offsets backwards", entry("U8", "[0]", "[0,18446744073709551615]"), "need 0 bytes"),
        header("half a byte", entry("F4", "[1]", "[0,0]"), "do not fill whole bytes"),
        header("nesting", "{\"a\":{\"x\":" + "[".repeat(200), "nested more than 127 deep"),
        header("1e999", "{\"a\":{\"x\":1e999}}", "at byte"),
        header("half of a surrogate pair", "{\"\\ud800\":[\"U8\",[0],[0,0]]}", "at byte"),
        MalformedFile.of("no UTF-8", with(prefix(7, "{\"?\":1}"), 10, 0xFF), "at byte"),
        MalformedFile.of(
            "something appended", prefix(2, "{}malware"), "7 follow the header", "appended"));
  }

  private static MalformedFile header(String what, String header, String... parts) {
    return MalformedFile.of(
        what, prefix(header.getBytes(StandardCharsets.UTF_8).length, header), parts);
  }

  private static String entry(String dtype, String shape, String offsets) {
    return "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(dtype, shape, offsets);
  }

  private static byte[] prefix(long length, String rest) {
    byte[] text = rest.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.putLong(length).put(text).array();
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
    return bytes;
  }

  @ParameterizedTest
  @MethodSource("files")
  void isRefused(MalformedFile file) throws IOException {
    Path path = Files.write(folder.resolve("model.safetensors"), file.content());
    file.assertRefused(path, () -> SafetensorsFile.open(path).close());
  }

  @Test
  void aFolderInPlaceOfAFileIsRefused() throws IOException {
    Path path = Files.createDirectory(folder.resolve("model.safetensors"));
    MalformedFile.of("a folder", "", "is not a file")
        .assertRefused(path, () -> SafetensorsFolder.open(folder).close());
  }

  /** The largest header there may be, of spaces: nothing of it is kept. */
  @Test
  void aHeaderBeyondTheLimitIsNotRead() throws IOException {
    Path path = folder.resolve("model.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(prefix(100_000_001, "{"));
      file.setLength(200_000_000);
    }
    long before = allocated();
    MalformedFile.of("100,000,001 bytes", "", "a header of 100000001 bytes")
        .assertRefused(path, () -> SafetensorsFile.open(path).close());
    assertThat(allocated() - before).isLessThan(1 << 20);
  }

  static long allocated() {
    return ((com.sun.management.ThreadMXBean)
            java.lang.management.ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
