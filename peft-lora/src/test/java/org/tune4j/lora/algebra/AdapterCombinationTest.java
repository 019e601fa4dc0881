package org.tune4j.lora.algebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.model.BaseSample;
import org.tune4j.engine.tensor.TensorScope;

/** What can and what cannot be combined, and what chance does. */
class AdapterCombinationTest {
  private static final String SITE = "layers.0.q_proj";
  private static final String A = "base_model.model." + SITE + ".lora_A.weight";

  @TempDir Path parent;

  private SmallAdapter adapter(String name, int rank, long seed) {
    return new SmallAdapter(parent.resolve(name), rank).update(SITE, 6, 5, rank, seed);
  }

  private CombinationReport write(CombinationConfig config, Path... adapters) {
    return AdapterCombination.write(
        Arrays.stream(adapters).map(path -> new WeightedAdapter(path, 1)).toList(),
        config,
        parent.resolve("out"));
  }

  private void assertFails(
      Class<? extends Throwable> type, CombinationType how, Path[] adapters, String... parts) {
    long handles = TensorScope.openHandles();
    CombinationConfig.Builder config = CombinationConfig.builder(how);
    if (how.prunes()) {
      config.density(0.5);
    }
    assertThatThrownBy(() -> write(config.build(), adapters))
        .isInstanceOf(type)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    assertThat(parent.resolve("out")).doesNotExist();
    assertThat(TensorScope.openHandles()).isEqualTo(handles);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "use_dora|true|use_dora",
        "init_lora_weights|\"pissa\"|init_lora_weights",
        "init_lora_weights|\"olora\"|init_lora_weights",
        "target_parameters|[\"mlp.experts.down_proj\"]|target_parameters",
        "trainable_token_indices|[3]|trainable_token_indices",
        "bias|\"all\"|bias",
        "peft_type|\"LN_TUNING\"|peft_type",
        "peft_type|\"LOHA\"|peft_type",
        "lora_bias|true|lora_bias",
        "r|3|says rank 3, the file has A 2 x 5 and B 6 x 2",
        "rank_pattern|{\"q_proj\": 1}|says rank 1",
        "target_modules|[\"v_proj\"]|layers.0.q_proj, which target_modules does not name"
      })
  void whatIsNoSumOfUpdatesIsRefusedByName(String key, String value, String named)
      throws IOException {
    Path bad = adapter("bad", 2, 1).with(key, value).write();
    Path good = adapter("good", 2, 2).write();
    assertFails(
        ModelFormatException.class,
        CombinationType.CAT,
        new Path[] {good, bad},
        bad.toString(),
        named);
  }

  @ParameterizedTest
  @CsvSource({"base_model_name_or_path", "revision", "task_type"})
  void adaptersOfDifferentBasesAreRefused(String key) throws IOException {
    Path one = adapter("one", 2, 1).with(key, "\"here\"").write();
    Path other = adapter("other", 2, 2).with(key, "\"there\"").write();
    assertFails(
        ConfigException.class,
        CombinationType.SVD,
        new Path[] {one, other},
        one.toString(),
        other.toString(),
        key + " is \"here\" and \"there\"");
  }

  private Path noting(Path adapter, String dtype, double number) throws IOException {
    Files.writeString(
        adapter.resolve("base.json"),
        "{\"tensors\": {\"w\": {\"dtype\": \"%s\", \"shape\": [3], \"values\": [%s]}}}"
            .formatted(dtype, number));
    return adapter;
  }

  /** What a base is called says less than its numbers. */
  @Test
  void aBaseIsKnownByItsNumbersWhereTheyAreNoted() throws IOException {
    String path = "base_model_name_or_path";
    Path one = noting(adapter("one", 2, 1).with(path, "\"here\"").write(), "F32", 0.3);
    Path moved = noting(adapter("moved", 2, 2).with(path, "\"there\"").write(), "BF16", 0.30078125);
    Path other = noting(adapter("other", 2, 2).with(path, "\"here\"").write(), "F32", 0.4);
    Path unknown = adapter("unknown", 2, 3).with(path, "\"here\"").write();
    assertFails(
        ConfigException.class,
        CombinationType.SVD,
        new Path[] {unknown, one, other},
        one.toString(),
        other.toString(),
        "of different bases; the first tensor that differs is w: wanted F32 [3] [0.3], found F32 [3] [0.4]");
    assertThatThrownBy(() -> AdapterComparison.of(one, other))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("w: wanted F32");
    assertThat(AdapterComparison.of(one, moved).sites()).isNotEmpty();
    write(CombinationConfig.builder(CombinationType.CAT).build(), one, moved);
    assertThat(BaseSample.read(parent.resolve("out"))).isEqualTo(BaseSample.read(one));
  }

  @Test
  void sitesOfOtherShapesOrRanksAreRefused() throws IOException {
    Path good = adapter("good", 2, 1).write();
    Path wide = new SmallAdapter(parent.resolve("wide"), 2).update(SITE, 6, 7, 2, 3).write();
    Path high = adapter("high", 3, 4).write();
    assertFails(
        ConfigException.class,
        CombinationType.CAT,
        new Path[] {good, wide},
        SITE,
        "6 x 5 and of 6 x 7");
    assertFails(
        ConfigException.class,
        CombinationType.TIES,
        new Path[] {good, high},
        SITE,
        "rank 2 and 3",
        "take cat or svd");
    assertThat(write(CombinationConfig.builder(CombinationType.CAT).build(), good, high).error())
        .isLessThan(1e-7);
  }

  @Test
  void faultyFilesAreNamed() throws IOException {
    Path good = adapter("good", 2, 1).write();
    Path nan =
        adapter("nan", 2, 1)
            .tensor(A, new float[] {1, 2, 3, Float.NaN, 5, 6, 7, 8, 9, 10}, 2, 5)
            .write();
    Path half = new SmallAdapter(parent.resolve("half"), 2).tensor(A, new float[10], 2, 5).write();
    Path vector = adapter("vector", 2, 1).tensor(A, new float[10], 10).write();
    Path stray = adapter("stray", 2, 1).tensor("w", new float[1], 1).write();
    Path copy =
        adapter("copy", 2, 1).tensor("base_model.model.norm.weight", new float[1], 1).write();
    Path magnitude =
        adapter("magnitude", 2, 1)
            .tensor(A.replace("lora_A.weight", "lora_magnitude_vector"), new float[6], 6)
            .write();
    Path none = new SmallAdapter(parent.resolve("none"), 2).write();
    Path absent = parent.resolve("absent");
    Map<Path, String> faults =
        Map.of(
            nan, A + ": number 3 is NaN or infinite",
            half, "missing tensor base_model.model." + SITE + ".lora_B.weight",
            vector, "wanted a matrix",
            stray, "unexpected tensor w",
            copy, "names no modules_to_save",
            magnitude, "lora_magnitude_vector",
            none, "has no lora_A",
            absent, "adapter_config.json");
    faults.forEach(
        (path, fault) ->
            assertFails(
                ModelFormatException.class,
                CombinationType.LINEAR,
                new Path[] {good, path},
                path.toString(),
                fault));
  }

  @Test
  void aFolderThatIsThereStaysAsItIs() throws IOException {
    Path good = adapter("good", 2, 1).write();
    Path out = Files.createDirectories(parent.resolve("out"));
    assertThatThrownBy(() -> write(CombinationConfig.builder(CombinationType.CAT).build(), good))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(out + ": is there already");
    assertThat(out).isEmptyDirectory();
  }

  @Test
  void weightsThatNothingCanHoldAreRefused() throws IOException {
    Path good = adapter("good", 2, 1).write();
    assertThatThrownBy(() -> new WeightedAdapter(good, Double.NaN))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(
            () ->
                AdapterCombination.write(
                    List.of(new WeightedAdapter(good, 1e300)),
                    CombinationConfig.builder(CombinationType.CAT).build(),
                    parent.resolve("out")))
        .isInstanceOf(NumericalException.class)
        .hasMessageContaining(SITE);
    assertThat(parent.resolve("out")).doesNotExist();
    assertThatThrownBy(() -> write(CombinationConfig.builder(CombinationType.CAT).build()))
        .isInstanceOf(ConfigException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "TIES, , , , , density",
    "TIES, 0, , , , density",
    "DARE_LINEAR, 1.5, , , , density",
    "DARE_LINEAR, NaN, , , , density",
    "LINEAR, 0.5, , , , density",
    "DARE_LINEAR, 0.5, TOTAL, , , majority_sign_method",
    "CAT, , , 4, , svd_rank",
    "SVD, , , 0, , svd_rank",
    "SVD, , , 4, 0.9, svd_energy",
    "SVD, , , , 1.1, svd_energy",
    "TIES_SVD, 0.5, , , 0.9, svd_energy"
  })
  void configurationsThatSayNothingAreRefused(
      CombinationType type,
      Double density,
      MajoritySign sign,
      Integer rank,
      Double energy,
      String named) {
    CombinationConfig.Builder config = CombinationConfig.builder(type);
    if (density != null) {
      config.density(density);
    }
    if (sign != null) {
      config.majoritySignMethod(sign);
    }
    if (rank != null) {
      config.svdRank(rank);
    }
    if (energy != null) {
      config.svdEnergy(energy);
    }
    assertThatThrownBy(config::build)
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(named);
  }

  /**
   * Of many draws the mean is the sum itself, and of each the share that is left is the density.
   */
  @Test
  void dareKeepsTheExpectedUpdate() throws IOException {
    int outputs = 40;
    int inputs = 30;
    float[] ones = new float[outputs];
    Arrays.fill(ones, 1);
    float[] two = new float[inputs];
    Arrays.fill(two, 2);
    Path constant =
        new SmallAdapter(parent.resolve("constant"), 1).update("w", ones, two, 1).write();
    double density = 0.3;
    int draws = 20;
    double[] mean = null;
    double kept = 0;
    for (int seed = 0; seed < draws; seed++) {
      Path out = parent.resolve("out" + seed);
      AdapterCombination.write(
          List.of(new WeightedAdapter(constant, 1)),
          CombinationConfig.builder(CombinationType.DARE_LINEAR_SVD)
              .density(density)
              .seed(seed)
              .svdRank(Math.min(outputs, inputs))
              .build(),
          out);
      double[] update = Updates.of(out).get("w");
      for (double value : update) {
        boolean isZero = Math.abs(value) < 1e-4;
        assertThat(value).isCloseTo(isZero ? 0 : 2 / density, within(1e-4));
        kept += isZero ? 0 : 1;
      }
      mean = Updates.plus(mean, 1.0 / draws, update);
    }
    double numbers = (double) draws * outputs * inputs;
    double deviation = Math.sqrt(density * (1 - density) / numbers);
    assertThat(kept / numbers).isCloseTo(density, within(5 * deviation));
    assertThat(Arrays.stream(mean).average().orElseThrow())
        .isCloseTo(2, within(5 * deviation * 2 / density));
  }

  @ParameterizedTest
  @EnumSource(names = {"DARE_LINEAR", "DARE_TIES", "DARE_LINEAR_SVD", "DARE_TIES_SVD"})
  void chanceIsAFunctionOfTheSeed(CombinationType type) throws IOException {
    Path one = adapter("one", 2, 1).write();
    Path other = adapter("other", 2, 2).write();
    byte[][] files = new byte[3][];
    for (int i = 0; i < 3; i++) {
      Path out = parent.resolve("out" + i);
      AdapterCombination.write(
          List.of(new WeightedAdapter(one, 1), new WeightedAdapter(other, 1)),
          CombinationConfig.builder(type).density(0.5).seed(i / 2).build(),
          out);
      files[i] = Files.readAllBytes(out.resolve("adapter_model.safetensors"));
    }
    assertThat(files[1]).isEqualTo(files[0]);
    assertThat(files[2]).isNotEqualTo(files[0]);
  }

  /** PEFT's formula, on the factors before they are cut. */
  @Test
  void clampingCutsAtTheQuantileOfBothFactors() throws IOException {
    Path one = adapter("one", 3, 1).write();
    CombinationConfig.Builder svd = CombinationConfig.builder(CombinationType.SVD);
    write(svd.build(), one);
    double[][] whole = factors(parent.resolve("out"));
    double share = 0.83;
    AdapterCombination.write(
        List.of(new WeightedAdapter(one, 1)),
        svd.svdClamp(share).build(),
        parent.resolve("clamped"));
    double[][] clamped = factors(parent.resolve("clamped"));
    double[] all = new double[whole[0].length + whole[1].length];
    System.arraycopy(whole[0], 0, all, 0, whole[0].length);
    System.arraycopy(whole[1], 0, all, whole[0].length, whole[1].length);
    Arrays.sort(all);
    double at = share * (all.length - 1);
    int below = (int) at;
    double high = all[below] + (at - below) * (all[below + 1] - all[below]);
    for (int factor = 0; factor < 2; factor++) {
      for (int i = 0; i < whole[factor].length; i++) {
        assertThat(clamped[factor][i])
            .isCloseTo(Math.max(-high, Math.min(high, whole[factor][i])), within(1e-6));
      }
    }
  }

  private static double[][] factors(Path adapter) {
    try (AdapterFile file = AdapterFile.open(adapter);
        TensorScope scope = TensorScope.open()) {
      LowRank factors = file.factors(file.sites().get(SITE), scope);
      return new double[][] {factors.b().toDoubles(), factors.a().toDoubles()};
    }
  }
}
