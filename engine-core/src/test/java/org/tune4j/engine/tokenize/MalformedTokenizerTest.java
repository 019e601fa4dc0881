package org.tune4j.engine.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.DataException;
import org.tune4j.engine.Fuzz;
import org.tune4j.engine.MalformedFile;
import org.tune4j.engine.ModelFormatException;

/** Tokenizer files that are refused, and what each is told. */
class MalformedTokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    ByteTokenizer.write(folder, true);
  }

  static List<MalformedFile> files() {
    String xs = "x".repeat(600);
    return List.of(
        MalformedFile.of("empty", "", "is empty"),
        MalformedFile.of("no object", "[]", "found array"),
        MalformedFile.of("no model", "{}", "model.type"),
        MalformedFile.of("a pickle", new byte[] {(byte) 0x80, 4, '.'}, "wanted UTF-8"),
        MalformedFile.of("deep nesting", "{\"a\":" + "[".repeat(5000), "nesting depth"),
        with("an unknown model", "model", "{'type':'Neural','vocab':{}}", "model.type", "Neural"),
        with("no vocabulary", "model", "{'type':'BPE','merges':[]}", "model.vocab"),
        with("a negative id", "model", model("'a':-1", ""), "model.vocab", "found -1"),
        with("an id of 2^24", "model", model("'a':16777216", ""), "model.vocab", "16777216"),
        with("an id that is a text", "model", model("'a':'0'", ""), "model.vocab", "\"0\""),
        with("an id twice", "model", model("'a':0,'b':0", ""), "'b' and 'a' both have the id 0"),
        with(
            "merges of tokens that are not there",
            "model",
            model("'a':0", "'a b'"),
            "the tokenizers library refuses it"),
        with(
            "dropout",
            "model",
            "{'type':'BPE','dropout':0.1,'vocab':{},'merges':[]}",
            "model.dropout",
            "0.1"),
        with(
            "continued words",
            "model",
            "{'type':'BPE','continuing_subword_prefix':'##','vocab':{},'merges':[]}",
            "model.continuing_subword_prefix"),
        with(
            "a token to drown in",
            "model",
            "{'type':'Unigram','unk_id':0,'vocab':[['" + xs + "',0.0]]}",
            "512 characters"),
        with("pieces without scores", "model", "{'type':'Unigram','vocab':[5]}", "model.vocab"),
        with("an added token without id", "added_tokens", "[{'content':'<s>'}]", "added_tokens"),
        with(
            "an added token without text",
            "added_tokens",
            "[{'id':256,'content':''}]",
            "a content of 1 to 512"),
        with(
            "an added token of 2^32",
            "added_tokens",
            "[{'id':4294967296,'content':'<s>'}]",
            "added_tokens",
            "4294967296"),
        with(
            "an added token at another place",
            "added_tokens",
            "[{'id':300,'content':'<s>','single_word':false,'lstrip':false,'rstrip':false,"
                + "'normalized':false,'special':true}]",
            "'<s>': wanted the id 256",
            "found 300"),
        with("a normalizer of no kind", "normalizer", "{'prepend':'x'}", "normalizer.type"),
        with(
            "a compiled normalizer",
            "normalizer",
            "{'type':'Precompiled','precompiled_charsmap':'AAAA'}",
            "normalizer.type"),
        with(
            "a sequence of nothing", "normalizer", "{'type':'Sequence'}", "normalizer.normalizers"),
        with(
            "a text that grows",
            "normalizer",
            "{'type':'Sequence','normalizers':[" + grow() + "," + grow() + "]}",
            "normalizer.normalizers[1].content"),
        with(
            "too long a replacement",
            "normalizer",
            "{'type':'Replace','pattern':{'String':'a'},'content':'" + xs + "'}",
            "64 characters"),
        with(
            "a number without bound",
            "normalizer",
            "{'type':'Strip','strip_left':true,'strip_right':1e999}",
            "normalizer",
            "64 bits"),
        with(
            "an expression that explodes",
            "pre_tokenizer",
            split("(a+)+$"),
            "pre_tokenizer.pattern",
            "(a+)+$"),
        with(
            "pieces of length 0",
            "pre_tokenizer",
            "{'type':'FixedLength','length':0}",
            "pre_tokenizer.length"),
        with(
            "a template with an unknown token",
            "post_processor",
            template("[{'SpecialToken':{'id':'<x>','type_id':0}}]"),
            "post_processor.single",
            "<x>"),
        with(
            "a template with a second text",
            "post_processor",
            template("[{'Sequence':{'id':'B','type_id':0}}]"),
            "post_processor.single",
            "the sequence A alone"),
        with("a template of nothing", "post_processor", template("[{}]"), "a SpecialToken"),
        MalformedFile.of(
            "half of a surrogate pair",
            new String(
                    edited("decoder", "{'type':'Strip','content':'HALF','start':1,'stop':0}"),
                    StandardCharsets.UTF_8)
                .replace("HALF", "\\ud800"),
            "decoder",
            "halves of surrogate pairs"),
        with(
            "stripping behind",
            "decoder",
            "{'type':'Strip','content':' ','start':1,'stop':1}",
            "decoder.stop"),
        with("an unknown decoder", "decoder", "{'type':'Exec'}", "decoder.type", "Exec"));
  }

  private static String model(String vocabulary, String merges) {
    return "{'type':'BPE','vocab':{" + vocabulary + "},'merges':[" + merges + "]}";
  }

  private static String grow() {
    return "{'type':'Replace','pattern':{'String':'a'},'content':'" + "a".repeat(60) + "'}";
  }

  private static String split(String expression) {
    return "{'type':'Split','pattern':{'Regex':'"
        + expression.replace("\\", "\\\\")
        + "'},'behavior':'Isolated','invert':false}";
  }

  private static String template(String single) {
    return "{'type':'TemplateProcessing','single':" + single + ",'pair':[],'special_tokens':{}}";
  }

  private static MalformedFile with(String what, String field, String json, String... parts) {
    return MalformedFile.of(what, edited(field, json), parts);
  }

  private static byte[] edited(String field, String json) {
    try {
      ObjectNode all = ByteTokenizer.json(true);
      all.set(field, JSON.readTree(json.replace('\'', '"')));
      if (field.equals("model")) {
        all.remove(List.of("added_tokens", "post_processor"));
      }
      // Jackson would write an infinite number as a text.
      return all.toString().replace("\"Infinity\"", "1e999").getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Runnable loading(String name, byte[] content) {
    try {
      Files.write(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return () -> Tokenizer.load(folder).close();
  }

  @ParameterizedTest
  @MethodSource("files")
  void isRefused(MalformedFile file) throws IOException {
    Files.delete(folder.resolve("tokenizer_config.json"));
    file.assertRefused(folder.resolve("tokenizer.json"), loading("tokenizer.json", file.content()));
  }

  static List<MalformedFile> configurations() {
    return List.of(
        MalformedFile.of("empty", "", "is empty"),
        MalformedFile.of("no object", "5", "found number"),
        MalformedFile.of("a name twice", "{\"a\":1,\"a\":2}", "Duplicate field 'a'"),
        MalformedFile.of(
            "a role without a token", "{\"eos_token\":\"<nope>\"}", "eos_token", "'<nope>'"),
        MalformedFile.of(
            "another id",
            "{\"added_tokens_decoder\":{\"7\":{\"content\":\"<s>\"}}}",
            "'<s>' the id 7"));
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void configurationIsRefused(MalformedFile file) {
    file.assertRefused("tokenizer_config.json", loading("tokenizer_config.json", file.content()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a|a)+$",
        "(?:a*)*b",
        "a*a*[bc]",
        "(.)\\1",
        "(?:a?){40}a{40}",
        "(?:a{1,3})+b",
        "(?R)",
        "(?>a",
        "[]a]",
        "(?x)a",
        "a)",
        "x*(?i)y",
        "(x+x+)+y",
        "a\\g<0>",
        "*"
      })
  void expressionsThatCouldRunForEverAreRefused(String expression) {
    assertThatThrownBy(() -> PatternCost.of(expression, "file"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("file: the regular expression");
  }

  /** Those of GPT-2, Llama 3, DeepSeek, o200k and others. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?"
            + "[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
            + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}"
            + "\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}|"
            + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        " {2,}",
        "[\\r\\n]",
        "\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿ]+",
        "\\s+$",
        "[一-龥ࠀ-一가-퟿]+",
        "(?=(\\d{3})+(?!\\d))",
        " ?[^(\\s|[.,!?…。，、।۔،])]+",
        "\\p{N}{1,3}+| ?[^\\s]++[\\r\\n]*+"
      })
  void expressionsOfRealTokenizersPass(String expression) {
    assertThat(PatternCost.of(expression, "file")).isBetween(0, 8);
  }

  @Test
  void aTextThatTheMatcherWouldGiveUpOnIsRefused() {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThatThrownBy(() -> tokenizer.ids(" ".repeat(4_000_001), false))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("4000001 characters; the tokenizer takes at most 4000000");
    }
  }

  @Test
  void damagedTokenizersGiveOurExceptions() throws IOException {
    Fuzz.check(
        300,
        JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(ByteTokenizer.json(true)),
        content -> {
          loading("tokenizer.json", content);
          try (Tokenizer tokenizer = Tokenizer.load(folder)) {
            int[] ids = tokenizer.encode("Hello, aaaaaaaaaaaaaaaaaaaaaaaaaa! <s>\n", true).ids();
            tokenizer.decode(ids, false);
            tokenizer.encodePair("a", "b", true);
          }
        });
  }
}
