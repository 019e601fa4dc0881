package org.tune4j.sources;

import java.sql.SQLException;
import java.util.regex.Pattern;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.Tune4jException;

/** Makes our exceptions of a driver's, without the passwords that its messages may hold. */
final class SecretFree {
  /** Drivers have their own ways to hide a password in a URL, so nothing of it is kept. */
  private static final Pattern URL = Pattern.compile("jdbc:([A-Za-z0-9]+):[^\\s'\"]*");

  private static final Pattern PROPERTY =
      Pattern.compile("(?i)\\b(password|passwd|pwd|secret|token)(\\s*[=:]\\s*)[^\\s;,&'\"}]+");

  /** SQL's class of states for statements that break its rules or name what is not there. */
  private static final String SYNTAX = "42";

  /** SQL's class of states for values that cannot be converted or computed. */
  private static final String VALUE = "22";

  private SecretFree() {}

  /** Whether it is one row's value that is at fault. */
  static boolean isOfAValue(SQLException e) {
    return hasState(e, VALUE);
  }

  private static boolean hasState(SQLException e, String statesOf) {
    return e.getSQLState() != null && e.getSQLState().startsWith(statesOf);
  }

  /** An exception that says what could not be done; its cause is free of secrets too. */
  static Tune4jException of(String doing, SQLException e) {
    String message = doing + ": " + text(e.getMessage());
    SQLException cause = new SQLException(text(e.getMessage()), e.getSQLState(), e.getErrorCode());
    cause.setStackTrace(e.getStackTrace());
    return hasState(e, SYNTAX)
        ? new ConfigException(message, cause)
        : new StorageException(message, cause);
  }

  static String text(String message) {
    if (message == null) {
      return "the database does not say why";
    }
    String noUrls = URL.matcher(message).replaceAll("jdbc:$1:***");
    return PROPERTY.matcher(noUrls).replaceAll("$1$2***");
  }
}
