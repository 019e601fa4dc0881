package org.tune4j.engine.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineClosedException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.NewFolder;

/**
 * Text to token ids and back, as the Hugging Face tokenizers library does it from a model folder's
 * {@code tokenizer.json}; {@code tokenizer_config.json} and {@code special_tokens_map.json} name
 * the tokens with a role.
 *
 * <p>Nothing is cut or padded unless a call says so. A lone surrogate counts as U+FFFD. Nothing is
 * downloaded. May be used by several threads.
 */
public final class Tokenizer implements AutoCloseable {
  /** The files that {@link #writeTo} may write. */
  public static final Set<String> FILES =
      Set.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "chat_template.jinja",
          "chat_template.json");

  private final TokenizerFiles files;
  private final List<AddedToken> added;
  private final Vocabulary vocabulary;
  private final SpecialTokens special;
  private final NativeTokenizer tokenizer;
  private final int mostCharacters;
  private final boolean addsBos;
  private final boolean wordsNeedSpaces;
  private final BitSet control = new BitSet();
  private UserTextTokenizer userText;
  private boolean closed;

  private Tokenizer(TokenizerFiles files) {
    this.files = files;
    JsonNode json = files.tokenizerJson();
    this.mostCharacters = TokenizerCheck.mostCharacters(json, files.tokenizer());
    this.added = AddedToken.of(json, files.tokenizer());
    this.vocabulary = Vocabulary.of(json, added, files.tokenizer());
    this.special = SpecialTokens.of(files, vocabulary);
    this.tokenizer = NativeTokenizer.of(files.content(), files.tokenizer(), mostCharacters);
    int[] frame = tokenizer.encode("", true).ids();
    this.addsBos = special.bos().isPresent() && frame.length > 0 && frame[0] == bosId().getAsInt();
    this.wordsNeedSpaces = needsSpaces(json.path("pre_tokenizer"));
    added.stream().filter(AddedToken::special).mapToInt(AddedToken::id).forEach(control::set);
    vocabulary.unknown().stream().filter(this::isUnknown).forEach(control::clear);
  }

  /**
   * Loads the tokenizer of a model folder or of a GGUF file.
   *
   * @throws ModelFormatException if tokenizer.json is missing or broken, or the other files do not
   *     fit it
   * @throws StorageException if a file cannot be read
   */
  public static Tokenizer load(Path folder) {
    return new Tokenizer(TokenizerFiles.read(folder));
  }

  /**
   * Loads the tokenizer of a model folder or of a GGUF file and adds tokens to it: ordinary ones,
   * found wherever a text has them, with the next ids.
   *
   * @throws ConfigException if one is empty or blank, or is a token already
   * @throws ModelFormatException as {@link #load(Path)}
   * @throws StorageException if a file cannot be read
   */
  public static Tokenizer load(Path folder, List<String> added) {
    if (added.isEmpty()) {
      return load(folder);
    }
    TokenizerFiles files = TokenizerFiles.read(folder);
    try (Tokenizer before = new Tokenizer(files)) {
      Set<String> seen = new HashSet<>();
      for (String token : added) {
        if (token.isBlank() || token.length() > AddedToken.MOST_CHARACTERS) {
          throw new ConfigException(
              "add_tokens: wanted 1 to %d characters that are not all blank, found '%s'"
                  .formatted(AddedToken.MOST_CHARACTERS, Shortened.text(token)));
        }
        OptionalInt id = before.idOf(token);
        if (id.isPresent() || !seen.add(token)) {
          throw new ConfigException(
              id.isPresent()
                  ? "add_tokens: %s is a token of %s already, with the id %d"
                      .formatted(token, folder, id.getAsInt())
                  : "add_tokens: %s is named twice".formatted(token));
        }
      }
      return new Tokenizer(files.with(added, before.vocabularySize()));
    }
  }

  /** Writes what {@link #load(Path)} reads, and the chat template's files of its folder. */
  public void writeTo(NewFolder target) throws IOException {
    target.write("tokenizer.json", files.content());
    if (!files.config().isMissingNode()) {
      target.write("tokenizer_config.json", TokenizerFiles.JSON.writeValueAsBytes(files.config()));
    }
    if (!files.specialTokens().isMissingNode()) {
      target.write(
          "special_tokens_map.json", TokenizerFiles.JSON.writeValueAsBytes(files.specialTokens()));
    }
    for (String name : List.of("chat_template.jinja", "chat_template.json")) {
      Path file = files.folder().resolve(name);
      if (Files.isRegularFile(file)) {
        target.write(name, Files.readAllBytes(file));
      }
    }
  }

  /**
   * Tokenizes text in which the names of special tokens mean these tokens, such as a rendered chat
   * template.
   *
   * @param addSpecialTokens whether the tokenizer's own template puts its tokens around the text
   */
  public Encoding encode(String text, boolean addSpecialTokens) {
    return tokenizer.encode(text, addSpecialTokens);
  }

  /** Tokenizes two texts for a model that reads pairs. */
  public Encoding encodePair(String first, String second, boolean addSpecialTokens) {
    return tokenizer.encode(first, second, addSpecialTokens);
  }

  /**
   * Tokenizes text that somebody else wrote: no part of it becomes a control token, even where it
   * spells one. No tokens are added.
   */
  public Encoding encodeText(String text) {
    return userText().encode(text);
  }

  /**
   * The token ids of a text, without its tokens and places; faster than an {@link Encoding}.
   *
   * @param splitSpecialTokens whether the names of control tokens are ordinary text, as in {@link
   *     #encodeText}
   */
  public int[] ids(String text, boolean splitSpecialTokens) {
    return splitSpecialTokens ? userText().ids(text) : tokenizer.ids(text, false);
  }

  /**
   * The token ids of a text and their places; faster than an {@link Encoding}. The names of control
   * tokens mean these. No tokens are added.
   */
  public TokenPlaces places(String text) {
    return tokenizer.places(text);
  }

  /**
   * The same where only some of the names of control tokens mean these and all others are text.
   *
   * @param starts where those that do begin, rising: index of a Java {@code char}
   * @param ends behind their last chars
   */
  public TokenPlaces places(String text, int[] starts, int[] ends) {
    return userText().places(text, starts, ends);
  }

  /**
   * The tokens of words, as transformers gives them with {@code is_split_into_words}. Where the
   * vocabulary writes a word with the space before it (byte-level ones), every word gets one, as
   * {@code add_prefix_space} does for GPT-2 and RoBERTa. No tokens are added.
   *
   * @param splitSpecialTokens whether the names of control tokens are ordinary text, as in {@link
   *     #encodeText}
   */
  public WordTokens words(List<String> words, boolean splitSpecialTokens) {
    return splitSpecialTokens
        ? userText().words(words, wordsNeedSpaces)
        : tokenizer.words(words, wordsNeedSpaces);
  }

  /** Whether the pre-tokenizer takes a space as part of the word after it, and adds none itself. */
  private static boolean needsSpaces(JsonNode preTokenizer) {
    if (preTokenizer.path("type").asText().equals("ByteLevel")) {
      return !preTokenizer.path("add_prefix_space").asBoolean(true);
    }
    for (JsonNode part : preTokenizer.path("pretokenizers")) {
      if (needsSpaces(part)) {
        return true;
      }
    }
    return false;
  }

  private synchronized UserTextTokenizer userText() {
    if (closed) {
      throw new EngineClosedException("the tokenizer was closed; load it again");
    }
    if (userText == null) {
      userText = new UserTextTokenizer(files, added, vocabulary, mostCharacters);
    }
    return userText;
  }

  /**
   * Tokenizes texts with the tokenizer's own tokens around each, and brings them to one length.
   *
   * @param maxLength longest row; a longer text loses tokens of its own, never the added ones
   * @param truncation the end at which a text that is too long is cut
   * @param padding the end at which shorter rows are padded
   * @param padId the token to pad with
   * @return rows as long as the longest of them
   * @throws ConfigException if maxLength has no room for the added tokens
   */
  public PaddedBatch encodeBatch(
      List<String> texts, int maxLength, Side truncation, Side padding, int padId) {
    List<int[]> rows = new ArrayList<>();
    for (String text : texts) {
      rows.add(cut(encode(text, true), maxLength, truncation));
    }
    int length = rows.stream().mapToInt(row -> row.length).max().orElse(0);
    int[][] ids = new int[rows.size()][length];
    int[][] mask = new int[rows.size()][length];
    for (int r = 0; r < ids.length; r++) {
      int[] row = rows.get(r);
      int start = padding == Side.LEFT ? length - row.length : 0;
      Arrays.fill(ids[r], padId);
      System.arraycopy(row, 0, ids[r], start, row.length);
      Arrays.fill(mask[r], start, start + row.length, 1);
    }
    return new PaddedBatch(ids, mask);
  }

  private static int[] cut(Encoding encoding, int maxLength, Side side) {
    int excess = encoding.length() - maxLength;
    int[] ids = encoding.ids();
    if (excess <= 0) {
      return ids;
    }
    int[] mask = encoding.specialTokensMask();
    int front = 0;
    while (front < ids.length && mask[front] == 1) {
      front++;
    }
    int back = ids.length;
    while (back > front && mask[back - 1] == 1) {
      back--;
    }
    if (excess > back - front) {
      throw new ConfigException(
          "max length "
              + maxLength
              + " has no room for the "
              + (ids.length - (back - front))
              + " tokens that the tokenizer adds; raise it");
    }
    int from = side == Side.LEFT ? front : back - excess;
    int[] kept = new int[maxLength];
    System.arraycopy(ids, 0, kept, 0, from);
    System.arraycopy(ids, from + excess, kept, from, maxLength - from);
    return kept;
  }

  /**
   * The text of token ids. Ids that no token has are left out.
   *
   * @throws ConfigException if an id is negative
   */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    for (int id : ids) {
      if (id < 0) {
        throw new ConfigException("token id " + id + " is negative; labels are not token ids");
      }
    }
    return tokenizer.decode(ids, skipSpecialTokens);
  }

  /** The id of a token as the vocabulary spells it. */
  public OptionalInt idOf(String token) {
    return vocabulary.idOf(token);
  }

  /**
   * The token of an id, as the vocabulary spells it.
   *
   * @throws ConfigException if no token has the id
   */
  public String tokenOf(int id) {
    String token = vocabulary.tokenOf(id);
    if (token == null) {
      throw new ConfigException(
          files.tokenizer()
              + ": no token has the id "
              + id
              + "; ids go up to "
              + (vocabularySize() - 1));
    }
    return token;
  }

  /** One more than the highest token id, the added tokens included. */
  public int vocabularySize() {
    return vocabulary.size();
  }

  /** Whether the tokenizer's own template begins a text with the BOS token. */
  public boolean addsBos() {
    return addsBos;
  }

  /** Whether a token steers a model, such as one that ends a turn; no text can contain it. */
  public boolean isControl(int id) {
    return control.get(id);
  }

  /**
   * Whether a token stands for text that the vocabulary cannot write. False for EOS, which some
   * tokenizers that can write everything name as their unknown token.
   */
  public boolean isUnknown(int id) {
    return vocabulary.unknown().orElse(-1) == id && special.eos().orElse(-1) != id;
  }

  /** The texts of the control tokens. */
  public List<String> controlTokens() {
    return added.stream().filter(AddedToken::special).map(AddedToken::content).toList();
  }

  /** The model's folder. */
  public Path folder() {
    return files.folder();
  }

  /** SHA-256 of its {@code tokenizer.json}, in hexadecimal digits. */
  public String fingerprint() {
    return files.sha256();
  }

  public OptionalInt bosId() {
    return special.bos();
  }

  public OptionalInt eosId() {
    return special.eos();
  }

  public OptionalInt padId() {
    return special.pad();
  }

  public OptionalInt unkId() {
    return special.unk();
  }

  @Override
  public synchronized void close() {
    closed = true;
    tokenizer.close();
    if (userText != null) {
      userText.close();
    }
  }
}
