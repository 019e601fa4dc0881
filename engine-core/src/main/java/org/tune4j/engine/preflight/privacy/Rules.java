package org.tune4j.engine.preflight.privacy;

import static org.tune4j.engine.preflight.privacy.PrivateKind.AWS_KEY;
import static org.tune4j.engine.preflight.privacy.PrivateKind.CN_RESIDENT_ID;
import static org.tune4j.engine.preflight.privacy.PrivateKind.CREDIT_CARD;
import static org.tune4j.engine.preflight.privacy.PrivateKind.EMAIL;
import static org.tune4j.engine.preflight.privacy.PrivateKind.GITHUB_TOKEN;
import static org.tune4j.engine.preflight.privacy.PrivateKind.GOOGLE_KEY;
import static org.tune4j.engine.preflight.privacy.PrivateKind.IPV4;
import static org.tune4j.engine.preflight.privacy.PrivateKind.IPV6;
import static org.tune4j.engine.preflight.privacy.PrivateKind.JWT;
import static org.tune4j.engine.preflight.privacy.PrivateKind.OPENAI_KEY;
import static org.tune4j.engine.preflight.privacy.PrivateKind.PHONE;
import static org.tune4j.engine.preflight.privacy.PrivateKind.PRIVATE_KEY;
import static org.tune4j.engine.preflight.privacy.PrivateKind.SLACK_TOKEN;
import static org.tune4j.engine.preflight.privacy.PrivateKind.US_SSN;

import java.util.List;

/**
 * The kinds of private data, each as it is published:
 *
 * <ul>
 *   <li>e-mail: RFC 5321, 4.1.2, without quoted names; the domain's last part in letters
 *   <li>social security numbers: Social Security Administration, POMS RM 10201.035 (no area 000,
 *       666 or from 900, no group 00, no serial 0000)
 *   <li>IPv4: RFC 1123, 2.1, without this host, loopback and masks (0, 127 and 255 in front)
 *   <li>AWS: "IAM identifiers", prefixes AKIA and ASIA
 *   <li>GitHub: "About authentication to GitHub", prefixes ghp, gho, ghu, ghs, ghr and github_pat
 *   <li>Google: keys of the Cloud APIs, AIza and 35 characters
 *   <li>Slack: "Token types", xox and a letter; and the addresses of incoming webhooks
 *   <li>private keys: RFC 7468 and OpenSSH's and OpenPGP's armour (RFC 9580, 6.2)
 * </ul>
 *
 * Numbers with rules of their own are in {@link CardNumber}, {@link Iban}, {@link ResidentNumber},
 * {@link PhoneNumber}, {@link Ipv6Address} and {@link KeyText}.
 */
final class Rules {
  private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";

  private Rules() {}

  static List<Rule> all() {
    return List.of(
        new Rule(
            EMAIL,
            (text, traits) -> traits.at() > 0,
            "(?<![\\w.+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@"
                + "(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.){1,8}[A-Za-z]{2,24}(?![\\w@])",
            // Names of pictures for fine screens look the same: logo@2x.png.
            found -> !found.matches(".*@[23]x\\..*")),
        new Rule(
            PHONE,
            (text, traits) -> traits.longestNumber() >= 8,
            PhoneNumber.PATTERN,
            PhoneNumber::isOne),
        new Rule(
            CREDIT_CARD,
            (text, traits) -> traits.longestNumber() >= 13,
            CardNumber.PATTERN,
            CardNumber::isOne),
        new Rule(
            PrivateKind.IBAN, (text, traits) -> traits.digits() >= 6, Iban.PATTERN, Iban::isOne),
        new Rule(
            CN_RESIDENT_ID,
            (text, traits) -> traits.longestNumber() >= 17,
            ResidentNumber.PATTERN,
            ResidentNumber::isOne),
        new Rule(
            US_SSN,
            (text, traits) -> traits.longestNumber() >= 9,
            "(?<![\\w-])(?!000|666|9)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}(?![\\w-])",
            found -> true),
        new Rule(
            IPV4,
            (text, traits) -> traits.longestNumber() >= 4,
            "(?<![\\w.])(?<!(?i:version )|版本)(?!0|127|255)"
                + OCTET
                + "(?:\\."
                + OCTET
                + "){3}(?!\\w|\\.\\d)",
            found -> true),
        new Rule(
            IPV6, (text, traits) -> traits.colons() >= 2, Ipv6Address.PATTERN, Ipv6Address::isOne),
        new Rule(
            AWS_KEY,
            (text, traits) -> text.contains("AKIA") || text.contains("ASIA"),
            "(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
            found -> true),
        new Rule(
            GITHUB_TOKEN,
            (text, traits) -> text.contains("gh") || text.contains("github_pat_"),
            "(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,255}"
                + "|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})(?![A-Za-z0-9_])",
            found -> true),
        new Rule(
            GOOGLE_KEY,
            (text, traits) -> text.contains("AIza"),
            "(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])",
            found -> true),
        new Rule(
            OPENAI_KEY,
            (text, traits) -> text.contains("sk-"),
            KeyText.OPENAI_PATTERN,
            KeyText::looksRandom),
        new Rule(
            SLACK_TOKEN,
            (text, traits) -> text.contains("xox") || text.contains("hooks.slack.com"),
            "(?<![A-Za-z0-9])(?:xox[abeoprs]-[0-9A-Za-z][0-9A-Za-z-]{9,250}"
                + "|hooks\\.slack\\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{20,40})",
            KeyText::looksRandom),
        new Rule(JWT, (text, traits) -> text.contains("eyJ"), KeyText.JWT_PATTERN, KeyText::isJwt),
        new Rule(
            PRIVATE_KEY,
            (text, traits) -> text.contains("PRIVATE KEY"),
            "-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----",
            found -> true));
  }
}
