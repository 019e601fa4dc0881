package org.tune4j.testdata;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tokenizer of the demo's base model: how it is learned and the Hugging Face files of it. */
final class DemoTokenizer {
  /** Ends a document and fills rows up; id 0. */
  static final String END_OF_TEXT = "<|endoftext|>";

  /** Begins a chat message; id 1. */
  static final String MESSAGE_START = "<|im_start|>";

  /** Ends a chat message and every answer; id 2. */
  static final String MESSAGE_END = "<|im_end|>";

  static final List<String> SPECIAL = List.of(END_OF_TEXT, MESSAGE_START, MESSAGE_END);

  static final int SIZE = 2048;
  static final int LONGEST_TEXT = 512;

  private static final long SEED = 2048;
  private static final int ROWS = 12_000;

  /** The ChatML form: {@code <|im_start|>role}, line break, content, {@code <|im_end|>}. */
  private static final String CHAT_TEMPLATE =
      "{% for message in messages %}"
          + "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
          + "{% endfor %}"
          + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

  private DemoTokenizer() {}

  /** Learns the vocabulary from the first rows of the corpus. */
  static BpeVocabulary train() {
    Corpus corpus = new Corpus(SEED);
    List<String> texts = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      texts.add(corpus.row(row));
    }
    return BpeTrainer.train(texts, SPECIAL, SIZE);
  }

  /** The content of {@code tokenizer.json}, version 1.0 of the Hugging Face tokenizers' format. */
  static Map<String, Object> tokenizerJson(BpeVocabulary bpe) {
    Map<String, Object> vocabulary = new LinkedHashMap<>();
    for (String token : bpe.tokens()) {
      vocabulary.put(token, vocabulary.size());
    }
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "BPE");
    model.put("dropout", null);
    model.put("unk_token", null);
    model.put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", "");
    model.put("fuse_unk", false);
    model.put("byte_fallback", false);
    model.put("ignore_merges", false);
    model.put("vocab", vocabulary);
    model.put("merges", bpe.merges().stream().map(m -> List.of(m.left(), m.right())).toList());

    Map<String, Object> tokenizer = new LinkedHashMap<>();
    tokenizer.put("version", "1.0");
    tokenizer.put("truncation", null);
    tokenizer.put("padding", null);
    tokenizer.put("added_tokens", addedTokens());
    tokenizer.put("normalizer", null);
    tokenizer.put("pre_tokenizer", byteLevel(true));
    tokenizer.put("post_processor", byteLevel(false));
    tokenizer.put("decoder", byteLevel(true));
    tokenizer.put("model", model);
    return tokenizer;
  }

  /** The content of {@code tokenizer_config.json}. */
  static Map<String, Object> configJson() {
    Map<String, Object> byId = new LinkedHashMap<>();
    for (Map<String, Object> token : addedTokens()) {
      byId.put(token.remove("id").toString(), token);
    }
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("add_prefix_space", false);
    config.put("added_tokens_decoder", byId);
    config.put("additional_special_tokens", List.of(MESSAGE_START, MESSAGE_END));
    config.put("bos_token", null);
    config.put("chat_template", CHAT_TEMPLATE);
    config.put("clean_up_tokenization_spaces", false);
    config.put("eos_token", MESSAGE_END);
    config.put("model_max_length", LONGEST_TEXT);
    config.put("pad_token", END_OF_TEXT);
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    config.put("unk_token", null);
    return config;
  }

  private static List<Map<String, Object>> addedTokens() {
    List<Map<String, Object>> added = new ArrayList<>();
    for (String content : SPECIAL) {
      Map<String, Object> token = new LinkedHashMap<>();
      token.put("id", added.size());
      token.put("content", content);
      token.put("single_word", false);
      token.put("lstrip", false);
      token.put("rstrip", false);
      token.put("normalized", false);
      token.put("special", true);
      added.add(token);
    }
    return added;
  }

  private static Map<String, Object> byteLevel(boolean trimOffsets) {
    Map<String, Object> step = new LinkedHashMap<>();
    step.put("type", "ByteLevel");
    step.put("add_prefix_space", false);
    step.put("trim_offsets", trimOffsets);
    step.put("use_regex", true);
    return step;
  }
}
