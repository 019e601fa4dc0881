package org.tune4j.engine.preflight.privacy;

import java.util.HashMap;
import java.util.Map;

/**
 * International bank account numbers: ISO 13616 with the lengths of SWIFT's IBAN registry; the two
 * check digits are ISO 7064's MOD 97-10.
 */
final class Iban {
  static final String PATTERN =
      "(?<![A-Za-z0-9])[A-Z]{2}\\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])";

  private static final Map<String, Integer> LENGTHS = new HashMap<>();

  static {
    String registry =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27"
            + " DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28"
            + " HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21"
            + " LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29"
            + " PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23"
            + " TN24 TR26 UA29 VA22 VG24 XK20 YE30";
    for (String entry : registry.split(" ")) {
      LENGTHS.put(entry.substring(0, 2), Integer.valueOf(entry.substring(2)));
    }
  }

  private Iban() {}

  static boolean isOne(String found) {
    String text = found.replace(" ", "");
    int length = LENGTHS.getOrDefault(text.substring(0, 2), Integer.MAX_VALUE);
    // A word in capitals may follow.
    return length <= text.length() && mod97(text.substring(0, length)) == 1;
  }

  /** The remainder, the first four characters moved to the end and letters read as 10 to 35. */
  private static int mod97(String iban) {
    int remainder = 0;
    for (int i = 0; i < iban.length(); i++) {
      int value = Character.digit(iban.charAt((i + 4) % iban.length()), 36);
      remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
    }
    return remainder;
  }
}
