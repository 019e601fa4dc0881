package org.tune4j.engine.preflight.privacy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Keys and tokens whose form alone says too little. */
final class KeyText {
  /** OpenAI's keys, old and new ({@code sk-proj-}, {@code sk-svcacct-}, {@code sk-admin-}). */
  static final String OPENAI_PATTERN =
      "(?<![A-Za-z0-9_-])sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,200}(?![A-Za-z0-9_-])";

  /** RFC 7519 in the compact form of RFC 7515, 3.1: header, claims and signature in base64url. */
  static final String JWT_PATTERN =
      "(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\\.eyJ[A-Za-z0-9_-]{5,}\\.[A-Za-z0-9_-]{10,}";

  private KeyText() {}

  /** Whether digits and letters are mixed, as in no name with dashes. */
  static boolean looksRandom(String key) {
    long digits = key.chars().filter(c -> c >= '0' && c <= '9').count();
    return digits >= 2 && key.length() - digits >= 8;
  }

  /** Whether the header is one: a JSON object that names an algorithm. */
  static boolean isJwt(String token) {
    try {
      byte[] header = Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.')));
      String json = new String(header, StandardCharsets.UTF_8);
      return json.contains("\"alg\"") && json.endsWith("}");
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
