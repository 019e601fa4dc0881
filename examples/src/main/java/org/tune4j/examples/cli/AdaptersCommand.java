package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.lora.algebra.AdapterComparison;
import org.tune4j.lora.algebra.AdapterReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code tune4j adapters}: what LoRA adapters' updates are made of, and how they differ. */
@Command(
    name = "adapters",
    description = {
      "Says of LoRA adapters how large the update of each site is, which rank it uses and what a"
          + " lower one would keep; of several, how each two stand to each other. Needs no base"
          + " model."
    })
final class AdaptersCommand extends SettingsCommand {
  @Parameters(arity = "1..*", paramLabel = "DIR", description = "Adapters on one base.")
  private List<Path> folders;

  AdaptersCommand(Console console) {
    super(console, List.of(ModelSettings.threads("adapters")));
  }

  @Override
  int run(Settings settings) {
    settings.integer("threads", NativeGate::setThreads);
    for (Path folder : folders) {
      tell(AdapterReport.of(folder));
    }
    for (int i = 0; i < folders.size(); i++) {
      for (Path other : folders.subList(i + 1, folders.size())) {
        tell(AdapterComparison.of(folders.get(i), other));
      }
    }
    return 0;
  }

  private void tell(AdapterReport report) {
    if (json()) {
      console.json(json(report));
      return;
    }
    List<List<String>> cells = new ArrayList<>();
    cells.add(List.of("module", "shape", "rank", "norm", "effective rank", "for 90 %", "for 99 %"));
    for (AdapterReport.Site site : report.sites()) {
      cells.add(
          List.of(
              site.module(),
              site.outputs() + " x " + site.inputs(),
              String.valueOf(site.rank()),
              norm(site.norm()),
              String.format(Locale.ROOT, "%.1f", site.effectiveRank()),
              String.valueOf(site.rankFor(0.9)),
              String.valueOf(site.rankFor(0.99))));
    }
    cells.add(List.of("all", "", "", norm(report.norm()), "", "", ""));
    console.out().println(report.folder());
    TextTable.aligned(cells, 1).forEach(console.out()::println);
    List<String> kept = new ArrayList<>();
    energy(report).forEach((rank, share) -> kept.add(rank + ": " + percent(share)));
    console.out().println("kept of the squared norm at rank " + String.join(", ", kept));
    console.out().println();
  }

  /** What the ranks 1, 2, 4, … up to the highest would keep. */
  private static Map<String, Double> energy(AdapterReport report) {
    int highest = report.sites().stream().mapToInt(AdapterReport.Site::rank).max().orElse(1);
    TreeSet<Integer> ranks = new TreeSet<>();
    for (int rank = 1; rank < highest; rank *= 2) {
      ranks.add(rank);
    }
    ranks.add(highest);
    Map<String, Double> energy = new LinkedHashMap<>();
    ranks.forEach(rank -> energy.put(String.valueOf(rank), report.energy(rank)));
    return energy;
  }

  private static Map<String, Object> json(AdapterReport report) {
    List<Map<String, Object>> sites = new ArrayList<>();
    for (AdapterReport.Site site : report.sites()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("module", site.module());
      json.put("outputs", site.outputs());
      json.put("inputs", site.inputs());
      json.put("rank", site.rank());
      json.put("norm", site.norm());
      json.put("effective_rank", site.effectiveRank());
      json.put("rank_90", site.rankFor(0.9));
      json.put("rank_99", site.rankFor(0.99));
      json.put("singular_values", site.singularValues());
      sites.add(json);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("adapter", report.folder().toString());
    json.put("norm", report.norm());
    json.put("energy", energy(report));
    json.put("sites", sites);
    return json;
  }

  private void tell(AdapterComparison comparison) {
    if (json()) {
      console.json(json(comparison));
      return;
    }
    List<List<String>> cells = new ArrayList<>();
    cells.add(List.of("module", "cosine", "output overlap", "input overlap", "opposite signs"));
    for (AdapterComparison.Site site : comparison.sites()) {
      cells.add(
          List.of(
              site.module(),
              number(site.cosine()),
              number(site.outputOverlap()),
              number(site.inputOverlap()),
              percent(site.signConflicts())));
    }
    comparison.onlyFirst().forEach(m -> cells.add(List.of(m, "only first", "", "", "")));
    comparison.onlySecond().forEach(m -> cells.add(List.of(m, "only second", "", "", "")));
    cells.add(List.of("all", number(comparison.cosine()), "", "", ""));
    console.out().println(comparison.first() + " and " + comparison.second());
    TextTable.aligned(cells, 1).forEach(console.out()::println);
    console.out().println();
  }

  private static Map<String, Object> json(AdapterComparison comparison) {
    List<Map<String, Object>> sites = new ArrayList<>();
    for (AdapterComparison.Site site : comparison.sites()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("module", site.module());
      json.put("cosine", site.cosine());
      json.put("output_overlap", site.outputOverlap());
      json.put("input_overlap", site.inputOverlap());
      json.put("sign_conflicts", site.signConflicts());
      sites.add(json);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("first", comparison.first().toString());
    json.put("second", comparison.second().toString());
    json.put("cosine", comparison.cosine());
    json.put("sites", sites);
    json.put("only_first", comparison.onlyFirst());
    json.put("only_second", comparison.onlySecond());
    return json;
  }

  private static String norm(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
