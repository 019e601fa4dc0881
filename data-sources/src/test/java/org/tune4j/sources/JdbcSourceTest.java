package org.tune4j.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.sources.ParquetFixture.all;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.data.source.RowTable;
import org.tune4j.engine.data.source.RowTables;
import org.tune4j.engine.data.source.StrictJson;

class JdbcSourceTest {
  private final String url = "jdbc:h2:mem:" + UUID.randomUUID();
  private final List<Connection> opened = new ArrayList<>();
  private Connection keeping;

  @BeforeEach
  void connect() throws SQLException {
    // The database lives as long as a connection to it.
    keeping = DriverManager.getConnection(url);
  }

  @AfterEach
  void disconnect() throws SQLException {
    keeping.close();
  }

  private void execute(String... statements) throws SQLException {
    try (Statement statement = keeping.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private JdbcSource source(String query, Object... parameters) {
    return new JdbcSource("reviews", this::open, query, parameters);
  }

  private Connection open() throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    opened.add(connection);
    return connection;
  }

  private static BadRows failing() {
    return new BadRows(BadRows.Policy.FAIL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "CAST('宾馆' AS VARCHAR)|\"宾馆\"",
        "CAST('x' AS CHAR(2))|\"x \"",
        "CAST('long' AS CLOB)|\"long\"",
        "CAST('' AS CLOB)|\"\"",
        "CAST(NULL AS CLOB)|null",
        "CAST(NULL AS INTEGER)|null",
        "CAST(1 AS TINYINT)|1",
        "CAST(-3 AS BIGINT)|-3",
        "CAST(1.50 AS DECIMAL(10,2))|1.50",
        "CAST(100 AS NUMERIC(20))|100",
        "CAST(0.1 AS REAL)|0.1",
        "CAST(2.5 AS DOUBLE PRECISION)|2.5",
        "TRUE|true",
        "DATE '2026-01-02'|\"2026-01-02\"",
        "TIME '03:04:05'|\"03:04:05\"",
        "TIMESTAMP '2026-01-02 03:04:05.6'|\"2026-01-02T03:04:05.600\"",
        "TIMESTAMP WITH TIME ZONE '2026-01-02 03:04:05+08:00'|\"2026-01-01T19:04:05Z\"",
        "UUID '00112233-4455-6677-8899-aabbccddeeff'|\"00112233-4455-6677-8899-aabbccddeeff\"",
        "ARRAY[1, 2]|[1,2]",
        "ARRAY[ARRAY['a', NULL], ARRAY[]]|[[\"a\",null],[]]",
        "ARRAY[TIMESTAMP '2026-01-02 03:04:05']|[\"2026-01-02T03:04:05\"]",
        "JSON '{\"a\":[1.50]}'|{\"a\":[1.50]}",
        "CAST(NULL AS JSON)|null",
        "CAST('A' AS ENUM('A', 'B'))|\"A\""
      })
  void valuesOfAllKindsAreRead(String sql, String json) {
    Row row = all(source("SELECT " + sql + " AS \"c\""), failing()).get(0);
    assertThat(row.columns().get("c")).isEqualTo(StrictJson.parse(json));
    assertThat(row.where()).isEqualTo("reviews:1");
  }

  @Test
  void rowsAreFetchedBitByBitWithParametersAndConnectionsClosed() throws SQLException {
    execute(
        "CREATE TABLE review (id INT, text VARCHAR)",
        "INSERT INTO review SELECT x, 'text ' || x FROM SYSTEM_RANGE(1, 5000)");
    JdbcSource source =
        source(
            "SELECT text AS \"prompt\", id AS label FROM review WHERE id > ? AND text <> ?"
                + " ORDER BY id",
            10,
            "text 20");
    List<Row> rows = all(source, failing());
    assertThat(rows).hasSize(4989).isEqualTo(all(source, failing()));
    assertThat(rows.get(9).columns())
        .isEqualTo(StrictJson.parse("{\"prompt\":\"text 21\",\"LABEL\":21}"));
    assertThat(rows.get(9).line()).isEqualTo(10);
    try (RowTable table = RowTables.of(source)) {
      assertThat(table.row(4988)).isEqualTo(rows.get(4988));
    }
    try (Stream<Row> some = source.rows(failing())) {
      assertThat(some.limit(1)).hasSize(1);
    }
    assertThat(opened).hasSize(4);
    for (Connection connection : opened) {
      assertThat(connection.isClosed()).isTrue();
    }
  }

  @Test
  void aPooledConnectionIsGivenBackAsItWas() throws SQLException {
    // One that stays open when it is "closed", as those of a pool do.
    Connection[] pooled = new Connection[1];
    try (Connection real = DriverManager.getConnection(url)) {
      pooled[0] =
          (Connection)
              java.lang.reflect.Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {Connection.class},
                  (proxy, method, arguments) ->
                      method.getName().equals("close") ? null : method.invoke(real, arguments));
      all(new JdbcSource("pooled", () -> pooled[0], "SELECT 1 AS a"), failing());
      assertThat(real.getAutoCommit()).isTrue();
      real.setAutoCommit(false);
      all(new JdbcSource("pooled", () -> pooled[0], "SELECT 1 AS a"), failing());
      assertThat(real.getAutoCommit()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"CAST(X'01' AS VARBINARY)", "CAST(X'01' AS BLOB)", "CAST(X'01' AS BINARY(1))"})
  void aTypeThatFitsNoColumnIsNamed(String sql) throws SQLException {
    assertThatThrownBy(() -> all(source("SELECT " + sql + " AS c"), failing()))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("reviews: column 'C' is ")
        .hasMessageContaining("fits no column value");
    assertThat(opened.get(0).isClosed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "CAST(CASE x WHEN 2 THEN 'NaN' ELSE '1' END AS DOUBLE PRECISION)|column 'C': NaN is no",
        "CAST(CASE x WHEN 2 THEN 'NaN' ELSE '1' END AS DECFLOAT)|column 'C' cannot be read (SQL state 22018)"
      })
  void valuesThatCannotBeUsedMakeBadRows(String sql, String problem) {
    BadRows bad = new BadRows(BadRows.Policy.SKIP);
    List<Row> rows = all(source("SELECT " + sql + " AS c FROM SYSTEM_RANGE(1, 3)"), bad);
    assertThat(rows).extracting(Row::line).containsExactly(1L, 3L);
    assertThat(bad.first()).hasSize(1);
    assertThat(bad.first().get(0)).startsWith("reviews:2: " + problem);
  }

  @Test
  void aTypeOfTheDatabasesOwnMakesBadRows() {
    BadRows bad = new BadRows(BadRows.Policy.SKIP);
    assertThat(all(source("SELECT INTERVAL '1' DAY AS i"), bad)).isEmpty();
    assertThat(bad.first().get(0)).startsWith("reviews:1: column 'I': a value of org.h2.api.Int");
  }

  @Test
  void labelsMustDiffer() throws SQLException {
    assertThatThrownBy(() -> all(source("SELECT 1 AS a, 2 AS a"), failing()))
        .isInstanceOf(ConfigException.class)
        .hasMessage("reviews: two columns of the query are called 'A'; rename one with AS");
    assertThat(opened.get(0).isClosed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELEKT 1", "SELECT nothing", "SELECT 1 FROM nowhere"})
  void aQueryThatIsWrongIsAMistakeOfTheSettings(String query) throws SQLException {
    assertThatThrownBy(() -> all(source(query), failing()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("reviews: the query failed: ");
    assertThat(opened.get(0).isClosed()).isTrue();
  }

  @Test
  void aFailureBetweenRowsIsToldOf() {
    assertThatThrownBy(
            () -> all(source("SELECT 1 / (3 - x) AS q FROM SYSTEM_RANGE(1, 5)"), failing()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("Division by zero");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "No suitable driver found for jdbc:postgresql://h/db?user=u&password=hunter2",
        "jdbc:oracle:thin:scott/hunter2@h:1521 is not there",
        "cannot reach 'jdbc:mysql://u:hunter2@h/db'",
        "jdbc:sqlserver://h;user=u;password=hunter2",
        "properties {user=u, password=hunter2}",
        "Password: hunter2; host=h"
      })
  void noPasswordIsToldOf(String message) {
    JdbcSource source =
        new JdbcSource(
            "reviews",
            () -> {
              throw new SQLException(message, "08001", new SQLException(message));
            },
            "SELECT 1");
    assertThatThrownBy(() -> all(source, failing()))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("reviews: no connection: ")
        .satisfies(
            e -> {
              StringWriter trace = new StringWriter();
              e.printStackTrace(new PrintWriter(trace));
              assertThat(trace.toString()).doesNotContain("hunter2").contains("***");
            });
  }

  @Test
  void aRealDriverTellsNoPassword() {
    JdbcSource source =
        new JdbcSource(
            "reviews",
            () -> DriverManager.getConnection("jdbc:nothing://u:hunter2@h/db?password=hunter2"),
            "SELECT 1");
    assertThatThrownBy(() -> all(source, failing()))
        .isInstanceOf(Tune4jException.class)
        .hasMessageContaining("jdbc:nothing:***")
        .hasMessageNotContaining("hunter2");
  }
}
