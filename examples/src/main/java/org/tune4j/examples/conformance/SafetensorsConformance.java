package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.TensorInfo;

/**
 * Whether the safetensors reader accepts and refuses the same files as the reference parser, and
 * reads the same content: mutated files, as many as {@code counts.json} says, and a set of hostile
 * ones. A {@code seed} in {@code counts.json} (hexadecimal, as {@code 0x5AFE7E4504D0F11E}) takes
 * the place of the one in the golden folder's README.
 */
public final class SafetensorsConformance {
  /** Checks a folder with {@code base/}, {@code verdicts.bin} and {@code hostile.json}. */
  public void check(Path caseFolder, CheckSink sink) {
    try {
      checkHostile(caseFolder, sink);
      checkMutated(caseFolder, sink);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkHostile(Path folder, CheckSink sink) throws IOException {
    for (JsonNode entry : new ObjectMapper().readTree(folder.resolve("hostile.json").toFile())) {
      OptionalLong content = contentOf(folder.resolve(entry.path("file").asText()));
      boolean accepted = entry.path("accepted").asBoolean();
      boolean same =
          content.isPresent() == accepted
              && (!accepted || content.getAsLong() == entry.path("content_crc32").asLong());
      sink.exact("safetensors", entry.path("file").asText(), same ? 0 : 1);
    }
  }

  private void checkMutated(Path folder, CheckSink sink) throws IOException {
    byte[] verdicts = Files.readAllBytes(folder.resolve("verdicts.bin"));
    ByteBuffer contents = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("accepted_crc.bin")));
    contents.order(ByteOrder.LITTLE_ENDIAN);
    JsonNode counts = new ObjectMapper().readTree(folder.resolve("counts.json").toFile());
    int files = counts.path("files").asInt();
    MutatedSafetensors mutated = new MutatedSafetensors(folder.resolve("base"), seed(counts));
    MessageDigest generated = sha256();
    long wrongVerdicts = 0;
    long wrongContents = 0;
    Path temporary = Files.createTempDirectory("mutated");
    for (int i = 0; i < files; i++) {
      byte[] bytes = mutated.file(i);
      generated.update(littleEndian(4).putInt(bytes.length).array());
      generated.update(bytes);
      OptionalLong content = contentOf(bytes, temporary.resolve(i + ".safetensors"));
      boolean accepted = (verdicts[i >> 3] & 1 << (i & 7)) != 0;
      long wanted = accepted ? Integer.toUnsignedLong(contents.getInt()) : 0;
      wrongVerdicts += content.isPresent() == accepted ? 0 : 1;
      wrongContents += accepted && content.orElse(-1) != wanted ? 1 : 0;
    }
    Files.delete(temporary);
    String recipe = counts.path("sha256_all").asText();
    boolean same = HexFormat.of().formatHex(generated.digest()).equals(recipe);
    sink.exact("safetensors", "mutated files are those of the recipe", same ? 0 : 1);
    sink.exact("safetensors", "verdicts on " + files + " mutated files", wrongVerdicts);
    sink.exact("safetensors", "contents of the accepted ones", wrongContents);
  }

  private static long seed(JsonNode counts) {
    return counts.has("seed")
        ? Long.parseUnsignedLong(counts.path("seed").asText().substring(2), 16)
        : MutatedSafetensors.SEED;
  }

  /** A new file each time: some file systems wait for the disk when one is overwritten. */
  private static OptionalLong contentOf(byte[] bytes, Path file) throws IOException {
    try {
      return contentOf(Files.write(file, bytes));
    } finally {
      Files.delete(file);
    }
  }

  /** Checksum of everything in a file, or empty when the reader refuses it. */
  private static OptionalLong contentOf(Path path) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      CRC32 crc = new CRC32();
      file.tensors().values().stream()
          .sorted((a, b) -> Arrays.compareUnsigned(utf8(a.name()), utf8(b.name())))
          .forEach(tensor -> add(crc, file, tensor));
      return OptionalLong.of(crc.getValue());
    } catch (ModelFormatException refused) {
      return OptionalLong.empty();
    }
  }

  private static void add(CRC32 crc, SafetensorsFile file, TensorInfo tensor) {
    ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(tensor.byteSize()));
    file.read(tensor.name(), 0, data);
    CRC32 ofData = new CRC32();
    ofData.update(data.flip());
    byte[] name = utf8(tensor.name());
    byte[] dtype = utf8(tensor.dtype().name());
    long[] shape = tensor.shape();
    ByteBuffer record = littleEndian(24 + name.length + dtype.length + 8 * shape.length);
    record.putInt(name.length).put(name).putInt(dtype.length).put(dtype).putInt(shape.length);
    for (long dimension : shape) {
      record.putLong(dimension);
    }
    crc.update(record.putLong(data.limit()).putInt((int) ofData.getValue()).flip());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
