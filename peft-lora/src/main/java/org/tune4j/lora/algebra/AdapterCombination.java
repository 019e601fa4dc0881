package org.tune4j.lora.algebra;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorFile;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.checkpoint.TensorSource;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.GivenHead;
import org.tune4j.engine.report.ModelCard;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Several LoRA adapters of one base as a new one, by PEFT's methods and formulas (PEFT 0.21 {@code
 * add_weighted_adapter}), from their files: neither the base nor its weights are needed. One
 * adapter alone is scaled by its weight, or brought to a lower rank by {@code svd}. Computed in
 * fp64 and written in fp32, one site in memory at a time.
 */
public final class AdapterCombination {
  private final Combination combination;
  private final CombinationConfig config;
  private final List<CombinationReport.Site> report = new ArrayList<>();

  private AdapterCombination(Combination combination, CombinationConfig config) {
    this.combination = combination;
    this.config = config;
  }

  /**
   * Combines adapters into a folder of PEFT's two files.
   *
   * @param adapters in the order in which {@code cat} lines them up
   * @param output is not there yet
   * @return what was kept of the exact sum
   * @throws ConfigException if the output is there, or naming the first thing by which the adapters
   *     cannot be combined: their bases, shapes, ranks, or full copies of modules
   * @throws ModelFormatException if a folder is no LoRA adapter, is more than updates of its base
   *     (DoRA, PiSSA, OLoRA, token vectors, biases, experts' matrices), or has a number that is not
   *     finite
   * @throws NumericalException if the result has a number that fp32 cannot hold
   */
  public static CombinationReport write(
      List<WeightedAdapter> adapters, CombinationConfig config, Path output) {
    if (Files.exists(output)) {
      throw new ConfigException(output + ": is there already; name a new folder");
    }
    try (Combination combination = new Combination(adapters, config.combinationType())) {
      combination.requireCopiesOfOne();
      AdapterCombination work = new AdapterCombination(combination, config);
      AtomicFolder.write(output, work::writeTo);
      work.report.sort(Comparator.comparing(CombinationReport.Site::module));
      return new CombinationReport(work.report);
    }
  }

  private void writeTo(NewFolder folder) throws IOException {
    Map<String, Integer> ranks = new TreeMap<>();
    List<TensorToWrite> tensors = new ArrayList<>();
    int highest = combination.highestRank();
    try (TensorScope scope = TensorScope.open()) {
      combination
          .sites()
          .forEach(
              (module, terms) -> {
                SiteSum sum = new SiteSum(config, terms, highest);
                ranks.put(module, sum.rank());
                tensors.addAll(
                    new Result(terms.get(0).site(), sum, ranks.get(module), scope).both());
              });
      for (Combination.Part part : combination.parts()) {
        part.adapter().copies().values().forEach(info -> tensors.add(copy(part, info)));
        copyHead(part.adapter(), folder);
      }
      PeftFiles.writeWeights(folder, tensors);
    }
    Map<String, Object> json = CombinedConfig.of(combination, ranks);
    PeftFiles.writeConfig(folder, json);
    if (combination.base().isPresent()) {
      combination.base().get().writeTo(folder);
    }
    folder.write(ModelCard.FILE, CombinedConfig.card(json, combination, config));
  }

  private static TensorToWrite copy(Combination.Part part, TensorInfo info) {
    TensorFile file = part.adapter().file();
    return new TensorToWrite(
        info.name(),
        info.dtype(),
        info.shape(),
        (offset, into) -> file.read(info.name(), offset, into));
  }

  /** What tune4j writes of a head that the base was given goes with its copy. */
  private static void copyHead(AdapterFile adapter, NewFolder folder) throws IOException {
    Path head = adapter.folder().resolve(GivenHead.FILE);
    if (!adapter.copies().isEmpty() && Files.isRegularFile(head)) {
      folder.write(GivenHead.FILE, Files.readAllBytes(head));
    }
  }

  /** A and B of a site, in memory from when the first of them is asked for until both are read. */
  private final class Result {
    private final AdapterFile.Site site;
    private final SiteSum sum;
    private final int rank;
    private final TensorScope parent;
    private TensorScope scope;
    private LowRank numbers;
    private int left = 2;

    Result(AdapterFile.Site site, SiteSum sum, int rank, TensorScope parent) {
      this.site = site;
      this.sum = sum;
      this.rank = rank;
      this.parent = parent;
    }

    List<TensorToWrite> both() {
      return List.of(
          new TensorToWrite(
              site.nameOfA(), StoredType.F32, new long[] {rank, site.inputs()}, source(true)),
          new TensorToWrite(
              site.nameOfB(), StoredType.F32, new long[] {site.outputs(), rank}, source(false)));
    }

    private TensorSource source(boolean isA) {
      return (offset, into) -> read(isA, offset, into);
    }

    private void read(boolean isA, long offset, ByteBuffer into) {
      if (scope == null) {
        scope = parent.nested();
        numbers = computed();
      }
      Tensor tensor = isA ? numbers.a() : numbers.b();
      long end = offset + into.remaining();
      TensorOps.read(tensor, DType.FLOAT32, offset, into);
      if (end == tensor.elements() * Float.BYTES && --left == 0) {
        scope.close();
      }
    }

    private LowRank computed() {
      try (TensorScope work = TensorScope.open()) {
        LowRank combined = sum.combined(rank, work);
        LowRank written = new LowRank(rounded(combined.b()), rounded(combined.a()));
        LowRank exact = sum.exact(work);
        LowRank found = new LowRank(exactly(written.b(), work), exactly(written.a(), work));
        report.add(
            new CombinationReport.Site(site.module(), rank, exact.norm(), found.distance(exact)));
        return written;
      }
    }

    private static Tensor exactly(Tensor rounded, TensorScope work) {
      return TensorOps.cast(work, rounded, DType.FLOAT64);
    }

    private Tensor rounded(Tensor exact) {
      Tensor rounded = TensorOps.cast(scope, exact, DType.FLOAT32);
      if (!TensorOps.isFinite(rounded)) {
        throw new NumericalException(
            site.module() + ": the combination has numbers beyond fp32; take smaller weights");
      }
      return rounded;
    }
  }
}
