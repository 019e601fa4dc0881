package org.tune4j.engine.preflight.privacy;

import java.util.Arrays;

/**
 * IPv6 addresses in text: RFC 4291, 2.2. Only those of a network count: global (2000::/3), unique
 * local (fc00::/7), link-local (fe80::/10); so neither times nor names of C++ do.
 */
final class Ipv6Address {
  static final String PATTERN =
      "(?<![\\w:.])[23fF][0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,7}[0-9A-Fa-f]{0,4}(?![\\w:])";

  private static final int GROUPS = 8;

  private Ipv6Address() {}

  static boolean isOne(String found) {
    // A single colon at the end belongs to the sentence.
    String address = found.replaceFirst("(?<!:):$", "");
    int gap = address.indexOf("::");
    long groups = Arrays.stream(address.split(":")).filter(group -> !group.isEmpty()).count();
    boolean whole = gap < 0 ? groups == GROUPS : groups < GROUPS;
    return whole && address.lastIndexOf("::") == gap && isNetwork(address);
  }

  private static boolean isNetwork(String found) {
    int first = Integer.parseInt(found.substring(0, 4), 16);
    return first >> 13 == 1 || first >> 9 == 0x7E || first >> 6 == 0x3FA;
  }
}
