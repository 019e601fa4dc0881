package org.tune4j.engine.kernel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Composes a TorchScript archive in memory: an uncompressed zip of plain source texts and a pickle
 * that says which class the module is an object of.
 */
final class TorchScriptArchive {
  private static final String ROOT = "Root";

  private TorchScriptArchive() {}

  static byte[] compose(Map<String, String> sources, String rootMethods) {
    String root =
        "class "
            + ROOT
            + "(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"
            + rootMethods;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      put(zip, "data.pkl", pickledObject());
      put(zip, "code/__torch__.py", root.getBytes(StandardCharsets.UTF_8));
      for (Map.Entry<String, String> source : new TreeMap<>(sources).entrySet()) {
        put(
            zip,
            "code/__torch__/" + source.getKey() + ".py",
            source.getValue().getBytes(StandardCharsets.UTF_8));
      }
      put(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
      put(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Pickle of an object of class {@code __torch__.Root} whose only attribute is {@code training =
   * False}.
   */
  private static byte[] pickledObject() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x80, 2});
    out.writeBytes(("c__torch__\n" + ROOT + "\n").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(new byte[] {'q', 0, ')', (byte) 0x81, '}', '(', 'X', 8, 0, 0, 0});
    out.writeBytes("training".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(new byte[] {'q', 1, (byte) 0x89, 'u', 'b', 'q', 2, '.'});
    return out.toByteArray();
  }

  private static void put(ZipOutputStream zip, String path, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry("kernels/" + path);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setTime(0);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
