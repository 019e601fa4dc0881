package org.tune4j.engine.model.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.LinearLayer;

/** The labels that a configuration has, and heads of them: {@code architectures} says which. */
final class Labels {
  private static final String FIELD = "architectures";
  private static final String SEQUENCE = "ForSequenceClassification";
  private static final String TOKEN = "ForTokenClassification";

  private Labels() {}

  /** Names in the order of {@code id2label}'s numbers; two where there are none. */
  static List<String> read(ConfigJson config) {
    ConfigJson names = config.object("id2label");
    if (names == null) {
      return List.of("LABEL_0", "LABEL_1");
    }
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < Math.max(1, names.fields()); i++) {
      labels.add(names.text(String.valueOf(i)));
    }
    return labels;
  }

  static boolean ofSequences(ConfigJson config) {
    return config.architecture().endsWith(SEQUENCE);
  }

  static boolean ofTokens(ConfigJson config) {
    return config.architecture().endsWith(TOKEN);
  }

  /** A decoder with the head that transformers puts on all of them, where one is asked for. */
  static Architecture onDecoder(ConfigJson config, Architecture decoder) {
    if (!ofSequences(config) && !ofTokens(config)) {
      return decoder;
    }
    List<String> labels = read(config);
    boolean each = ofTokens(config);
    LinearLayer score = new LinearLayer("score", decoder.hiddenSize(), labels.size(), each);
    return decoder.with(
        new ClassificationHead(Optional.empty(), score, each ? Reads.EACH : Reads.LAST, labels));
  }
}
