package org.tune4j.eval.judge;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.checkpoint.DurableFolder;

/** Replies in a folder, a file each, named by the hash of what was asked and where. */
final class ReplyCache {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  private final Path folder;

  ReplyCache(Path folder) {
    DurableFolder.make(folder);
    this.folder = folder;
  }

  /** The reply to a request, if it was put. */
  Optional<ChatReply> get(String url, byte[] request) {
    Path file = file(url, request);
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), ChatReply.class));
    } catch (NoSuchFileException | JacksonException e) {
      return Optional.empty(); // One that is damaged is asked for again.
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  void put(String url, byte[] request, ChatReply reply) {
    try {
      AtomicFile.write(file(url, request), JSON.writeValueAsBytes(reply));
    } catch (JacksonException e) {
      throw new EngineBugException("a reply cannot be written as JSON", e);
    }
  }

  private Path file(String url, byte[] request) {
    MessageDigest digest = Sha256.digest();
    digest.update((url + "\n").getBytes(StandardCharsets.UTF_8));
    digest.update(request);
    return folder.resolve(Sha256.hex(digest) + ".json");
  }
}
