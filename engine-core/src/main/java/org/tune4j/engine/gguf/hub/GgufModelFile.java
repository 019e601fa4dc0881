package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.gguf.GgufTensorToWrite;
import org.tune4j.engine.gguf.GgufType;
import org.tune4j.engine.gguf.GgufValue;
import org.tune4j.engine.gguf.GgufWriter;

/**
 * A model of the hub on its way into a GGUF file: metadata of its {@code config.json}, tokenizer
 * and chat template, and its tensors under llama.cpp's names.
 */
public final class GgufModelFile {
  private final HubConfig config;
  private final Family family;
  private final ArchitectureKeys keys;
  private final Map<String, GgufValue> metadata = new LinkedHashMap<>();

  /**
   * @param file the {@code config.json}, for errors
   * @param content its content, which a model was loaded with
   * @throws ModelFormatException if its family is not written, or says what a file cannot
   */
  public GgufModelFile(Path file, JsonNode content) {
    this.config = new HubConfig(file, content);
    this.family = Families.writing(config);
    this.keys = new ArchitectureKeys(family.architecture());
    family.toGguf(config, keys);
    EndTokens.toGguf(config, null, keys());
    metadata.put("general.architecture", GgufValue.text(family.architecture()));
  }

  /**
   * Adds the tokenizer.
   *
   * @param file the {@code tokenizer.json}, for errors
   * @param tokenizer its content
   * @param roles tokens by role: {@code bos_token}, …
   * @param template the chat template
   * @throws ModelFormatException if it is of a kind that is not written
   */
  public void tokenizer(
      Path file, JsonNode tokenizer, Map<String, String> roles, Optional<String> template) {
    TokenizerWriter writer =
        new TokenizerWriter(file, tokenizer, config.whole("vocab_size"), keys());
    writer.write(roles);
    EndTokens.toGguf(config, writer.id(roles.get("eos_token")), keys());
    template.ifPresent(text -> keys().put("tokenizer.chat_template", GgufValue.text(text)));
  }

  private Map<String, GgufValue> keys() {
    return keys.values();
  }

  /**
   * The bytes of the file.
   *
   * @param file its name, for errors
   * @param name of the model
   * @param tensors of the model, in its order; read while the file is written
   */
  public AtomicFile.Content content(
      Path file, String name, Precision precision, List<HubTensor> tensors) {
    metadata.put("general.type", GgufValue.text("model"));
    metadata.put("general.name", GgufValue.text(name));
    metadata.put("general.file_type", GgufValue.uint32(precision.fileType()));
    metadata.put("general.quantization_version", GgufValue.uint32(2));
    metadata.putAll(keys.values());
    TensorNames names = family.names(config);
    boolean tied = tensors.stream().noneMatch(tensor -> tensor.name().startsWith("lm_head."));
    long blocks =
        tensors.stream()
            .map(
                tensor ->
                    tensor
                        .name()
                        .replaceAll("^(model\\.layers|transformer\\.h)\\.(\\d+)\\..*", "$2"))
            .filter(number -> number.matches("\\d+"))
            .distinct()
            .count();
    TypeMixture mixture = new TypeMixture(precision, (int) blocks, experts(names, tensors), tied);
    List<GgufTensorToWrite> written = new ArrayList<>();
    keys.tensors().forEach((tensor, numbers) -> written.add(vector(tensor, numbers)));
    written.addAll(new GgufTensors(config.file(), names, mixture::of).of(tensors));
    return GgufWriter.content(file, metadata, written);
  }

  private static int experts(TensorNames names, List<HubTensor> tensors) {
    boolean any = tensors.stream().anyMatch(tensor -> tensor.name().contains(".experts."));
    return any ? names.experts() : 0;
  }

  private static GgufTensorToWrite vector(String name, float[] numbers) {
    return GgufTensorToWrite.encoded(
        name,
        GgufType.F32,
        new long[] {numbers.length},
        (first, into) -> into.put(numbers, Math.toIntExact(first), into.remaining()));
  }
}
