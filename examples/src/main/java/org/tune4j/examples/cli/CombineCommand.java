package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.lora.algebra.AdapterCombination;
import org.tune4j.lora.algebra.CombinationConfig;
import org.tune4j.lora.algebra.CombinationReport;
import org.tune4j.lora.algebra.CombinationType;
import org.tune4j.lora.algebra.MajoritySign;
import org.tune4j.lora.algebra.WeightedAdapter;
import picocli.CommandLine.Command;

/** {@code tune4j combine}: several LoRA adapters become one. */
@Command(
    name = "combine",
    description = {
      "Combines LoRA adapters of one base into a new adapter, by PEFT's methods; a negative weight"
          + " takes an adapter away. Needs no base model.",
      "With --svd-rank or --svd-energy one adapter alone is brought to a lower rank; its weight"
          + " scales it."
    })
final class CombineCommand extends SettingsCommand {
  private static final String COMBINE = "combine";
  private static final List<Setting> TABLE =
      List.of(
          new Setting(
              "adapters", COMBINE, "DIR=WEIGHT,…", "Adapters on one base, each with its weight."),
          new Setting(
              "combination_type",
              COMBINE,
              "TYPE",
              "linear, cat, svd (default), ties, ties_svd, dare_linear, dare_linear_svd, dare_ties,"
                  + " dare_ties_svd, magnitude_prune or magnitude_prune_svd."),
          new Setting(
              "density",
              COMBINE,
              "X",
              "Of the types that prune: the share of the entries that is left, above 0, at most"
                  + " 1."),
          new Setting(
              "majority_sign_method",
              COMBINE,
              "total|frequency",
              "Of the types that elect a sign: that of the sum (default) or of most."),
          new Setting(
              "svd_rank",
              COMBINE,
              "N",
              "Of the types that end in svd: the rank. Default: the highest of the adapters'."),
          new Setting(
              "svd_energy",
              COMBINE,
              "X",
              "Of svd, in place of --svd-rank: each site takes the lowest rank that keeps this"
                  + " share of its squared norm."),
          new Setting(
              "svd_clamp",
              COMBINE,
              "X",
              "Of the types that end in svd: cut entries beyond this quantile."),
          new Setting("seed", COMBINE, "N", "What the types that draw (dare) draw by. Default 0."),
          new Setting("output", COMBINE, "DIR", "The folder to write, which is not there yet."),
          ModelSettings.threads(COMBINE));

  CombineCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    Path output = required(settings, "output");
    List<WeightedAdapter> adapters = new ArrayList<>();
    settings.numbers(
        "adapters",
        weights ->
            weights.forEach(
                (folder, weight) -> adapters.add(new WeightedAdapter(Path.of(folder), weight))));
    if (adapters.isEmpty()) {
      throw new ConfigException("--adapters is missing (or adapters in the --config file)");
    }
    settings.integer("threads", NativeGate::setThreads);
    tell(output, AdapterCombination.write(adapters, config(settings), output));
    return 0;
  }

  private static CombinationConfig config(Settings settings) {
    List<CombinationType> type = new ArrayList<>(List.of(CombinationType.SVD));
    settings.choice("combination_type", CombinationType.class, chosen -> type.set(0, chosen));
    CombinationConfig.Builder config = CombinationConfig.builder(type.get(0));
    settings.number("density", config::density);
    settings.choice("majority_sign_method", MajoritySign.class, config::majoritySignMethod);
    settings.integer("svd_rank", config::svdRank);
    settings.number("svd_energy", config::svdEnergy);
    settings.number("svd_clamp", config::svdClamp);
    settings.whole("seed", config::seed);
    return config.build();
  }

  private void tell(Path output, CombinationReport report) {
    if (json()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("folder", output.toString());
      line.put("norm", report.norm());
      line.put("error", report.error());
      line.put("sites", report.sites().stream().map(CombineCommand::json).toList());
      console.json(line);
      return;
    }
    List<List<String>> cells = new ArrayList<>();
    cells.add(List.of("module", "rank", "norm of the sum", "error"));
    for (CombinationReport.Site site : report.sites()) {
      cells.add(
          List.of(
              site.module(),
              String.valueOf(site.rank()),
              number(site.norm()),
              number(site.error())));
    }
    cells.add(List.of("all", "", number(report.norm()), number(report.error())));
    TextTable.aligned(cells, 1).forEach(console::say);
    console.out().println(output);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  private static Map<String, Object> json(CombinationReport.Site site) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("module", site.module());
    json.put("rank", site.rank());
    json.put("norm", site.norm());
    json.put("error", site.error());
    return json;
  }
}
