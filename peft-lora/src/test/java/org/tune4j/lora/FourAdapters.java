package org.tune4j.lora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;

/** Four adapters of one base that have nothing in common, each alone and all in a bank. */
final class FourAdapters implements AutoCloseable {
  static final List<String> NAMES = List.of("a", "b", "c", "d");

  /** Every linear layer of blocks but the one that makes keys and values of latents. */
  static final TargetModules EVERY = new TargetModules.Regex(".*\\.\\d+\\.(?!.*kv_b_proj).*");

  private static final TargetModules LAST = new TargetModules.Regex(".*\\.1\\.(?!.*kv_b_proj).*");

  private static final TargetModules INNER =
      new TargetModules.Regex(".*(down_proj|c_proj|dense_4h_to_h|up_proj|o_proj)");

  final BoundModel bare;
  final AdapterBank bank;
  final Map<String, Lora> alone = new LinkedHashMap<>();

  FourAdapters(CausalLm base) {
    bare = new BoundModel(base, null, null);
    bank = new AdapterBank(base);
    List<LoraConfig> configs = configs();
    for (int i = 0; i < configs.size(); i++) {
      Lora lora = Lora.create(base, configs.get(i), 20 + i);
      alone.put(NAMES.get(i), lora);
      bank.add(NAMES.get(i), lora);
    }
  }

  static List<LoraConfig> configs() {
    List<LoraConfig.Builder> all = new ArrayList<>();
    all.add(LoraConfig.builder().r(2).loraAlpha(3).targetModules(EVERY));
    all.add(LoraConfig.builder().r(4).loraAlpha(5).useRslora(true).targetModules(INNER));
    all.add(
        LoraConfig.builder()
            .r(3)
            .targetModules(LAST)
            .rankPattern(Map.of("mlp.*", 5))
            .alphaPattern(Map.of(".*attn.*", 2.5)));
    all.add(LoraConfig.builder().r(1).loraAlpha(2).loraDropout(0.1).targetModules(EVERY));
    return all.stream().map(each -> each.initLoraWeights(LoraConfig.Init.RANDOM).build()).toList();
  }

  /** The model with one adapter alone, or the bare base. */
  BoundModel model(String name) {
    return name.equals(AdapterBank.BASE) ? bare : alone.get(name).model();
  }

  @Override
  public void close() {
    bank.close();
    alone.values().forEach(Lora::close);
    bare.close();
  }
}
