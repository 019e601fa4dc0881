package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Adapters that another thread changes while texts are continued. */
class AdapterSwapTest {
  private static final GenerationConfig CONFIG =
      GenerationConfig.builder().maxNewTokens(15).endOfText(Set.of()).build();
  private static final List<int[]> PROMPTS =
      List.of(new Random(6).ints(5, 3, 97).toArray(), new Random(7).ints(7, 3, 97).toArray());

  private CausalLm base;
  private FourAdapters four;

  @BeforeEach
  void open() {
    base = RandomModels.create(RandomModels.LLAMA, DType.FLOAT64, 3);
    four = new FourAdapters(base);
  }

  @AfterEach
  void close() {
    four.close();
    base.close();
  }

  private List<List<Integer>> alone(String name) {
    return ids(new Generator(four.model(name)).generate(PROMPTS, CONFIG));
  }

  private static List<List<Integer>> ids(List<Generated> texts) {
    return texts.stream().map(text -> Arrays.stream(text.newIds()).boxed().toList()).toList();
  }

  /** What another thread does has been done when this returns. */
  private static void elsewhere(Runnable what) {
    try {
      CompletableFuture.runAsync(what).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** Texts of the bank, whose adapters another thread changes after the first token. */
  private List<List<Integer>> textsUnder(Runnable change) {
    boolean[] done = new boolean[1];
    return ids(
        new Generator(four.bank.model())
            .generate(
                PROMPTS,
                new long[] {0, 1},
                CONFIG,
                (row, id) -> {
                  if (!done[0]) {
                    done[0] = true;
                    elsewhere(change);
                  }
                }));
  }

  @Test
  void aTextIsOfTheAdaptersItBeganWithAndTheNextSeesTheChange() {
    AdapterBank bank = four.bank;
    bank.activate("a");
    List<Runnable> changes =
        List.of(
            () -> bank.activate("c"),
            () -> bank.replace("c", four.alone.get("d")),
            () -> bank.delete("c"));
    List<List<List<Integer>>> found = new ArrayList<>();
    changes.forEach(change -> found.add(textsUnder(change)));
    found.add(ids(new Generator(bank.model()).generate(PROMPTS, CONFIG)));
    assertThat(found).containsExactly(alone("a"), alone("c"), alone("d"), alone(AdapterBank.BASE));
  }

  @Test
  void oneOfTheSameRanksIsWrittenOverUnlessATextIsUnderWay() {
    AdapterBank bank = four.bank;
    bank.activate("a");
    try (Lora other =
        Lora.create(base, FourAdapters.configs().get(0), 99)) { // as "a", with other numbers
      List<List<Integer>> old = alone("a");
      List<List<Integer>> fresh = ids(new Generator(other.model()).generate(PROMPTS, CONFIG));
      assertThat(fresh).isNotEqualTo(old);
      assertThat(textsUnder(() -> bank.replace("a", other))).isEqualTo(old);
      assertThat(ids(new Generator(bank.model()).generate(PROMPTS, CONFIG))).isEqualTo(fresh);
      for (String name : FourAdapters.NAMES.subList(1, 4)) {
        bank.activate(name);
        assertThat(ids(new Generator(bank.model()).generate(PROMPTS, CONFIG)))
            .isEqualTo(alone(name));
      }
      bank.replace("a", four.alone.get("a"));
      bank.activate("a");
      assertThat(ids(new Generator(bank.model()).generate(PROMPTS, CONFIG))).isEqualTo(old);
    }
  }

  @Test
  void whatWasReplacedIsFreedOnceTheLastTextOfItHasEnded() {
    AdapterBank bank = four.bank;
    bank.activate("a");
    replacingWithEachToken(bank);
    long handles = TensorScope.openHandles();
    for (int i = 0; i < 3; i++) {
      replacingWithEachToken(bank);
    }
    assertThat(TensorScope.openHandles()).isEqualTo(handles);
  }

  private void replacingWithEachToken(AdapterBank bank) {
    new Generator(bank.model())
        .generate(
            PROMPTS,
            new long[] {0, 1},
            CONFIG,
            (row, id) -> bank.replace("a", four.alone.get("a")));
  }

  @Test
  void noTextIsEverTorn() throws Exception {
    AdapterBank bank = four.bank;
    List<List<List<Integer>>> whole =
        List.of(alone("a"), alone("b"), alone("c"), alone("d"), alone(AdapterBank.BASE));
    AtomicBoolean ends = new AtomicBoolean();
    CompletableFuture<Void> changing =
        CompletableFuture.runAsync(
            () -> {
              Random random = new Random(3);
              while (!ends.get()) {
                String other = FourAdapters.NAMES.get(1 + random.nextInt(3));
                bank.replace("a", four.alone.get(other));
                bank.activate(random.nextBoolean() ? "a" : "d");
                bank.delete("b");
                bank.add("b", four.alone.get("b"));
                if (random.nextInt(4) == 0) {
                  bank.deactivate();
                }
              }
            });
    try {
      for (int i = 0; i < 30; i++) {
        assertThat(whole).contains(ids(new Generator(bank.model()).generate(PROMPTS, CONFIG)));
        assertThat(whole)
            .contains(
                ids(new Generator(bank.model(), List.of("a", "a")).generate(PROMPTS, CONFIG)));
      }
    } finally {
      ends.set(true);
      changing.get();
    }
  }
}
