package org.tune4j.engine.train;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What checkpoints keep of a run's listeners, by class name and, where a class has several, number.
 */
final class ListenerStates {
  private static final Logger LOG = LoggerFactory.getLogger(ListenerStates.class);
  private final Map<String, RunListener> named = new LinkedHashMap<>();

  ListenerStates(List<RunListener> listeners) {
    Map<String, Integer> met = new HashMap<>();
    for (RunListener listener : listeners) {
      String name = listener.getClass().getName();
      int number = met.merge(name, 1, Integer::sum);
      named.put(number == 1 ? name : name + "#" + number, listener);
    }
  }

  Map<String, String> states() {
    Map<String, String> states = new LinkedHashMap<>();
    named.forEach(
        (name, listener) -> {
          String state = listener.state();
          if (state != null) {
            states.put(name, state);
          }
        });
    return states;
  }

  void restore(Map<String, String> states) {
    states.forEach(
        (name, state) -> {
          RunListener listener = named.get(name);
          if (listener == null) {
            LOG.warn(
                "The run had a listener {} that it has no longer; its state is left out", name);
          } else {
            listener.restore(state);
          }
        });
  }
}
