package org.tune4j.eval.report;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.checkpoint.DurableFolder;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.FigureComparison;

/**
 * What is made of an evaluation for people and for builds: {@code report.html}, one page that needs
 * no network and no other file, and {@code results.md}; where there is a gate also {@code
 * gate.json} and {@code junit.xml}, whose test cases are the gate's lines. Results of several
 * models are shown side by side.
 *
 * <p>Texts of rows, labels and names may be anything: they are escaped, and long ones shortened.
 * The same results give the same files on the same machine.
 */
public final class EvalReport {
  private final List<ShownModel> models = new ArrayList<>();
  private final List<GateResult> gates = new ArrayList<>();

  private EvalReport() {}

  /**
   * The report of a model.
   *
   * @param results of its tasks; at least one
   * @throws ConfigException if there is none
   */
  public static EvalReport of(List<EvalResult> results) {
    return new EvalReport().and(results);
  }

  /**
   * Shows another model beside the first one, with the differences to that.
   *
   * @param results of its tasks; at least one
   * @throws ConfigException if there is none
   */
  public EvalReport and(List<EvalResult> results) {
    return and(results, List.of());
  }

  /**
   * Shows another model beside the first one, and how sure the differences are.
   *
   * @param results of its tasks; at least one
   * @param comparisons of the first model with this one
   * @throws ConfigException if there is none
   */
  public EvalReport and(List<EvalResult> results, List<FigureComparison> comparisons) {
    if (results.isEmpty()) {
      throw new ConfigException("report: found no result, wanted at least one of each model");
    }
    models.add(new ShownModel(results, comparisons));
    return this;
  }

  /** Shows what a gate said of one of the models. */
  public EvalReport gate(GateResult gate) {
    gates.add(gate);
    return this;
  }

  /**
   * Writes the files.
   *
   * @param folder is made where it is not there; other files in it are left alone. In that of a run
   *     the page is called {@code evaluation.html}, beside the run's own {@code report.html}.
   * @return the page
   * @throws org.tune4j.engine.DataException if rows of labels contradict each other
   * @throws org.tune4j.engine.StorageException if a file cannot be written
   */
  public Path write(Path folder) {
    DurableFolder.make(folder);
    boolean isRun = Files.exists(folder.resolve("run.json"));
    Path page = folder.resolve(isRun ? "evaluation.html" : "report.html");
    write(page, EvalPage.html(models, gates));
    write(folder.resolve("results.md"), EvalMarkdown.text(models, gates));
    if (!gates.isEmpty()) {
      write(folder.resolve("gate.json"), json());
      write(folder.resolve("junit.xml"), JunitXml.text(gates));
    }
    return page;
  }

  private static void write(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private String json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("passed", gates.stream().allMatch(GateResult::passed));
    all.put("gates", gates.stream().map(GateResult::json).toList());
    try {
      return JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build()
          .writeValueAsString(all);
    } catch (JacksonException e) {
      throw new EngineBugException("a gate's result is no JSON", e);
    }
  }
}
