package org.tune4j.lora;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.model.LinearLayer;

/** What may join a bank: adapters that are nothing but updates of its layers. */
final class BankMembers {
  private BankMembers() {}

  /**
   * The configuration of an adapter that may join.
   *
   * @throws ConfigException if it is of another method than LoRA
   */
  static LoraConfig config(String name, Path folder) {
    WeightMethod method =
        WeightMethods.read(folder.resolve("adapter_config.json"), PeftFiles.readConfig(folder));
    if (method instanceof LoraConfig lora) {
      return lora;
    }
    throw refused(name, "peft_type: wanted LORA, found " + method.peftType());
  }

  /**
   * @param layers those of the bank
   * @throws ConfigException naming adapter and key, if it is something besides updates of these
   */
  static void requireUpdatesOnly(String name, LoraAdapter adapter, List<LinearLayer> layers) {
    UpdatesOnly.fault(adapter.config())
        .ifPresent(
            fault -> {
              throw refused(name, fault);
            });
    if (!adapter.saved().isEmpty()) {
      throw refused(name, "modules_to_save: wanted none, found " + adapter.saved());
    }
    Set<String> known = layers.stream().map(LinearLayer::module).collect(Collectors.toSet());
    List<String> others = new ArrayList<>(adapter.modules());
    others.removeAll(known);
    if (!others.isEmpty()) {
      throw refused(
          name, "target_modules: wanted linear layers of blocks that read words, found " + others);
    }
  }

  private static ConfigException refused(String name, String fault) {
    return new ConfigException(
        "adapter %s: %s, where several adapters share a base; load it alone, or merge it"
            .formatted(name, fault));
  }
}
