package org.tune4j.engine.preflight.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Numbers are those that their publishers give as examples, or that card networks and telephone
 * authorities keep free for tests. Keys are put together here, so that nobody takes them for real.
 */
class PrivateDataTest {
  private static final String LETTERS_AND_DIGITS = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0";

  private static final Map<PrivateKind, List<String>> FOUND =
      Map.ofEntries(
          Map.entry(
              PrivateKind.EMAIL,
              List.of("alice@example.com", "first.last+tag@mail.example.co.uk", "10086@qq.com")),
          Map.entry(
              PrivateKind.PHONE,
              List.of(
                  "+44 20 7946 0958",
                  "+1 (650) 253-0000",
                  "+49-30-901820",
                  "+8613800138000",
                  "+852 2882 4866",
                  "13800138000",
                  "138-0013-8000",
                  "86 138 0013 8000")),
          Map.entry(
              PrivateKind.CREDIT_CARD,
              List.of(
                  "4111111111111111",
                  "4111 1111 1111 1111",
                  "5555-5555-5555-4444",
                  "2223003122003222",
                  "378282246310005",
                  "3782 822463 10005",
                  "6011111111111117",
                  "3530111333300000",
                  "30569309025904",
                  "6200000000000005")),
          Map.entry(
              PrivateKind.IBAN,
              List.of(
                  "GB29NWBK60161331926819",
                  "GB29 NWBK 6016 1331 9268 19",
                  "DE89370400440532013000",
                  "FR1420041010050500013M02606",
                  "NO9386011117947",
                  "BE68539007547034",
                  "CH9300762011623852957",
                  "MT84MALT011000012345MTLCAST001S")),
          Map.entry(
              PrivateKind.CN_RESIDENT_ID, List.of("11010519491231002X", "11010519491231002x")),
          Map.entry(PrivateKind.US_SSN, List.of("219-09-9999", "078-05-1120")),
          Map.entry(PrivateKind.IPV4, List.of("192.0.2.1", "8.8.8.8", "203.0.113.254")),
          Map.entry(
              PrivateKind.IPV6,
              List.of(
                  "2001:db8::8a2e:370:7334",
                  "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
                  "fe80::1",
                  "fd12:3456:789a:1::")),
          Map.entry(PrivateKind.AWS_KEY, List.of("AKIA" + "IOSFODNN7EXAMPLE")),
          Map.entry(
              PrivateKind.GITHUB_TOKEN,
              List.of(
                  "gho_" + "16C7e42F292c6912E7710c838347Ae178B4a",
                  "github_pat_"
                      + LETTERS_AND_DIGITS.substring(0, 22)
                      + "_"
                      + (LETTERS_AND_DIGITS + LETTERS_AND_DIGITS).substring(0, 59))),
          Map.entry(PrivateKind.GOOGLE_KEY, List.of("AIza" + LETTERS_AND_DIGITS.substring(0, 35))),
          Map.entry(
              PrivateKind.OPENAI_KEY,
              List.of(
                  "sk-" + (LETTERS_AND_DIGITS + LETTERS_AND_DIGITS).substring(0, 48),
                  "sk-" + "proj-" + LETTERS_AND_DIGITS + "_-" + LETTERS_AND_DIGITS)),
          Map.entry(
              PrivateKind.SLACK_TOKEN,
              List.of(
                  "xo" + "xb-123456789012-1234567890123-" + LETTERS_AND_DIGITS.substring(0, 24),
                  "hooks.slack.com/services/" + "T00000000/B00000000/" + "X1".repeat(12))),
          Map.entry(
              PrivateKind.JWT,
              List.of(
                  "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
                      + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvb"
                      + "S9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
          Map.entry(
              PrivateKind.PRIVATE_KEY,
              List.of(
                  "-----BEGIN " + "RSA PRIVATE KEY-----",
                  "-----BEGIN " + "PRIVATE KEY-----",
                  "-----BEGIN " + "OPENSSH PRIVATE KEY-----",
                  "-----BEGIN " + "PGP PRIVATE KEY BLOCK-----")));

  /** What looks like it and is not. */
  private static final List<String> NOT_FOUND =
      List.of(
          "logo@2x.png",
          "@alice wrote to bob@home",
          "4111111111111112",
          "5555 5555 5555 4445",
          "1234567890123456",
          "0.4111111111111111",
          "9111111111111111",
          "DE89370400440532013001",
          "GB29NWBK6016133192681",
          "XX29NWBK60161331926819",
          "110105194912310021",
          "11010519491331002X",
          "990105194912310026",
          "000-12-3456",
          "666-12-3456",
          "900-12-3456",
          "123-00-4567",
          "123-45-0000",
          "2023-12-3456",
          "256.1.1.1",
          "1.2.3.4.5",
          "v1.2.3.4",
          "version 1.2.3.4",
          "127.0.0.1",
          "255.255.255.0",
          "12:30:45",
          "std::vector<int>::iterator",
          "abc::def",
          "00:1A:2B:3C:4D:5E",
          "2001:db8::1::2",
          "2001:db8:1:2:3:4:5",
          "12345678901",
          "15000000000",
          "3.13800138000",
          "13800138000.5",
          "x+12345678",
          "+12345",
          "+999 1234 5678 9012 3456",
          "+28 1234 5678",
          "2024-01-15 13:45:00",
          "1,234,567.89",
          "task-force-and-other-long-names-with-dashes-1",
          "sk-learn-is-a-library-for-machine-learning-in-python",
          "AKIA2024",
          "ghp_short",
          "eyJhbGci.eyJzdWIiOiIx.short",
          "-----BEGIN PUBLIC KEY-----",
          "-----BEGIN CERTIFICATE-----");

  @Example
  void everyKindIsFoundAsItself() {
    assertThat(FOUND).containsOnlyKeys(PrivateKind.values());
    FOUND.forEach(
        (kind, samples) ->
            samples.forEach(
                sample ->
                    assertThat(PrivateData.count(sample)).as(sample).isEqualTo(Map.of(kind, 1))));
  }

  @Example
  void whatOnlyLooksLikeItIsNotFound() {
    for (String text : NOT_FOUND) {
      assertThat(PrivateData.count(text)).as(text).isEmpty();
    }
  }

  @Example
  void eachOneIsCounted() {
    String text =
        "Write to alice@example.com, bob@example.org或carol@example.net，电话13800138000。"
            + "Pay with 4111 1111 1111 1111 123 or 378282246310005.";
    assertThat(PrivateData.count(text))
        .isEqualTo(Map.of(PrivateKind.EMAIL, 3, PrivateKind.PHONE, 1, PrivateKind.CREDIT_CARD, 2));
  }

  @Provide
  Arbitrary<String> surroundings() {
    return Arbitraries.strings()
        .withChars("abcXYZ 你好，。：")
        .withChars('\n', '"', '!', '#')
        .ofMaxLength(12);
  }

  /** The cheap tests let through whatever the patterns match. */
  @Property(tries = 60)
  void foundInAnySurroundings(
      @ForAll("surroundings") String before, @ForAll("surroundings") String after) {
    FOUND.forEach(
        (kind, samples) ->
            samples.forEach(
                sample ->
                    assertThat(PrivateData.count(before + " " + sample + " " + after))
                        .as(sample)
                        .containsEntry(kind, 1)));
  }

  @Example
  void longHostileTextIsBorne() {
    for (String piece :
        List.of("a.", "a@", "A ", "1 ", "1-", "1.", "f:", "::", "eyJ", "eyJa.", "+1", "sk-", "x")) {
      String text = "a@b PRIVATE KEY -----BEGIN eyJabcdef.eyJ 2001: " + piece.repeat(50_000);
      assertThat(PrivateData.count(text)).as(piece).isEmpty();
    }
  }

  @Property(tries = 300)
  void anyTextCanBeLookedAt(@ForAll String text) {
    assertThat(PrivateData.count(text).values()).allMatch(count -> count > 0);
  }
}
